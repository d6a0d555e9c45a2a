"""Fan-outs, due deliveries, the ledger and its balance, in a real file."""

import msgspec
import pytest

from pushbell.message import Event, Message
from pushbell.store import DeliveryState, Device, DeviceState, Owed, Receipt, Settlement, Subscription

SERVICE = "https://a.example"


class Ledger:
    """The store with shorthands for what these tests repeat."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.deliveries = store.deliveries
        self.published = 0

    async def device(self, name="d1", *topics, service=SERVICE, **fields):
        given = {"id": name, "endpoint": f"{service}/{name}", "service": service, "p256dh": b"p", "auth": b"a"}
        device = Device(**given | {"state": DeviceState.ACTIVE, "name": f"the {name}"} | fields)
        return await self.store.devices.put_device(device, [Subscription(topic=topic) for topic in topics or ("t",)])

    async def publish(self, topic="t", **fields):
        self.published += 1
        now = int(self.clock.now())
        given = {"id": f"m{self.published}", "topic": topic, "time": now, "expires": now + 100}
        return await self.store.messages.add_message(Message(**given | fields))

    async def fanouts(self, service=SERVICE, *, urgent=False):
        return await self.deliveries.open_fanouts(service, urgent=urgent, after=0, limit=100)

    async def settle(self, message, device, state=DeliveryState.DELIVERED, **fields):
        given = {"seq": message.seq, "device": device.number, "service": device.service, "attempts": 1}
        if state is DeliveryState.DUE:
            given |= {"holds": True, "due_at": self.clock.now() + 10}
        await self.deliveries.settle([Settlement(**given | {"state": state, "endpoint": device.endpoint} | fields)])

    async def due(self, service=SERVICE):
        """What may be sent now; without what waits behind it."""
        found = await self.deliveries.due_deliveries(service, self.clock.now(), 100, 0)
        return [(each.owed[0].seq, each.device.id) for each in found]

    async def tally(self, message):
        return {name: count for name, count in (await self.deliveries.tally(message.id)).items() if count}


@pytest.fixture
async def ledger(store, clock):
    yield Ledger(store, clock)
    assert (await store.deliveries.balance()).is_exact


async def test_a_message_opens_one_fanout_per_push_service_of_its_audience(ledger):
    for number in range(3):
        await ledger.device(f"d{number}")
    await ledger.device("e", service="https://b.example")
    await ledger.device("f", "other")
    message = await ledger.publish()
    [here], [there] = await ledger.fanouts(), await ledger.fanouts("https://b.example")
    assert (here.seq, here.owed, there.owed) == (message.seq, 3, 1)
    assert await ledger.deliveries.services_with_work() == [SERVICE, "https://b.example"]
    assert (await ledger.deliveries.balance()).pending == 4


async def test_fanouts_come_by_urgency_oldest_first_after_a_seq(ledger):
    await ledger.device()
    sent = [await ledger.publish(priority=priority) for priority in (3, 5, 0, 4)]
    assert [each.seq for each in await ledger.fanouts(urgent=True)] == [sent[1].seq, sent[3].seq]
    rest = await ledger.deliveries.open_fanouts(SERVICE, urgent=False, after=sent[0].seq, limit=100)
    assert [each.seq for each in rest] == [sent[2].seq]


async def test_targets_come_in_pages_without_those_in_the_ledger(ledger):
    devices = [await ledger.device(f"d{number}") for number in range(5)]
    message = await ledger.publish()
    await ledger.settle(message, devices[1])
    [fanout] = await ledger.fanouts()
    page = await ledger.deliveries.targets(fanout, fanout.cursor, 2)
    assert [target.device.id for target in page] == ["d0", "d2"]
    rest = await ledger.deliveries.targets(fanout, page[-1].subscription, 10)
    assert [target.device.id for target in rest] == ["d3", "d4"]
    assert rest[0].device == devices[3]


async def test_who_subscribes_after_the_publish_is_no_target(ledger):
    await ledger.device()
    await ledger.publish()
    await ledger.device("late")
    [fanout] = await ledger.fanouts()
    assert [target.device.id for target in await ledger.deliveries.targets(fanout, 0, 10)] == ["d1"]


@pytest.mark.parametrize("state", [DeviceState.PENDING, DeviceState.DEAD, DeviceState.WRONG_KEY, DeviceState.MUTED])
async def test_devices_that_cannot_receive_are_owed_nothing(ledger, state):
    await ledger.device(state=state)
    await ledger.publish()
    assert await ledger.fanouts() == []
    assert (await ledger.deliveries.balance()).accepted == 0


async def test_a_walked_fanout_closes_and_who_left_is_filtered(ledger):
    stays, leaves = await ledger.device("d1"), await ledger.device("d2")
    message = await ledger.publish()
    [fanout] = await ledger.fanouts()
    await ledger.store.devices.remove_device(leaves.id)
    await ledger.settle(message, stays)
    assert (await ledger.tally(message))["due"] == 1
    await ledger.deliveries.settle([], [msgspec.structs.replace(fanout, cursor=fanout.upto)])
    assert await ledger.fanouts() == []
    assert await ledger.tally(message) == {"owed": 2, "delivered": 1, "filtered": 1}


async def test_a_device_that_comes_back_during_the_walk_is_owed_it_too(ledger):
    await ledger.device("d1")
    sleeper = await ledger.device("d2", state=DeviceState.PENDING)
    await ledger.device("d3")
    message = await ledger.publish()
    await ledger.store.devices.activate_device("d2")
    [fanout] = await ledger.fanouts()
    for target in await ledger.deliveries.targets(fanout, 0, 10):
        await ledger.settle(message, target.device)
    assert await ledger.tally(message) == {"owed": 3, "delivered": 3}
    assert sleeper.number


async def test_what_is_settled_stays_settled(ledger):
    device = await ledger.device()
    message = await ledger.publish()
    await ledger.settle(message, device, DeliveryState.DELIVERED)
    await ledger.settle(message, device, DeliveryState.FAILED)
    await ledger.settle(message, device, DeliveryState.DUE)
    assert await ledger.tally(message) == {"owed": 1, "delivered": 1}


async def test_a_due_delivery_comes_at_its_time(ledger):
    device = await ledger.device()
    message = await ledger.publish()
    await ledger.settle(message, device, DeliveryState.DUE, status=503, reason="busy")
    now = ledger.clock.now()
    assert await ledger.due() == []
    assert await ledger.deliveries.next_due_at(SERVICE, now) == now + 10
    ledger.clock.advance(10)
    [due] = await ledger.deliveries.due_deliveries(SERVICE, ledger.clock.now(), 10, 10)
    assert due.device == device
    assert due.owed == [Owed(seq=message.seq, min_priority=1, muted_until=0, attempts=1, superseded=False)]


async def test_later_deliveries_to_a_device_wait_behind_one_that_holds(ledger):
    device, other = await ledger.device("d1"), await ledger.device("d2")
    first, second, third = [await ledger.publish() for _ in range(3)]
    await ledger.settle(first, device, DeliveryState.DUE)
    fanout = (await ledger.fanouts())[1]
    waits = {each.device.id: each.waits for each in await ledger.deliveries.targets(fanout, 0, 10)}
    assert waits == {"d1": True, "d2": False}
    await ledger.settle(second, device, DeliveryState.DUE, due_at=ledger.clock.now())
    await ledger.settle(third, device, DeliveryState.DUE, due_at=ledger.clock.now())
    await ledger.settle(third, other, DeliveryState.DUE, due_at=ledger.clock.now())
    assert await ledger.due() == [(third.seq, "d2")]
    ledger.clock.advance(10)
    await ledger.settle(first, device)
    assert await ledger.due() == [(second.seq, "d1"), (third.seq, "d2")]
    await ledger.settle(second, device, DeliveryState.FAILED)
    assert await ledger.due() == [(third.seq, "d1"), (third.seq, "d2")]


async def test_urgent_targets_wait_for_failures_and_urgent_ones_only(ledger):
    device = await ledger.device()
    parked, urgent = await ledger.publish(), await ledger.publish(priority=5)
    [fanout] = await ledger.fanouts(urgent=True)

    async def waits():
        [target] = await ledger.deliveries.targets(fanout, 0, 10)
        return target.waits

    await ledger.settle(parked, device, DeliveryState.DUE, attempts=0)
    assert not await waits()
    await ledger.settle(parked, device, DeliveryState.DUE, attempts=1)
    assert await waits()
    assert urgent.seq == fanout.seq


async def test_what_waits_behind_comes_along_urgent_first(ledger):
    device = await ledger.device()
    head, calm, urgent, last = [await ledger.publish(priority=priority) for priority in (3, 3, 5, 3)]
    for message in (head, calm, urgent, last):
        await ledger.settle(message, device, DeliveryState.DUE, due_at=ledger.clock.now())
    [due] = await ledger.deliveries.due_deliveries(SERVICE, ledger.clock.now(), 10, 2)
    assert [owed.seq for owed in due.owed] == [urgent.seq, head.seq, calm.seq]


async def test_they_pass_one_that_no_longer_holds(ledger):
    device = await ledger.device()
    first, second = await ledger.publish(), await ledger.publish()
    await ledger.settle(first, device, DeliveryState.DUE)
    await ledger.settle(second, device, DeliveryState.DUE, due_at=ledger.clock.now())
    assert await ledger.due() == []
    await ledger.settle(first, device, DeliveryState.DUE, holds=False, due_at=ledger.clock.now() + 900)
    assert await ledger.due() == [(second.seq, "d1")]


async def test_urgent_ones_come_first(ledger):
    devices = [await ledger.device(f"d{number}") for number in range(2)]
    calm, urgent = await ledger.publish(), await ledger.publish(priority=5)
    await ledger.settle(calm, devices[0], DeliveryState.DUE, due_at=ledger.clock.now() - 5)
    await ledger.settle(urgent, devices[1], DeliveryState.DUE, due_at=ledger.clock.now())
    assert [seq for seq, _ in await ledger.due()] == [urgent.seq, calm.seq]


async def test_hastening_leaves_those_alone_who_were_asked_to_wait(ledger):
    devices = [await ledger.device(f"d{number}") for number in range(3)]
    message = await ledger.publish()
    for device, status in zip(devices, (503, 429, 0), strict=True):
        await ledger.settle(message, device, DeliveryState.DUE, status=status)
    await ledger.deliveries.hasten(SERVICE, ledger.clock.now())
    assert await ledger.due() == [(message.seq, "d0"), (message.seq, "d2")]


async def test_an_update_supersedes_what_it_replaces(ledger):
    device = await ledger.device()
    original = await ledger.publish()
    await ledger.publish(sequence_id=original.id)
    other = await ledger.publish(sequence_id="elsewhere")
    assert [each.superseded for each in await ledger.fanouts()] == [True, False, False]
    await ledger.settle(original, device, DeliveryState.DUE, due_at=ledger.clock.now())
    await ledger.settle(other, device, DeliveryState.DUE, due_at=ledger.clock.now(), holds=False)
    [due, *_] = await ledger.deliveries.due_deliveries(SERVICE, ledger.clock.now(), 10, 10)
    assert due.owed[0].superseded


async def test_gone_buries_the_device_and_settles_what_it_was_owed(ledger):
    device = await ledger.device("d1", "t", "u")
    first, second, third = await ledger.publish(), await ledger.publish("u"), await ledger.publish()
    await ledger.settle(first, device, DeliveryState.DUE)
    await ledger.settle(second, device, DeliveryState.GONE, status=410)
    assert (await ledger.store.devices.device("d1")).state is DeviceState.DEAD
    assert await ledger.tally(first) == {"owed": 1, "gone": 1}
    for fanout in await ledger.fanouts():
        assert await ledger.deliveries.targets(fanout, 0, 10) == []
        await ledger.deliveries.settle([], [msgspec.structs.replace(fanout, cursor=fanout.upto)])
    assert await ledger.tally(third) == {"owed": 1, "filtered": 1}


@pytest.mark.parametrize("state", [DeliveryState.GONE, DeliveryState.FAILED])
async def test_a_refusal_of_a_replaced_endpoint_is_due_to_the_new_one(ledger, state):
    device = await ledger.device()
    message = await ledger.publish()
    renewed = await ledger.device(endpoint=f"{SERVICE}/new")
    await ledger.settle(message, device, state, at=ledger.clock.now())
    [due] = await ledger.deliveries.due_deliveries(SERVICE, ledger.clock.now(), 10, 10)
    assert due.device == renewed
    assert renewed.state is DeviceState.ACTIVE


async def test_a_wrong_key_ends_what_is_due_unless_the_endpoint_is_another_by_now(ledger):
    device = await ledger.device()
    message = await ledger.publish()
    await ledger.settle(message, device, DeliveryState.DUE)
    await ledger.deliveries.mark_wrong_key(device.number, "https://a.example/older")
    assert await ledger.tally(message) == {"owed": 1, "due": 1}
    await ledger.deliveries.mark_wrong_key(device.number, device.endpoint)
    assert await ledger.tally(message) == {"owed": 1, "failed": 1}
    assert (await ledger.store.devices.device("d1")).state is DeviceState.WRONG_KEY


async def test_a_device_takes_what_it_is_owed_to_another_push_service(ledger):
    device = await ledger.device()
    due, unreached = await ledger.publish(), await ledger.publish()
    await ledger.settle(due, device, DeliveryState.DUE, due_at=ledger.clock.now())
    await ledger.device(service="https://b.example")
    assert await ledger.due() == []
    found = await ledger.deliveries.due_deliveries("https://b.example", ledger.clock.now(), 1, 5)
    assert [owed.seq for owed in found[0].owed] == [due.seq, unreached.seq]
    assert "https://b.example" in await ledger.deliveries.services_with_work()


async def test_only_devices_that_got_a_version_know_a_notification(ledger):
    got, missed = await ledger.device("d1"), await ledger.device("d2")
    original = await ledger.publish()
    update = await ledger.publish(sequence_id=original.id)
    await ledger.settle(original, got)
    await ledger.settle(original, missed, DeliveryState.FAILED)
    knows = ledger.deliveries.was_delivered
    assert await knows("t", original.id, got.number)
    assert not await knows("t", original.id, missed.number)
    assert not await knows("u", original.id, got.number)
    await ledger.settle(update, missed)
    assert await knows("t", original.id, missed.number)


async def test_a_delete_is_no_version_of_what_it_deletes(ledger):
    device = await ledger.device()
    deleted = await ledger.publish(event=Event.DELETE, sequence_id="bell")
    await ledger.settle(deleted, device)
    assert not await ledger.deliveries.was_delivered("t", "bell", device.number)


async def test_receipts_fill_in_what_was_not_known(ledger):
    device = await ledger.device()
    message = await ledger.publish()
    await ledger.settle(message, device, status=201)
    await ledger.deliveries.record_receipts("d1", [Receipt(id=message.id, received_at=1.0)], 5)
    await ledger.deliveries.record_receipts("d1", [Receipt(id=message.id, received_at=9.0, shown_at=2.0)], 6)
    [delivery] = await ledger.deliveries.deliveries_of(message.id, 10)
    assert (delivery.received_at, delivery.shown_at, delivery.clicked_at) == (1.0, 2.0, None)
    assert (delivery.device_name, delivery.service, delivery.status) == ("the d1", SERVICE, 201)
    assert (await ledger.tally(message))["received"] == 1
    assert (await ledger.store.devices.device("d1")).receipt_at == 6


async def test_a_receipt_may_come_before_the_ledger_knows_of_the_delivery(ledger):
    device = await ledger.device()
    message = await ledger.publish()
    await ledger.deliveries.record_receipts("d1", [Receipt(id=message.id, shown_at=2.0)], 5)
    await ledger.settle(message, device)
    [delivery] = await ledger.deliveries.deliveries_of(message.id, 10)
    assert delivery.shown_at == 2.0


async def test_receipts_for_what_the_device_has_nothing_to_do_with_are_ignored(ledger):
    await ledger.device("d1", "t")
    await ledger.device("d2", "u")
    message = await ledger.publish("u")
    receipts = [Receipt(id=message.id, shown_at=1.0), Receipt(id="no-such-message", shown_at=1.0)]
    await ledger.deliveries.record_receipts("d1", receipts, 5)
    assert "shown" not in await ledger.tally(message)


async def test_an_unknown_message_has_no_tally(ledger):
    assert await ledger.deliveries.tally("nothing") == {}
    assert await ledger.deliveries.deliveries_of("nothing", 10) == []


async def test_what_is_pruned_expires(ledger):
    first, second = await ledger.device("d1"), await ledger.device("d2")
    message = await ledger.publish()
    await ledger.settle(message, first, DeliveryState.DUE)
    ledger.clock.advance(101)
    await ledger.store.messages.prune_messages(int(ledger.clock.now()), 100)
    balance = await ledger.deliveries.balance()
    assert (balance.expired, balance.pending) == (2, 0)
    await ledger.settle(message, second)  # it was on its way
    assert (await ledger.deliveries.balance()).delivered == 0
