"""From outcomes to the ledger."""

import pytest

from pushbell.deliver.job import Job
from pushbell.deliver.parcel import Parcel
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.service import Service
from pushbell.deliver.services import Accepted, Gone, Later, Refused, Unauthorized, WrongKey
from pushbell.deliver.verdict import Verdicts, park
from pushbell.message import Message
from pushbell.store import Device

NOW = 1_000.0
VERDICTS = Verdicts(DeliveryPolicy())


def job(attempts=0, expires=100_000):
    parcel = Parcel(Message(id="m", topic="t", time=0, expires=expires, priority=5, seq=1))
    device = Device(id="d", endpoint="https://fcm.googleapis.com/1", service="", p256dh=b"", auth=b"", number=7)
    return Job(parcel, device, Service.at("https://fcm.googleapis.com"), 1, 0, attempts=attempts)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(201), "delivered"),
        (Gone(410, "unsubscribed"), "gone"),
        (WrongKey(403, "key mismatch"), "failed"),
        (Unauthorized(403, "BadJwtToken"), "failed"),
        (Refused(400, "BadWebPushTopic"), "failed"),
    ],
)
def test_final_outcomes(outcome, state):
    settlement = VERDICTS.after(job(), outcome, NOW)
    assert (settlement.state, settlement.attempts, settlement.status) == (state, 1, outcome.status)
    assert (settlement.due_at, settlement.holds, settlement.at) == (0.0, False, NOW)
    assert settlement.endpoint == "https://fcm.googleapis.com/1"


@pytest.mark.parametrize(("attempts", "pause_s"), [(0, 1), (1, 4), (2, 15), (3, 60), (4, 300), (5, 900), (50, 900)])
def test_each_retry_waits_longer_give_or_take_a_half(attempts, pause_s):
    waits = [VERDICTS.after(job(attempts), Later(503, "busy"), NOW).due_at - NOW for _ in range(200)]
    assert min(waits) >= pause_s * 0.5
    assert max(waits) <= pause_s * 1.5
    assert max(waits) - min(waits) > pause_s * 0.5


def test_a_retry_never_comes_before_retry_after():
    assert VERDICTS.after(job(), Later(503, "busy", 120.0), NOW).due_at == NOW + 120


def test_later_messages_wait_for_the_first_retries_only():
    holds = [VERDICTS.after(job(attempts), Later(503, "busy"), NOW).holds for attempts in range(5)]
    assert holds == [True, True, True, False, False]


def test_they_always_wait_when_the_service_asked_for_patience_with_the_device():
    assert VERDICTS.after(job(9), Later(429, "too many", 60.0), NOW).holds
    assert not VERDICTS.after(job(9), Later(429, "too many"), NOW).holds


def test_a_retry_is_due_when_the_message_expires_at_the_latest():
    assert VERDICTS.after(job(5, expires=1100), Later(503, "busy"), NOW).due_at == 1100


def test_an_outage_of_the_service_costs_no_attempt():
    settlement = VERDICTS.after(job(5), Later(0, "no connection"), NOW, outage=True)
    assert settlement.attempts == 5
    assert settlement.due_at <= NOW + 1.5


def test_what_is_parked_was_not_attempted():
    settlement = park(job(), NOW)
    assert (settlement.state, settlement.attempts, settlement.due_at, settlement.holds) == ("due", 0, NOW, True)
