"""How many pushes may be on their way to one push service: as many as it bears (AIMD with slow start, RFC 5681 §3)."""

import math
from typing import Final

START: Final = 16.0
NOT_YET_SLOW_S: Final = 0.005  # jitter of our own


class Window:
    """Grows while it is full and that pays, halves at trouble, at most once for all pushes that were already out.

    It pays as long as answers do not take twice as long as the quickest of this burst: beyond that, what is added only
    waits, in the push service or in our own processor, and each one needs a connection with its TLS handshake.
    """

    def __init__(self, limit: int) -> None:
        self._limit = float(limit)
        self._size = min(START, self._limit)
        self._slow_start = True
        self._round = 0
        self._quickest_s = math.inf
        self.active = 0

    @property
    def size(self) -> int:
        return int(self._size)

    @property
    def has_room(self) -> bool:
        return self.active < self.size

    def enter(self) -> int:
        """A push begins; give what this returns back to `leave`."""
        if self.active == 0:
            self._quickest_s = math.inf
        self.active += 1
        return self._round

    def leave(self, entered: int, *, took_s: float, trouble: bool) -> None:
        """A push ended. Trouble is what less haste could mend: 429, 503, a timeout."""
        self._quickest_s = min(self._quickest_s, took_s)
        if trouble:
            self._shrink(entered)
        elif self._is_full and took_s <= 2 * self._quickest_s + NOT_YET_SLOW_S:
            self._size = min(self._limit, self._size + (1.0 if self._slow_start else 1.0 / self._size))
        self.active -= 1

    @property
    def _is_full(self) -> bool:
        """Nearly: a push on its own proves nothing about how much the service bears."""
        return self.active * 2 > self._size

    def _shrink(self, entered: int) -> None:
        if entered == self._round:
            self._round += 1
            self._slow_start = False
            self._size = max(1.0, self._size / 2)
