"""From an attempt's outcome to a row of the ledger: delivered, failed, or due again, and when."""

import secrets

from pushbell.deliver.job import Job
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.services import Accepted, Gone, Later, Outcome
from pushbell.store import DeliveryState, Settlement

THROTTLED = frozenset({406, 429})


class Verdicts:
    """Turns outcomes into settlements."""

    def __init__(self, policy: DeliveryPolicy) -> None:
        self._policy = policy
        self._random = secrets.SystemRandom()

    def after(self, job: Job, outcome: Outcome, now: float, *, outage: bool = False) -> Settlement:
        """`outage`: the push service is down, which is no fault of this delivery and costs it no attempt."""
        if isinstance(outcome, Later):
            return self._again(job, outcome, now, attempts=job.attempts + (not outage))
        state = DeliveryState.FAILED
        if isinstance(outcome, Accepted):
            state = DeliveryState.DELIVERED
        elif isinstance(outcome, Gone):
            state = DeliveryState.GONE
        return settle(job, state, now, attempts=job.attempts + 1, status=outcome.status, reason=outcome.reason)

    def _again(self, job: Job, outcome: Later, now: float, attempts: int) -> Settlement:
        """Later messages to the device wait for this one, until it has failed so often that they had better not."""
        pause_s = self._pause_s(1 if attempts == job.attempts else attempts)
        due_at = now + max(pause_s, outcome.after_s or 0.0)
        asked_to_wait = outcome.status in THROTTLED and outcome.after_s is not None
        return settle(
            job,
            DeliveryState.DUE,
            now,
            attempts=attempts,
            status=outcome.status,
            reason=outcome.reason,
            due_at=min(due_at, job.parcel.expires_at(job.service)),
            holds=asked_to_wait or attempts <= self._policy.holding_attempts,
        )

    def _pause_s(self, attempts: int) -> float:
        retries_s = self._policy.retries_s
        return retries_s[min(attempts, len(retries_s)) - 1] * self._random.uniform(
            1 - self._policy.jitter, 1 + self._policy.jitter
        )


def park(job: Job, now: float) -> Settlement:
    """Not attempted: it waits in the database behind an earlier one of its device."""
    return settle(job, DeliveryState.DUE, now, attempts=job.attempts, due_at=now, holds=True)


def settle(
    job: Job,
    state: DeliveryState,
    now: float,
    *,
    attempts: int,
    status: int = 0,
    reason: str = "",
    due_at: float = 0.0,
    holds: bool = False,
) -> Settlement:
    return Settlement(
        seq=job.parcel.seq,
        device=job.device.number,
        service=job.service.origin,
        state=state,
        attempts=attempts,
        status=status,
        reason=reason,
        at=now,
        due_at=due_at,
        holds=holds,
        endpoint=job.device.endpoint,
    )
