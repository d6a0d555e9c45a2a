"""A browser as a test sees it: a person at one window, and the notifications on the screen."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from .remote import RemoteError

PAGE = Path(__file__).with_name("page.js").read_text()
LIMIT_S = 15.0
CLICKS = 5

Permission = Literal["granted", "denied", "prompt"]


class ScriptError(Exception):
    """The page could not do what was asked: an exception in its words, or a navigation in the middle of it."""


@dataclass(frozen=True)
class ConsoleLine:
    """What a page wrote to its console, an uncaught error included."""

    level: str
    text: str


@dataclass(frozen=True)
class Notification:
    """A notification on the screen, as its service worker sees it."""

    title: str
    body: str
    tag: str
    data: Any


class Engine(Protocol):
    """One kind of browser. It keeps its profile, and thereby its subscriptions, from `quit` to the next `start`."""

    name: str
    console: list[ConsoleLine]

    async def start(self) -> None: ...

    async def quit(self) -> None: ...

    async def navigate(self, url: str) -> None:
        """Load it in the one tab."""

    async def evaluate(self, expression: str) -> str:
        """The text that this JavaScript comes to (a promise is awaited), as if the user had just clicked.

        Raises ScriptError.
        """

    async def press(self, x: float, y: float) -> None:
        """A real click, in CSS pixels from the top left of the page."""

    async def type_keys(self, text: str) -> None:
        r"""Real key strokes. `\n` is Enter, `\t` Tab, `\b` Backspace, `\x1b` Escape, `↓` and `↑` the arrows."""

    async def set_permission(self, origin: str, permission: Permission) -> None:
        """Whether this origin may notify. Without it, every origin may."""

    async def wait_for_screen(self, origin: str, bodies: Sequence[str], limit_s: float) -> None:
        """Return when the page may be asked whether these texts are all that the origin shows."""

    async def click_notification(self, body: str) -> None:
        """A real click on the notification with this text, which is the only one that the user has not closed."""

    async def picture(self, width: int, height: int, *, dark: bool) -> bytes:
        """The page as PNG, as a window of this size would show it."""


class Browser:
    """What a test does with a browser. Limits are in seconds; what does not happen within them raises TimeoutError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def console(self) -> list[ConsoleLine]:
        return self._engine.console

    @property
    def errors(self) -> list[str]:
        """What the pages reported as errors."""
        return [line.text for line in self.console if line.level == "error"]

    async def start(self) -> None:
        await self._engine.start()

    async def close(self) -> None:
        await self._engine.quit()

    async def away(self) -> None:
        """The user quits the browser. Its subscriptions stay; nobody is there to get a push."""
        await self._engine.quit()

    async def back(self) -> None:
        """The user starts it again, at an empty page. The push service sends what it has kept."""
        await self._engine.start()

    async def open(self, url: str) -> None:
        await self._engine.navigate(url)
        await self.wait_for("document.readyState === 'complete'")

    async def evaluate(self, expression: str) -> Any:
        """The JSON value of this JavaScript expression, promises awaited, with the activation of a user's gesture.

        Raises ScriptError.
        """
        value = await self._engine.evaluate(f"(async () => JSON.stringify((await ({expression})) ?? null))()")
        return json.loads(value)

    async def wait_for(self, expression: str, limit_s: float = LIMIT_S) -> Any:
        """Wait in the page until the expression is truthy; return its value. Survives navigations."""
        deadline = time.monotonic() + limit_s
        while (left_s := deadline - time.monotonic()) > 0:
            if value := await self._look(expression, left_s):
                return value
        raise TimeoutError(f"not within {limit_s} s: {expression}\n{await self._describe()}")

    async def click(self, selector: str) -> None:
        """A real click on the element, once it can be seen and reached."""
        await self._click(f"document.querySelector({json.dumps(selector)})")

    async def click_named(self, name: str) -> None:
        """A real click on the control with this accessible name."""
        await self._click(f"page.named({json.dumps(name)})")

    async def type(self, selector: str, text: str) -> None:
        """Click into a field and type, in place of what was there."""
        await self.click(selector)
        await self.evaluate("document.activeElement.select?.()")
        await self._engine.type_keys(text)

    async def press_keys(self, text: str) -> None:
        r"""Strike keys wherever the focus is; see Engine.type_keys for `\n` and the like."""
        await self._engine.type_keys(text)

    async def notifications(self) -> list[Notification]:
        """What the service worker of the open page has on the screen now."""
        return [Notification(**shown) for shown in await self.evaluate(f"{PAGE}.notifications()")]

    async def wait_for_notifications(self, *bodies: str, limit_s: float = LIMIT_S) -> list[Notification]:
        """Wait until just these texts are on the screen, in whatever order; without any: until none is."""
        origin, wanted = await self.evaluate("location.origin"), sorted(bodies)
        await self._engine.wait_for_screen(origin, wanted, limit_s)
        seen = f"page.notifications().then(all => JSON.stringify(all.map(n => n.body).sort()) === {_quoted(wanted)})"
        await self.wait_for(seen, limit_s)
        return await self.notifications()

    async def put_away_notifications(self) -> None:
        """Close those of the open page's origin, as a user does who has read them."""
        if (await self.evaluate("location.protocol")).startswith("http"):
            await self.evaluate(f"{PAGE}.putAwayNotifications()")
            await self.wait_for_notifications()

    async def click_notification(self, body: str) -> None:
        """A real click on a notification that is on the screen, alone."""
        await self._engine.click_notification(body)

    async def set_permission(self, origin: str, permission: Permission) -> None:
        await self._engine.set_permission(origin, permission)

    async def screenshot(self, path: Path, width: int = 1280, height: int = 900, *, dark: bool = False) -> None:
        path.write_bytes(await self._engine.picture(width, height, dark=dark))

    async def _click(self, element: str) -> None:
        """Again when it missed: what is loaded late moves the page between our look and our click."""
        for _ in range(CLICKS):
            place = await self.wait_for(f"page.target({element})")
            await self._engine.press(place["x"], place["y"])
            if await self._look("page.hit() ? 'hit' : 'missed'", LIMIT_S) != "missed":
                return
        raise TimeoutError(f"{element} moves too much to be clicked")

    async def _look(self, expression: str, limit_s: float) -> Any:
        script = f"(page => page.until(() => ({expression}), {limit_s * 1000}))({PAGE})"
        try:
            return await self.evaluate(script)
        except RemoteError:  # the page was left, and our question with it
            await asyncio.sleep(0.05)
            return None

    async def _describe(self) -> str:
        where = await self.evaluate("({url: location.href, text: document.body?.innerText.slice(0, 600)})")
        shown = await self.notifications()
        return f"at {where}\nnotifications {shown}\nconsole {self.console[-10:]}"


def _quoted(value: object) -> str:
    """A JavaScript string that holds this value as JSON.stringify writes it."""
    return json.dumps(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
