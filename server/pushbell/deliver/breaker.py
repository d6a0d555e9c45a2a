"""The circuit breaker of one push service: while it is broken nothing is sent, so that no delivery loses an attempt."""

from collections import deque
from enum import StrEnum

import msgspec

from pushbell.clock import Clock


class BreakerPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When to stop and when to look again. Failing means: a problem of the whole service, not of one device."""

    window_s: float = 30.0
    least_attempts: int = 20
    failing_share: float = 0.5
    longest_streak: int = 5  # connections in a row that failed
    first_probe_s: float = 15.0
    longest_probe_s: float = 300.0


class Breaker:
    """Closed: all may pass. Open: nobody, until a single probe may; its success closes the breaker again."""

    class Ticket(StrEnum):
        """What a push that passed is: give it back with its outcome."""

        ORDINARY = "ordinary"
        PROBE = "probe"

    def __init__(self, policy: BreakerPolicy, clock: Clock) -> None:
        self._policy, self._clock = policy, clock
        self._seconds: deque[tuple[int, int, int]] = deque()  # (second, attempts, failures), oldest first
        self._streak = 0
        self._connections_failed = 0
        self._probe_s = policy.first_probe_s
        self._opens_at: float | None = None
        self._rests_until = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._opens_at is not None

    @property
    def opens_at(self) -> float:
        """The monotonic instant at which something may pass, unless a probe is on its way. In the past: now."""
        return max(self._rests_until, self._opens_at or 0.0)

    @property
    def lets_pass(self) -> bool:
        if self._opens_at is None and not self._rests_until:
            return True
        return not self._probing and self._clock.monotonic() >= self.opens_at

    def enter(self) -> Ticket:
        """Only while it `lets_pass`."""
        if not self.is_open:
            return self.Ticket.ORDINARY
        self._probing = True
        return self.Ticket.PROBE

    def rest(self, duration_s: float) -> None:
        """The push service asked all of us to wait (429 with Retry-After)."""
        self._rests_until = max(self._rests_until, self._clock.monotonic() + duration_s)

    def succeed(self, ticket: Ticket) -> bool:
        """Note a success; True when it ends an outage, so that what waits for a retry should be tried now."""
        self._leave(ticket)
        recovered = self.is_open or self._streak >= self._policy.longest_streak
        if self.is_open:
            self._seconds.clear()
        self._opens_at = None
        self._probe_s = self._policy.first_probe_s
        self._streak = self._connections_failed = 0
        self._count(failures=0)
        return recovered

    def fail(self, ticket: Ticket, *, connection: bool, retry_after_s: float = 0.0) -> bool:
        """Note a failure of the service; True when it opened the breaker. `connection`: there was no answer at all."""
        self._leave(ticket)
        self._streak += 1
        self._connections_failed = self._connections_failed + 1 if connection else 0
        self._count(failures=1)
        if ticket is self.Ticket.PROBE:
            self._probe_s = min(self._probe_s * 2, self._policy.longest_probe_s)
        elif self.is_open or not self._is_broken():
            return False  # those already on their way when it opened prove nothing new
        self._opens_at = self._clock.monotonic() + max(self._probe_s, retry_after_s)
        return ticket is self.Ticket.ORDINARY

    def abstain(self, ticket: Ticket) -> None:
        """The outcome says nothing about the service; a probe may be repeated."""
        self._leave(ticket)

    def _leave(self, ticket: Ticket) -> None:
        if ticket is self.Ticket.PROBE:
            self._probing = False

    def _count(self, failures: int) -> None:
        second = int(self._clock.monotonic())
        while self._seconds and self._seconds[0][0] <= second - self._policy.window_s:
            self._seconds.popleft()
        if self._seconds and self._seconds[-1][0] == second:
            _, attempts, failed = self._seconds.pop()
            self._seconds.append((second, attempts + 1, failed + failures))
        else:
            self._seconds.append((second, 1, failures))

    def _is_broken(self) -> bool:
        if self._connections_failed >= self._policy.longest_streak:
            return True
        attempts = sum(entry[1] for entry in self._seconds)
        failed = sum(entry[2] for entry in self._seconds)
        return attempts >= self._policy.least_attempts and failed > attempts * self._policy.failing_share
