"""What Chromium reports of its service workers' notifications (CDP's BackgroundService events).

It must not be found out by asking a page again and again: `getNotifications()` makes Chromium tidy its notification
database, and what is just being shown, and is not on the screen yet, is tidied away.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

SERVICES = ("notifications", "pushMessaging")


class Screen:
    """The texts on the screen, by origin, since the browser was started. It tells notifications apart by their tags."""

    def __init__(self) -> None:
        self._started_at = time.time()
        self._bodies: dict[str, dict[str, str]] = defaultdict(dict)  # origin -> tag -> text
        self._pushes: set[str] = set()  # given to a service worker that has not finished with them
        self._changed = asyncio.Event()
        self.clicked = asyncio.Event()

    def hear(self, event: dict[str, Any]) -> None:
        """Take in one `backgroundServiceEvent`. Chromium tells those from before its last start again."""
        if event["timestamp"] < self._started_at:
            return
        origin, instance = event["origin"].rstrip("/"), event["instanceId"]  # a tag, or a push's ID
        details = {item["key"]: item["value"] for item in event["eventMetadata"]}
        match event["eventName"]:
            case "Notification displayed":
                self._bodies[origin][instance] = details.get("Body", "")
            case "Notification closed":
                self._bodies[origin].pop(instance, None)
            case "Notification clicked":
                self.clicked.set()
            case "Push event dispatched":
                self._pushes.add(instance)
            case "Push event completed":
                self._pushes.discard(instance)
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def bodies(self) -> list[str]:
        """Those of all origins."""
        return [body for shown in self._bodies.values() for body in shown.values()]

    async def wait_for(self, origin: str, bodies: Sequence[str], limit_s: float) -> None:
        """Return when just these texts are on the screen and no push is being worked on; raises TimeoutError."""
        try:
            async with asyncio.timeout(limit_s):
                while self._pushes or sorted(self._bodies[origin].values()) != sorted(bodies):
                    await self._changed.wait()
        except TimeoutError:
            shown, busy = sorted(self._bodies[origin].values()), len(self._pushes)
            raise TimeoutError(f"on the screen: {shown}, not {sorted(bodies)}; {busy} pushes under way") from None
