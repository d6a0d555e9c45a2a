"""How many pushes may be on their way to one push service: as many as it bears (AIMD with slow start, RFC 5681 §3)."""

from typing import Final

START: Final = 16.0


class Window:
    """Grows while all goes well and is full, halves at trouble, at most once for all pushes that were already out."""

    def __init__(self, limit: int) -> None:
        self._limit = float(limit)
        self._size = min(START, self._limit)
        self._slow_start = True
        self._round = 0
        self.active = 0

    @property
    def size(self) -> int:
        return int(self._size)

    @property
    def has_room(self) -> bool:
        return self.active < self.size

    def enter(self) -> int:
        """A push begins; give what this returns back to `leave`."""
        self.active += 1
        return self._round

    def leave(self, entered: int, *, trouble: bool) -> None:
        """A push ended. Trouble is what less haste could mend: 429, 503, a timeout."""
        if trouble:
            self._shrink(entered)
        elif self.active * 2 > self._size:  # a push on its own proves nothing about how much the service bears
            self._size = min(self._limit, self._size + (1.0 if self._slow_start else 1.0 / self._size))
        self.active -= 1

    def _shrink(self, entered: int) -> None:
        if entered == self._round:
            self._round += 1
            self._slow_start = False
            self._size = max(1.0, self._size / 2)
