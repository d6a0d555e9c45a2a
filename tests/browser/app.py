"""The web app as its user drives it, in a real browser: what is clicked, and what is read."""

import json
from pathlib import Path

from .browser import Browser

BEHIND = Path(__file__).with_name("app.js").read_text()
ROWS = "[...document.querySelectorAll('#feed .row .row-text')].map(text => text.textContent)"


class App:
    """Pushbell at `url`, in this browser's one tab."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url

    async def open(self, path: str = "/") -> None:
        await self._browser.open(self._url + path)

    async def allow(self) -> None:
        """The first run: allow notifications, and wait for the first push to come back."""
        await self.open()
        await self._browser.click_named("Allow notifications")
        await self.wait_for_text("Now press the bell.")

    async def ring(self) -> str:
        """Press the big bell; returns what it says when it has rung."""
        await self._browser.click_named("Ring this device")
        await self.wait_for_text("after you pressed.")
        return str(
            await self._browser.evaluate("document.querySelector('[aria-label=Test] [role=status]').textContent")
        )

    async def follow(self, topic: str) -> None:
        await self.open("/app/follow")
        await self._browser.type("#follow-topic", topic)
        await self._browser.press_keys("\n")
        await self._browser.wait_for(f"document.querySelector('#feed h1')?.textContent === {json.dumps(topic)}")

    async def subscribe(self, *topics: str) -> None:
        """All that a new user does until these topics ring. Leaves no notification on the screen."""
        await self.allow()
        for topic in topics:
            await self.follow(topic)
        await self._browser.put_away_notifications()

    async def mute(self, topic: str) -> None:
        await self.open(f"/{topic}?ring")
        await self._choose("Mute", "muted for 1 hour")
        await self._browser.wait_for(f"{BEHIND}.isMutedAtServer({json.dumps(topic)})")

    async def wait_for_rows(self, *texts: str) -> None:
        """Wait until the list shows just these messages, newest first."""
        await self._browser.wait_for(f"JSON.stringify({ROWS}) === JSON.stringify({json.dumps(texts)})")

    async def wait_for_rows_in_any_order(self, *texts: str) -> None:
        """For messages of the same second that came by pushes, which may overtake each other."""
        wanted = json.dumps(sorted(texts))
        await self._browser.wait_for(f"JSON.stringify({ROWS}.sort()) === JSON.stringify({wanted})")

    async def wait_for_text(self, text: str) -> None:
        await self._browser.wait_for(f"document.body.innerText.includes({json.dumps(text)})")

    async def wait_for_link(self, state: str) -> None:
        """`live`: whatever is published from now on appears by itself. `offline`: the server can't be reached."""
        await self._browser.wait_for(f"document.querySelector('#link').dataset.state === {json.dumps(state)}")

    async def endpoint(self) -> str:
        """Where the push service takes pushes for this browser and the app."""
        return str(await self._browser.wait_for(f"{BEHIND}.endpoint()"))

    async def wait_until_registered(self, instead_of: str = "") -> None:
        """The server knows the browser's present subscription (not the old one), and has got an answer through it."""
        await self._browser.wait_for(f"{BEHIND}.isRegistered({json.dumps(instead_of)})")

    async def let_time_pass(self) -> None:
        """Make the app believe that its last heartbeat was long ago: it sends few."""
        await self._browser.evaluate(f"{BEHIND}.forget('heartbeat')")

    async def vanish_from_server(self) -> None:
        """The server loses the device, as when an old backup is restored."""
        assert await self._browser.evaluate(f"{BEHIND}.atServer('DELETE').then(answer => answer.ok)")

    async def _choose(self, label: str, words: str) -> None:
        """Choose from the list with this label, by the keyboard, the option that reads so."""
        selector = f"select[aria-label={json.dumps(label)}]"
        field = f"document.querySelector({json.dumps(selector)})"
        await self._browser.wait_for(f"{field} && ({field}.focus(), document.activeElement === {field})")
        options = await self._browser.evaluate(f"[...{field}.options].map(option => option.text)")
        steps = options.index(words) - await self._browser.evaluate(f"{field}.selectedIndex")
        await self._browser.press_keys(("↓" if steps > 0 else "↑") * abs(steps))
