"""What a push service keeps for a browser: pushes it has accepted and the browser has not acknowledged."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Push:
    """One accepted push: the encrypted body as it came, and what the application server asked for."""

    token: str
    body: bytes
    ttl_s: int
    topic: str = ""
    urgency: str = "normal"
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    accepted_at: float = field(default_factory=time.monotonic)

    @property
    def expired(self) -> bool:
        return time.monotonic() >= self.accepted_at + self.ttl_s


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The browser's word. `code` is Firefox's: 100 given to the service worker, 101 not decrypted, 102 not delivered.

    Chromium acknowledges what it has received, whatever comes of it, and always counts as 100.
    """

    push: Push
    code: int


class Mailbox:
    """Store-and-forward with a time to live and topics (RFC 8030 §5.2, §5.4). `acknowledged` is the browser's word."""

    def __init__(self) -> None:
        self._waiting: dict[str, Push] = {}
        self._changed = asyncio.Event()
        self.accepted: list[Push] = []
        self.acknowledged: list[Acknowledgement] = []

    def put(self, push: Push) -> None:
        """Keep it for the browser; it replaces what waits with the same topic."""
        if push.topic:
            self._forget(lambda other: (other.token, other.topic) == (push.token, push.topic))
        self._waiting[push.id] = push
        self.accepted.append(push)
        self.notify()

    def waiting(self) -> list[Push]:
        """What has not been acknowledged and has not expired, oldest first."""
        return [push for push in self._waiting.values() if not push.expired]

    def acknowledge(self, push_id: str, code: int = 100) -> None:
        """Browsers acknowledge again what was redelivered to them; only the first time counts."""
        if push := self._waiting.pop(push_id, None):
            self.acknowledged.append(Acknowledgement(push=push, code=code))
            self.notify()

    def forget(self, token: str) -> None:
        """The subscription is gone, and what waited for it with it."""
        self._forget(lambda push: push.token == token)

    async def wait_until(self, condition: Callable[[], object], limit_s: float = 10) -> None:
        """Return when `condition()` holds, asked after each change; raises TimeoutError."""
        async with asyncio.timeout(limit_s):
            while not condition():
                await self._changed.wait()

    def notify(self) -> None:
        """Let `wait_until` look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _forget(self, condition: Callable[[Push], bool]) -> None:
        self._waiting = {push.id: push for push in self._waiting.values() if not condition(push)}
