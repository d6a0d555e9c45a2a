"""A clock that a test moves."""


class ManualClock:
    """Both times stand still until they are moved; the wall's can also jump alone."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.wall_s = now
        self.monotonic_s = 1_000.0

    def now(self) -> float:
        return self.wall_s

    def monotonic(self) -> float:
        return self.monotonic_s

    def advance(self, seconds: float) -> None:
        self.wall_s += seconds
        self.monotonic_s += seconds
