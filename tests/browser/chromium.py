"""A real Chromium in a window on a virtual screen, driven by the DevTools protocol (CDP).

Headless it would forget about one shown notification in ten.
"""

import asyncio
import base64
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .browser import ConsoleLine, Permission, ScriptError
from .display import Display
from .process import Process
from .remote import Remote
from .screen import SERVICES, Screen

BINARY = "chromium"
CLICKS, CLICK_S = 10, 0.5
KEYS = {
    "\n": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "\t": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
    "\x1b": {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27},
    "\b": {"key": "Backspace", "code": "Backspace", "windowsVirtualKeyCode": 8},
    "↓": {"key": "ArrowDown", "code": "ArrowDown", "windowsVirtualKeyCode": 40},
    "↑": {"key": "ArrowUp", "code": "ArrowUp", "windowsVirtualKeyCode": 38},
}
SWITCHES = [
    "--no-sandbox",  # its sandbox refuses to run as root, which is what CI is
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    # Nothing leaves this machine: a name other than these does not resolve.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--window-size=1280,900",
    "--remote-debugging-port=0",
]
ALLOWED = {"profile": {"default_content_setting_values": {"notifications": 1}}}


class Chromium:
    """An Engine. The profile lives in `home` and outlasts `quit`; `switches` bring it to its push service.

    Notifications are allowed in the profile rather than by a command, so that it holds from the first moment of
    the next start, when pushes already come in.
    """

    name = "chromium"

    def __init__(self, home: Path, switches: Sequence[str]) -> None:
        self._home = home
        self._switches = switches
        (home / "Default").mkdir()
        (home / "Default" / "Preferences").write_text(json.dumps(ALLOWED))
        self.console: list[ConsoleLine] = []
        self._display: Display
        self._process: Process
        self._remote: Remote
        self._session = ""
        self._screen: Screen

    async def start(self) -> None:
        self._screen = Screen()
        self._display = Display()
        await self._display.start()
        command = [BINARY, *SWITCHES, *self._switches, f"--user-data-dir={self._home}", "about:blank"]
        environment = {"HOME": str(self._home), "DISPLAY": self._display.name}
        self._process = Process(command, r"DevTools listening on (ws://\S+)", environment)
        address = (await self._process.start())[1]
        self._remote = Remote(self._hear)
        await self._remote.connect(address)
        targets = await self._remote.command("Target.getTargets", {"filter": [{"type": "page"}]})
        target = targets["targetInfos"][0]["targetId"]
        attached = await self._remote.command("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self._in_tab(f"{domain}.enable")
        for service in SERVICES:
            await self._in_tab("BackgroundService.startObserving", {"service": service})
            await self._in_tab("BackgroundService.setRecording", {"service": service, "shouldRecord": True})

    async def quit(self) -> None:
        await self._remote.command("Browser.close")
        await self._process.ended()
        await self._remote.close()
        await self._display.stop()

    async def navigate(self, url: str) -> None:
        done = await self._in_tab("Page.navigate", {"url": url})
        if "errorText" in done:
            raise ScriptError(f"{url}: {done['errorText']}")

    async def evaluate(self, expression: str) -> str:
        done = await self._in_tab(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "userGesture": True, "returnByValue": True},
        )
        if "exceptionDetails" in done:
            details = done["exceptionDetails"]
            raise ScriptError(details.get("exception", {}).get("description") or details["text"])
        return str(done["result"].get("value", ""))

    async def press(self, x: float, y: float) -> None:
        place = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            await self._in_tab("Input.dispatchMouseEvent", {"type": kind, **place})

    async def type_keys(self, text: str) -> None:
        for character in text:
            key = KEYS.get(character, {"key": character, "text": character})
            await self._in_tab("Input.dispatchKeyEvent", {"type": "keyDown", **key})
            await self._in_tab("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    async def set_permission(self, origin: str, permission: Permission) -> None:
        name = {"name": "notifications"}
        await self._remote.command(
            "Browser.setPermission", {"permission": name, "setting": permission, "origin": origin}
        )

    async def wait_for_screen(self, origin: str, bodies: Sequence[str], limit_s: float) -> None:
        await self._screen.wait_for(origin, bodies, limit_s)

    async def click_notification(self, body: str) -> None:
        """Chromium draws it in the lower right corner, and ignores clicks until it has slid into its place."""
        if self._screen.bodies != [body]:
            raise ScriptError(f"on the screen: {self._screen.bodies}, not just {body!r}")
        self._screen.clicked.clear()
        for _ in range(CLICKS):
            await self._display.click(right=240, bottom=50)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._screen.clicked.wait(), CLICK_S)
                return
        raise ScriptError(f"the notification {body!r} can't be clicked")

    async def picture(self, width: int, height: int, *, dark: bool) -> bytes:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._in_tab("Emulation.setEmulatedMedia", {"features": [scheme]})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self._in_tab("Emulation.setDeviceMetricsOverride", size)
        shot = await self._in_tab("Page.captureScreenshot", {"format": "png"})
        await self._in_tab("Emulation.clearDeviceMetricsOverride")
        await self._in_tab("Emulation.setEmulatedMedia", {"features": []})
        return base64.b64decode(shot["data"])

    async def _in_tab(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        return await self._remote.command(method, params, sessionId=self._session)

    def _hear(self, event: str, params: dict[str, Any]) -> None:
        match event:
            case "BackgroundService.backgroundServiceEventReceived":
                self._screen.hear(params["backgroundServiceEvent"])
            case "Runtime.consoleAPICalled":
                words = [str(arg.get("value", arg.get("description", ""))) for arg in params["args"]]
                self.console.append(ConsoleLine(params["type"], " ".join(words)))
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                text = details.get("exception", {}).get("description") or details["text"]
                self.console.append(ConsoleLine("error", text))
            case "Log.entryAdded":
                self.console.append(ConsoleLine(params["entry"]["level"], params["entry"]["text"]))
