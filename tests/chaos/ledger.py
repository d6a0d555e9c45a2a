"""Every message that was sent: intent before the request, outcome after it. Compares them with what a reader got."""

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What the publisher knows. Only an UNKNOWN message may be stored or not."""

    UNKNOWN = "unknown"  # the connection broke before the answer
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # an answer that is no 200, or no connection


@dataclass
class Entry:
    """One message; its text is its identity. Instants are monotonic seconds."""

    topic: str
    text: str
    intended_at: float = field(default_factory=time.monotonic)
    outcome: Outcome = Outcome.UNKNOWN
    status: int = 0
    retry_after: str | None = None
    id: str = ""
    answered_at: float = math.inf

    def acknowledge(self, message_id: str) -> None:
        self.outcome, self.status, self.id, self.answered_at = Outcome.ACKNOWLEDGED, 200, message_id, time.monotonic()

    def refuse(self, status: int, retry_after: str | None = None) -> None:
        self.outcome, self.status, self.retry_after = Outcome.REFUSED, status, retry_after
        self.answered_at = time.monotonic()

    @property
    def took_s(self) -> float:
        return self.answered_at - self.intended_at


class Ledger:
    """Entries by their text."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def intend(self, topic: str) -> Entry:
        entry = Entry(topic, f"{topic} {len(self.entries)}")
        self.entries[entry.text] = entry
        return entry

    def of(self, outcome: Outcome, *, topic: str | None = None) -> list[Entry]:
        return [each for each in self.entries.values() if each.outcome is outcome and topic in (None, each.topic)]

    def faults(self, received: Sequence[dict[str, Any]]) -> list[str]:
        """What is wrong with these messages, in the order in which one reader got them."""
        return [
            *self._lost(received),
            *self._repeated(received),
            *self._never_sent(received),
            *self._disorder(received),
        ]

    def _lost(self, received: Sequence[dict[str, Any]]) -> Iterator[str]:
        ids = {message["id"] for message in received}
        for entry in self.of(Outcome.ACKNOWLEDGED):
            if entry.id not in ids:
                yield f"lost: {entry}"

    def _repeated(self, received: Sequence[dict[str, Any]]) -> Iterator[str]:
        for name in ("id", "message"):
            for value, count in Counter(message[name] for message in received).items():
                if count > 1:
                    yield f"{count} times: {name} {value}"

    def _never_sent(self, received: Sequence[dict[str, Any]]) -> Iterator[str]:
        for message in received:
            entry = self.entries.get(message["message"])
            if entry is None or entry.topic != message["topic"]:
                yield f"nobody sent {message}"
            elif entry.outcome is Outcome.REFUSED:
                yield f"stored although refused with {entry.status}: {message}"
            elif entry.outcome is Outcome.ACKNOWLEDGED and entry.id != message["id"]:
                yield f"acknowledged as {entry.id}: {message}"

    def _disorder(self, received: Sequence[dict[str, Any]]) -> Iterator[str]:
        """Who was answered before another one was sent comes before it, on each topic."""
        first_answer: dict[str, float] = {}
        for message in reversed(received):
            entry = self.entries.get(message["message"])
            if entry is None:
                continue
            if first_answer.get(entry.topic, math.inf) < entry.intended_at:
                yield f"out of order: {message}"
            first_answer[entry.topic] = min(first_answer.get(entry.topic, math.inf), entry.answered_at)
