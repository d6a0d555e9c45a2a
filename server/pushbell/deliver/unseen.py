"""What a running query cannot know yet."""

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Unseen(Generic[K]):
    """Keys from the moment something is decided about them until every query sees that in the database.

    A query may have started just before the commit: what it returns is checked against this, or a message would be
    sent twice, or overtake one that it has to wait for.
    """

    def __init__(self) -> None:
        self._keys: Counter[K] = Counter()
        self._written: list[K] = []

    def __contains__(self, key: K) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: K) -> None:
        self._keys[key] += 1

    def release(self, key: K) -> None:
        """It is in the database. It still counts for the query that may be running."""
        self._written.append(key)

    def refresh(self) -> None:
        """While no query runs: forget what the next one will see."""
        for key in self._written:
            self._keys[key] -= 1
            if self._keys[key] <= 0:
                del self._keys[key]
        self._written.clear()
