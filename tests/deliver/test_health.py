"""What a push service's answers mean for all that is still to be sent to it."""

import pytest

from pushbell.deliver.health import Health
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.service import Service
from pushbell.deliver.services import Accepted, Gone, Later, Refused, TooLarge, Unauthorized, WrongKey
from tests.harness.clock import ManualClock

FCM, APPLE, OWN = "https://fcm.googleapis.com", "https://web.push.apple.com", "https://push.example.com"


@pytest.fixture
def clock():
    return ManualClock()


def health_of(origin, clock):
    return Health(Service.at(origin), DeliveryPolicy(), clock)


def answer(health, outcome, times=1):
    return [health.leave(health.enter(), outcome) for _ in range(times) if health.may_send]


def test_a_429_of_fcm_pauses_all_of_it_for_as_long_as_it_says(clock):
    health = health_of(FCM, clock)
    answer(health, Later(429, "slow down", 30.0))
    assert not health.may_send
    clock.advance(30)
    assert health.may_send
    assert health.room == 8


@pytest.mark.parametrize("origin", [APPLE, OWN])
def test_a_429_of_others_is_about_the_one_device(clock, origin):
    health = health_of(origin, clock)
    answer(health, Later(429, "slow down", 30.0), times=50)
    assert health.may_send
    assert health.room == 16


@pytest.mark.parametrize("outcome", [Later(503, "busy"), Later(500, "oops"), Unauthorized(403, "BadJwtToken")])
def test_twenty_failures_of_the_service_pause_it(clock, outcome):
    health = health_of(APPLE, clock)
    assert len(answer(health, outcome, times=100)) == 20
    assert health.room == 0


def test_five_attempts_without_any_answer_pause_it(clock):
    health = health_of(APPLE, clock)
    assert len(answer(health, Later(0, "no connection"), times=100)) == 5


@pytest.mark.parametrize(
    "outcome", [Accepted(201), Gone(410, ""), TooLarge(413, ""), WrongKey(403, ""), Refused(400, "BadWebPushTopic")]
)
def test_an_answer_about_a_device_is_a_sign_of_life(clock, outcome):
    health = health_of(APPLE, clock)
    answer(health, Later(0, "no connection"), times=5)
    clock.advance(15)
    assert health.room == 1  # a single one, to see
    assert answer(health, outcome) == [True]
    assert health.room > 1


def test_a_push_that_was_given_up_says_nothing(clock):
    health = health_of(APPLE, clock)
    answer(health, Later(0, "no connection"), times=5)
    clock.advance(15)
    health.abandon(health.enter())
    assert health.room == 1
    assert health.active == 0
