"""Whatever happens in whatever order: accepted = delivered + gone + failed + expired + filtered + pending."""

import asyncio
import sqlite3
import tempfile
from itertools import cycle
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pushbell.message import Message
from pushbell.store import DeliveryState, Device, DeviceState, Settlement, Subscription
from pushbell.store.sqlite import SqliteStore
from tests.harness.clock import ManualClock

TOPICS = ("doors", "alerts")
SERVICES = ("https://a.example", "https://b.example")

TOPIC = st.sampled_from(TOPICS)
SERVICE = st.sampled_from(SERVICES)
DEVICE = st.sampled_from(["d0", "d1", "d2", "d3"])
STATE = st.sampled_from([DeviceState.ACTIVE, DeviceState.ACTIVE, DeviceState.PENDING])
OUTCOMES = st.lists(
    st.sampled_from([*DeliveryState, DeliveryState.DELIVERED, DeliveryState.DUE]), min_size=1, max_size=4
)

# What can happen: the name of a method of `Books`, and its arguments.
PUBLISH = st.tuples(st.just("publish"), TOPIC, st.sampled_from([0, 5]))
WALK = st.tuples(st.just("walk"), SERVICE, st.booleans(), st.integers(1, 3), OUTCOMES)
RETRY = st.tuples(st.just("retry"), SERVICE, OUTCOMES)
SETTLE = st.tuples(st.just("settle"), st.integers(1, 4))
COME = st.tuples(st.just("register"), DEVICE, SERVICE, STATE)
MEMBERSHIP = st.tuples(st.sampled_from(["subscribe", "unsubscribe"]), DEVICE, TOPIC)
CHANGE = st.tuples(st.sampled_from(["activate", "remove", "lose_the_key"]), DEVICE)
TIME = st.tuples(st.just("time_passes"), st.integers(0, 30))
REST = st.sampled_from([("prune",), ("crash",), ("hasten", SERVICES[0])])
ACTION = st.one_of(PUBLISH, WALK, WALK, SETTLE, SETTLE, RETRY, COME, MEMBERSHIP, CHANGE, TIME, REST)


class Books:
    """A store whose devices come, move and go while fan-outs are walked, interrupted and pruned."""

    def __init__(self, path):
        self.path = path
        self.clock = ManualClock()
        self.ids = []
        self.endpoints = 0
        self.in_flight = []

    async def open(self):
        self.store = await SqliteStore.open(self.path, self.clock)

    async def close(self):
        await self.store.close()

    async def register(self, name, service, state=DeviceState.ACTIVE):
        self.endpoints += 1
        device = Device(
            id=name,
            endpoint=f"{service}/{self.endpoints}",
            service=service,
            p256dh=b"p",
            auth=b"a",
            state=state,
            seen_at=int(self.clock.now()),
        )
        topics = [Subscription(topic=topic) for topic in TOPICS]
        await self.store.devices.put_device(device, topics)

    async def subscribe(self, name, topic):
        await self.store.devices.put_subscription(name, Subscription(topic=topic))

    async def unsubscribe(self, name, topic):
        await self.store.devices.remove_subscription(name, topic)

    async def activate(self, name):
        await self.store.devices.activate_device(name)

    async def remove(self, name):
        await self.store.devices.remove_device(name)

    async def lose_the_key(self, name):
        device = await self.store.devices.device(name)
        if device:
            await self.store.deliveries.mark_wrong_key(device.number, device.endpoint)

    async def publish(self, topic, priority):
        now = int(self.clock.now())
        message = Message(id=f"m{len(self.ids):011}", topic=topic, time=now, expires=now + 50, priority=priority)
        await self.store.messages.add_message(message)
        self.ids.append(message.id)

    async def walk(self, service, urgent, limit, outcomes):
        states = cycle(outcomes)
        for fanout in await self.store.deliveries.open_fanouts(service, urgent=urgent, after=0, limit=3):
            targets = await self.store.deliveries.targets(fanout, fanout.cursor, limit)
            settled = [self.outcome(fanout.seq, service, target.device, next(states)) for target in targets]
            cursor = targets[-1].subscription if len(targets) == limit else fanout.upto
            self.in_flight.append((settled, [msgspec.structs.replace(fanout, cursor=cursor)]))

    async def retry(self, service, outcomes):
        found = await self.store.deliveries.due_deliveries(service, self.clock.now(), 5, 1)
        states = cycle(outcomes)
        settled = [
            self.outcome(owed.seq, service, due.device, next(states), owed.attempts)
            for due in found
            for owed in due.owed
        ]
        self.in_flight.append((settled, []))

    def outcome(self, seq, service, device, state, attempts=0):
        due, now = state is DeliveryState.DUE, self.clock.now()
        return Settlement(
            seq=seq,
            device=device.number,
            service=service,
            state=state,
            attempts=attempts + 1,
            at=now,
            due_at=now + 7 * attempts if due else 0.0,
            holds=due and attempts < 2,
            endpoint=device.endpoint,
        )

    async def settle(self, count):
        entries, self.in_flight = self.in_flight[:count], self.in_flight[count:]
        await asyncio.gather(*(self.store.deliveries.settle(*entry) for entry in entries))

    async def time_passes(self, seconds):
        self.clock.advance(seconds)

    async def hasten(self, service):
        await self.store.deliveries.hasten(service, self.clock.now())

    async def prune(self):
        await self.store.messages.prune_messages(int(self.clock.now()), 100)
        await self.store.devices.prune_devices(int(self.clock.now()) - 40, int(self.clock.now()) - 40)

    async def crash(self):
        self.in_flight = []
        await self.close()
        await self.open()

    async def check(self):
        balance = await self.store.deliveries.balance()
        assert balance.is_exact, balance
        assert all(count >= 0 for count in msgspec.structs.astuple(balance)), balance
        for known in self.ids[-4:]:
            if tally := await self.store.deliveries.tally(known):
                assert tally["owed"] == sum(tally[state] for state in DeliveryState), tally
                assert all(count >= 0 for count in tally.values()), tally
        self.check_that_nothing_is_stuck()

    def check_that_nothing_is_stuck(self):
        db = sqlite3.connect(self.path)
        try:
            behind_nobody = "SELECT device FROM deliveries WHERE state = 'due' GROUP BY device HAVING min(behind) = 1"
            assert not db.execute(behind_nobody).fetchall()
            orphans = "SELECT 1 FROM deliveries WHERE state = 'due' AND device NOT IN (SELECT number FROM devices)"
            assert not db.execute(orphans).fetchall()
        finally:
            db.close()

    async def finish(self):
        """In the end everything that is owed comes to an end."""
        self.in_flight = []
        for _ in range(200):
            if not (await self.store.deliveries.balance()).pending:
                return
            self.clock.advance(10)
            for service in SERVICES:
                await self.walk(service, False, 10, [DeliveryState.DELIVERED])
                await self.walk(service, True, 10, [DeliveryState.DELIVERED])
                await self.retry(service, [DeliveryState.DELIVERED])
            await self.settle(100)
        raise AssertionError("something is owed for ever")


async def play(path, actions):
    books = Books(path)
    await books.open()
    try:
        for number in range(4):
            await books.register(f"d{number}", SERVICES[number % 2])
        for name, *arguments in actions:
            await getattr(books, name)(*arguments)
            await books.check()
        await books.finish()
        await books.check()
    finally:
        await books.close()


@settings(max_examples=80, deadline=None)
@given(st.lists(ACTION, min_size=10, max_size=60))
def test_the_balance_is_exact_after_whatever_happens(actions):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "pushbell.db", actions))
