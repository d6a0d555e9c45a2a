"""How a push service is doing, from what it answers: how much may be sent to it now, and whether anything at all."""

import logging

import msgspec

from pushbell.clock import Clock
from pushbell.deliver.breaker import Breaker
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.service import Service
from pushbell.deliver.services import Later, Outcome, Unauthorized
from pushbell.deliver.window import Window
from pushbell.log import event

LOG = logging.getLogger(__name__)

_SLOW_DOWN = frozenset({0, 406, 408, 429, 503})  # less haste could help; 0 is no answer at all
_THROTTLED = frozenset({406, 429})


class Pass(msgspec.Struct, frozen=True):
    """The permission to send one push, to be given back with its outcome."""

    entered: int
    ticket: Breaker.Ticket
    at: float


class Health:
    """The window and the circuit breaker of one push service."""

    def __init__(self, service: Service, policy: DeliveryPolicy, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._window = Window(policy.concurrency)
        self._breaker = Breaker(policy.breaker, clock)

    @property
    def room(self) -> int:
        """How many pushes may be on their way at once; a single one tests a push service that was down."""
        if not self._breaker.lets_pass:
            return 0
        return 1 if self._breaker.is_open else self._window.size

    @property
    def is_paused(self) -> bool:
        """Whether there is an outage."""
        return self._breaker.is_open

    @property
    def active(self) -> int:
        return self._window.active

    @property
    def may_send(self) -> bool:
        return self._window.has_room and self._breaker.lets_pass

    @property
    def opens_at(self) -> float:
        """The monotonic instant before which nothing may be sent."""
        return self._breaker.opens_at

    def enter(self) -> Pass:
        """Only while it `may_send`."""
        return Pass(self._window.enter(), self._breaker.enter(), self._clock.monotonic())

    def leave(self, passed: Pass, outcome: Outcome) -> bool:
        """Learn from the outcome; True when all that waits for a retry had better be due at once.

        That is when the push service is back after an outage, and when one begins: from then on it is the breaker that
        decides when to try again, not the count of failures.
        """
        about_device = self._service.limits_device and outcome.status in _THROTTLED
        trouble = isinstance(outcome, Later) and outcome.status in _SLOW_DOWN and not about_device
        self._leave_window(passed, trouble=trouble)
        if about_device:
            self._breaker.abstain(passed.ticket)
            return False
        if isinstance(outcome, Later | Unauthorized):
            return self._fail(passed, outcome)
        return self._succeed(passed)

    def abandon(self, passed: Pass) -> None:
        """The push was given up; nothing was learned."""
        self._leave_window(passed, trouble=False)
        self._breaker.abstain(passed.ticket)

    def _leave_window(self, passed: Pass, *, trouble: bool) -> None:
        self._window.leave(passed.entered, took_s=self._clock.monotonic() - passed.at, trouble=trouble)

    def _succeed(self, passed: Pass) -> bool:
        was_open = self._breaker.is_open
        recovered = self._breaker.succeed(passed.ticket)
        if was_open:
            event(LOG, "push service is back", service=self._service.host)
        return recovered

    def _fail(self, passed: Pass, outcome: Later | Unauthorized) -> bool:
        after_s = (outcome.after_s if isinstance(outcome, Later) else None) or 0.0
        if outcome.status in _THROTTLED and after_s:
            self._breaker.rest(after_s)
        opened = self._breaker.fail(passed.ticket, connection=outcome.status == 0, retry_after_s=after_s)
        if opened:
            event(
                LOG,
                "push service is failing: pausing",
                level=logging.WARNING,
                service=self._service.host,
                status=outcome.status,
                reason=outcome.reason,
            )
        return opened
