"""When to stop sending to a push service, and when to look again."""

import pytest

from pushbell.deliver.breaker import Breaker, BreakerPolicy
from tests.harness.clock import ManualClock

ORDINARY, PROBE = Breaker.Ticket.ORDINARY, Breaker.Ticket.PROBE


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def breaker(clock):
    return Breaker(BreakerPolicy(), clock)


def fail(breaker, times, *, connection=False, retry_after_s=0.0):
    return [breaker.fail(ORDINARY, connection=connection, retry_after_s=retry_after_s) for _ in range(times)]


def test_it_opens_when_most_of_twenty_attempts_failed(breaker):
    for _ in range(9):
        breaker.succeed(ORDINARY)
    assert fail(breaker, 11) == [False] * 10 + [True]
    assert not breaker.lets_pass


def test_it_stays_closed_while_half_of_the_attempts_succeed(breaker):
    for _ in range(50):
        fail(breaker, 1)
        breaker.succeed(ORDINARY)
    assert breaker.lets_pass


def test_old_failures_are_forgotten(breaker, clock):
    fail(breaker, 19)
    clock.advance(31)
    assert fail(breaker, 19) == [False] * 19


def test_five_connections_in_a_row_that_fail_open_it(breaker):
    fail(breaker, 4, connection=True)
    breaker.succeed(ORDINARY)
    assert fail(breaker, 5, connection=True) == [False] * 4 + [True]


def test_a_single_probe_passes_after_a_while_and_its_success_closes_it(breaker, clock):
    fail(breaker, 5, connection=True)
    clock.advance(14)
    assert not breaker.lets_pass
    clock.advance(1)
    assert breaker.lets_pass
    assert breaker.enter() is PROBE
    assert not breaker.lets_pass
    assert breaker.succeed(PROBE)
    assert breaker.lets_pass
    assert breaker.enter() is ORDINARY


def test_each_probe_that_fails_doubles_the_wait_up_to_five_minutes(breaker, clock):
    fail(breaker, 5, connection=True)
    for wait_s in (15, 30, 60, 120, 240, 300, 300):
        assert breaker.opens_at == pytest.approx(clock.monotonic() + wait_s)
        clock.advance(wait_s)
        assert breaker.fail(breaker.enter(), connection=True) is False


def test_a_probe_without_a_result_may_be_repeated(breaker, clock):
    fail(breaker, 5, connection=True)
    clock.advance(15)
    breaker.abstain(breaker.enter())
    assert breaker.lets_pass


def test_failures_of_pushes_that_were_on_their_way_change_nothing(breaker, clock):
    fail(breaker, 5, connection=True)
    opens_at = breaker.opens_at
    clock.advance(5)
    assert fail(breaker, 10, connection=True) == [False] * 10
    assert breaker.opens_at == opens_at


def test_a_late_success_of_an_ordinary_push_closes_it(breaker):
    fail(breaker, 5, connection=True)
    assert breaker.succeed(ORDINARY)
    assert breaker.lets_pass


def test_the_time_that_the_service_named_is_waited_for(breaker, clock):
    fail(breaker, 20, retry_after_s=120)
    assert breaker.opens_at == clock.monotonic() + 120


def test_a_rest_lets_nothing_pass_without_being_an_outage(breaker, clock):
    breaker.rest(60)
    assert not breaker.lets_pass
    clock.advance(60)
    assert breaker.enter() is ORDINARY


def test_the_success_after_a_streak_of_failures_ends_an_outage_even_if_it_never_opened(breaker):
    fail(breaker, 5)
    assert breaker.succeed(ORDINARY)
    assert not breaker.succeed(ORDINARY)
