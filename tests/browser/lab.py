"""A browser together with the push service that it was brought up to believe in."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from . import chromium, firefox
from .browser import Browser
from .certificates import Authority
from .endpoint import Endpoints
from .google import HOSTS, GooglePush
from .mailbox import Mailbox
from .mozilla import MozillaPush
from .proxy import ConnectProxy

BINARIES = {
    "firefox": [firefox.BINARY, "setpriv"],
    "chromium": [chromium.BINARY, "setpriv", "Xvfb", "xdotool"],
}


class PushService(Protocol):
    """What both stand-ins have: `endpoints` to drop and refuse, `mailbox` to see what was accepted and acknowledged."""

    endpoints: Endpoints

    @property
    def mailbox(self) -> Mailbox: ...


class Lab(Protocol):
    """`server_options` are the settings of a server that is to reach the push service."""

    browser: Browser
    push: PushService
    server_options: dict[str, str]

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class FirefoxLab:
    def __init__(self) -> None:
        self._home = _new_home()
        self.mozilla = MozillaPush()
        self.push: PushService = self.mozilla
        self.server_options: dict[str, str] = {}
        self.browser: Browser

    async def start(self) -> None:
        await self.mozilla.start()
        self.server_options = {"PUSHBELL_PUSH_ALLOWED_SERVICES": self.mozilla.origin}
        self.browser = Browser(firefox.Firefox(Path(self._home.name), self.mozilla.browser_url))
        await self.browser.start()

    async def stop(self) -> None:
        await self.browser.close()
        await self.mozilla.stop()
        self._home.cleanup()


class ChromiumLab:
    """The server reaches Google's real host names through `proxy`, and believes their certificate by `ca_file`."""

    def __init__(self) -> None:
        self._home = _new_home()
        self._authority_home = _new_home()
        authority = Authority(Path(self._authority_home.name))
        self.google = GooglePush(authority.issue(*HOSTS, "localhost"))
        self.push: PushService = self.google
        self.ca_file = authority.ca_file
        self.proxy: ConnectProxy
        self.server_options: dict[str, str] = {}
        self.browser: Browser

    async def start(self) -> None:
        await self.google.start()
        self.proxy = ConnectProxy(self.google.ports)
        await self.proxy.start()
        self.server_options = {"PUSHBELL_PUSH_PROXY": self.proxy.url, "PUSHBELL_PUSH_CA_FILE": str(self.ca_file)}
        self.browser = Browser(chromium.Chromium(Path(self._home.name), self.google.switches))
        await self.browser.start()

    async def stop(self) -> None:
        await self.browser.close()
        await self.proxy.stop()
        await self.google.stop()
        self._home.cleanup()
        self._authority_home.cleanup()


def missing_programs(kind: str) -> list[str]:
    return [binary for binary in BINARIES[kind] if not shutil.which(binary)]


def may_be_missing() -> bool:
    """Only on a developer's machine; where CI runs, a proof that is skipped would be no proof."""
    return os.environ.get("CI") != "true"


def _new_home() -> tempfile.TemporaryDirectory[str]:
    # A browser's last helper process may still be writing when its folder is removed.
    return tempfile.TemporaryDirectory(prefix="pushbell-browser-", ignore_cleanup_errors=True)
