"""A real Firefox without a screen, driven by WebDriver BiDi. Its push service is whatever `dom.push.serverURL` says."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .browser import ConsoleLine, Permission, ScriptError
from .process import Process
from .remote import Remote

BINARY = "firefox-esr"
# WebDriver's code points.
KEYS = {"\n": "\ue007", "\t": "\ue004", "\x1b": "\ue00c", "\b": "\ue003", "↓": "\ue015", "↑": "\ue013"}

PREFERENCES: dict[str, str | int | bool] = {
    "dom.push.testing.allowInsecureServerURL": True,  # ws:// instead of wss://
    "dom.push.connection.enabled": True,  # a remote-controlled Firefox switches it off
    "dom.push.retryBaseInterval": 200,
    "permissions.default.desktop-notification": 1,  # granted without a question
    "alerts.useSystemBackend": False,  # without D-Bus, showNotification would be refused
    "devtools.jsonview.enabled": False,  # JSON answers stay documents of their origin
    "browser.startup.page": 0,
    "browser.shell.checkDefaultBrowser": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}

# Firefox draws each notification as a small window of its own.
CLICK_ALERT = """body => {
  for (const { document } of Services.wm.getEnumerator("alert:alert")) {
    if (document.getElementById("alertTextLabel").textContent !== body) continue;
    document.getElementById("alertBox").click();
    return "clicked";
  }
}"""


class Firefox:
    """An Engine. The profile lives in `home` and outlasts `quit`; `push_url` is a ws:// URL."""

    name = "firefox"

    def __init__(self, home: Path, push_url: str) -> None:
        self._home = home
        preferences = {**PREFERENCES, "dom.push.serverURL": push_url}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
        (home / "user.js").write_text("".join(lines))
        self.console: list[ConsoleLine] = []
        self._process: Process
        self._remote: Remote
        self._tab = ""

    async def start(self) -> None:
        command = [BINARY, "--headless", "--no-remote", "--profile", str(self._home), "--remote-debugging-port", "0"]
        ready = r"WebDriver BiDi listening on (ws://\S+)"
        environment = {"HOME": str(self._home), "MOZ_CRASHREPORTER_DISABLE": "1"}
        self._process = Process([*command, "--remote-allow-system-access"], ready, environment)
        address = (await self._process.start())[1]
        self._remote = Remote(self._hear)
        await self._remote.connect(f"{address}/session")
        await self._remote.command("session.new", {"capabilities": {}})
        await self._remote.command("session.subscribe", {"events": ["log.entryAdded"]})
        self._tab = await self._context()

    async def quit(self) -> None:
        await self._remote.command("browser.close")
        await self._process.ended()
        await self._remote.close()

    async def navigate(self, url: str) -> None:
        await self._remote.command("browsingContext.navigate", {"context": self._tab, "url": url, "wait": "complete"})

    async def evaluate(self, expression: str) -> str:
        return await self._evaluate(expression, self._tab)

    async def press(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        await self._act({"type": "pointer", "id": "mouse", "actions": actions})

    async def type_keys(self, text: str) -> None:
        actions = []
        for key in text:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        await self._act({"type": "key", "id": "keyboard", "actions": actions})

    async def set_permission(self, origin: str, permission: Permission) -> None:
        descriptor = {"name": "notifications"}
        await self._remote.command(
            "permissions.setPermission", {"descriptor": descriptor, "state": permission, "origin": origin}
        )

    async def wait_for_screen(self, origin: str, bodies: Sequence[str], limit_s: float) -> None:
        """Firefox doesn't mind being asked by the page."""

    async def click_notification(self, body: str) -> None:
        done = await self._evaluate_in_chrome(f"({CLICK_ALERT})({json.dumps(body)})")
        if done != "clicked":
            raise ScriptError(f"no notification says {body!r}")

    async def picture(self, width: int, height: int, *, dark: bool) -> bytes:
        await self._dress({"width": width, "height": height}, 0 if dark else 1)
        shot = await self._remote.command("browsingContext.captureScreenshot", {"context": self._tab})
        await self._dress(None, 1)
        return base64.b64decode(shot["data"])

    async def _dress(self, viewport: dict[str, int] | None, scheme: int) -> None:
        """The size of the page (None is the window's), and its colours (0 dark, 1 light)."""
        preference = "layout.css.prefers-color-scheme.content-override"
        await self._evaluate_in_chrome(f"Services.prefs.setIntPref('{preference}', {scheme})")
        await self._remote.command("browsingContext.setViewport", {"context": self._tab, "viewport": viewport})

    async def _context(self, **scope: str) -> str:
        tree = await self._remote.command("browsingContext.getTree", {"maxDepth": 0, **scope})
        context: str = tree["contexts"][0]["context"]
        return context

    async def _act(self, source: dict[str, Any]) -> None:
        await self._remote.command("input.performActions", {"context": self._tab, "actions": [source]})

    async def _evaluate_in_chrome(self, expression: str) -> str:
        """In the browser's own window, where its preferences are."""
        return await self._evaluate(expression, await self._context(**{"moz:scope": "chrome"}))

    async def _evaluate(self, expression: str, context: str) -> str:
        done = await self._remote.command(
            "script.evaluate",
            {"expression": expression, "target": {"context": context}, "awaitPromise": True, "userActivation": True},
        )
        if done["type"] == "exception":
            raise ScriptError(done["exceptionDetails"]["text"])
        return str(done["result"].get("value", ""))

    def _hear(self, event: str, params: dict[str, Any]) -> None:
        if event == "log.entryAdded":
            self.console.append(ConsoleLine(params["level"], str(params["text"])))
