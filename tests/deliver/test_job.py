"""What is not worth sending."""

import pytest

from pushbell.deliver.job import Job
from pushbell.deliver.parcel import Parcel
from pushbell.deliver.service import Service
from pushbell.message import Event, Message
from pushbell.store import Device, DeviceState

FCM, APPLE = "https://fcm.googleapis.com", "https://web.push.apple.com"


def verdict(*, origin=FCM, state=DeviceState.ACTIVE, superseded=False, min_priority=1, muted_until=0, now=50, **fields):
    given = {"id": "m", "topic": "t", "time": 0, "expires": 100_000, "seq": 1}
    parcel = Parcel(Message(**given | fields))
    parcel.superseded = superseded
    device = Device(id="d", endpoint="", service=origin, p256dh=b"", auth=b"", state=state)
    job = Job(parcel, device, Service.at(origin), min_priority, muted_until)
    found = job.pointless(now)
    return found and found[0]


def test_an_ordinary_message_is_sent():
    assert verdict() is None


@pytest.mark.parametrize("state", [state for state in DeviceState if state is not DeviceState.ACTIVE])
def test_a_device_that_cannot_receive_is_not_sent_to(state):
    assert verdict(state=state) == "filtered"


@pytest.mark.parametrize(
    ("priority", "least", "expected"), [(0, 3, None), (0, 4, "filtered"), (5, 5, None), (1, 2, "filtered")]
)
def test_below_the_minimum_priority_nothing_is_sent(priority, least, expected):
    assert verdict(priority=priority, min_priority=least) == expected


def test_nothing_is_sent_while_muted():
    assert verdict(muted_until=51) == "filtered"
    assert verdict(muted_until=50) is None


def test_what_was_replaced_is_not_sent_unless_the_update_might_not_be():
    assert verdict(superseded=True) == "filtered"
    assert verdict(superseded=True, priority=5, min_priority=4) is None


def test_deletes_never_go_to_apple_and_elsewhere_pass_all_settings():
    assert verdict(event=Event.DELETE, origin=APPLE) == "filtered"
    assert verdict(event=Event.DELETE, min_priority=5, muted_until=51) is None


@pytest.mark.parametrize(("priority", "life_s"), [(1, 21_600), (3, 99_999), (5, 100_000)])
def test_it_expires_with_its_time_to_live(priority, life_s):
    assert verdict(priority=priority, now=life_s - 1) is None
    assert verdict(priority=priority, now=100_000) == "expired"
    assert verdict(priority=priority, now=21_600) == ("expired" if priority == 1 else None)
