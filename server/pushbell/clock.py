"""Time comes from one injected clock, so that a test can move it."""

import time
from typing import Protocol


class Clock(Protocol):
    """The two times a server needs: the wall's, for people, and the monotonic one, for durations."""

    def now(self) -> float:
        """Seconds since the Unix epoch; may jump when the machine's clock is set."""

    def monotonic(self) -> float:
        """Seconds since some fixed point; never jumps."""


class SystemClock:
    """The clock of this machine."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
