"""Who is next among the loaded deliveries."""

import pytest

from pushbell.deliver.job import Job
from pushbell.deliver.lines import Lines
from pushbell.deliver.parcel import Parcel
from pushbell.deliver.service import Service
from pushbell.deliver.walk import Walk
from pushbell.message import Message
from pushbell.store import Device, Fanout

SERVICE = Service.at("https://fcm.googleapis.com")


def job(device, seq, *, urgent=False, retry=False):
    message = Message(id=str(seq), topic="t", time=0, expires=100, priority=5 if urgent else 3, seq=seq)
    fanout = Fanout(seq=seq, service=SERVICE.origin, topic="t", urgent=urgent, cursor=0, upto=9, owed=9)
    parcel = Parcel(message)
    return Job(
        parcel=parcel,
        device=Device(id=f"d{device}", number=device, endpoint="", service="", p256dh=b"", auth=b""),
        service=SERVICE,
        min_priority=1,
        muted_until=0,
        walk=None if retry else Walk(fanout, parcel),
    )


@pytest.fixture
def lines():
    return Lines(room_per_device=3)


def drain(lines):
    order = []
    while taken := lines.next():
        order.append(taken.key)
        lines.leave(taken)
    return order


def test_a_device_is_served_one_by_one(lines):
    first, second = job(1, 1), job(1, 2)
    lines.add(first)
    lines.add(second)
    assert lines.next() is first
    assert lines.next() is None
    lines.leave(first)
    assert lines.next() is second


def test_devices_do_not_wait_for_each_other(lines):
    for device in range(3):
        lines.add(job(device, 1))
    assert [lines.next().device.number for _ in range(3)] == [0, 1, 2]


def test_urgent_goes_before_others_and_fresh_before_retries(lines):
    lines.add(job(1, 1, retry=True))
    lines.add(job(2, 2))
    lines.add(job(3, 3, urgent=True, retry=True))
    lines.add(job(4, 4, urgent=True))
    assert drain(lines) == [(4, 4), (3, 3), (2, 2), (1, 1)]


def test_an_urgent_one_passes_others_of_its_device_that_have_not_begun(lines):
    lines.add(job(1, 1))
    lines.add(job(1, 2))
    lines.add(job(1, 3, urgent=True))
    assert drain(lines) == [(3, 1), (1, 1), (2, 1)]


def test_but_not_the_one_that_is_on_its_way(lines):
    begun = job(1, 1)
    lines.add(begun)
    assert lines.next() is begun
    lines.add(job(1, 2))
    lines.add(job(1, 3, urgent=True))
    assert lines.next() is None
    lines.leave(begun)
    assert drain(lines) == [(3, 1), (2, 1)]


def test_nobody_starves_behind_a_stream_of_urgent_ones(lines):
    lines.add(job(0, 1, retry=True))
    for device in range(1, 20):
        lines.add(job(device, 2, urgent=True))
    assert drain(lines).index((1, 0)) < 8


def test_what_waits_behind_a_failure_can_be_taken_out(lines):
    jobs = [job(1, seq) for seq in range(3)]
    for each in jobs:
        lines.add(each)
    begun = lines.next()
    assert list(lines.withdraw(begun)) == jobs[1:]
    assert len(lines) == 1
    lines.leave(begun)
    assert lines.next() is None


def test_a_line_is_full_at_its_limit(lines):
    for seq in range(3):
        assert not lines.is_full(1, urgent=False)
        lines.add(job(1, seq))
    assert lines.is_full(1, urgent=False)
    assert not lines.is_full(1, urgent=True)
    assert not lines.is_full(2, urgent=False)


def test_it_counts_what_is_ready_by_urgency(lines):
    lines.add(job(1, 1))
    lines.add(job(2, 1, urgent=True))
    lines.add(job(3, 1, urgent=True, retry=True))
    assert (lines.ready, lines.ready_of(urgent=True), lines.ready_of(urgent=False)) == (3, 2, 1)
