"""The delivery engine on a real file, without HTTP in front of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from pushbell.clock import Clock, SystemClock
from pushbell.config import Push
from pushbell.deliver.breaker import BreakerPolicy
from pushbell.deliver.deliverer import Deliverer
from pushbell.deliver.dialer import Dialer
from pushbell.deliver.encrypt import KeyWindow
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.sender import Poster, Sender
from pushbell.deliver.transport import Transport
from pushbell.deliver.vapid import VapidKeys
from pushbell.ids import MessageIds
from pushbell.message import Event, Message
from pushbell.store import Delivery, DeliveryState, Device, DeviceState, Subscription
from pushbell.store.sqlite import SqliteStore
from pushbell.tasks import Supervisor

from .push_service import Phone, PushService
from .push_service import Push as Received

CONTACT = "mailto:admin@pushbell.dev"

# As the real one, a hundred times as fast.
QUICK = DeliveryPolicy(
    retries_s=(0.01, 0.04, 0.15, 0.6),
    sweep_s=0.2,
    breaker=BreakerPolicy(first_probe_s=0.1, longest_probe_s=0.4),
)


class Engine:
    """A store and a deliverer. Started again after `crash`, it works on the same file."""

    def __init__(self, folder: Path, *services: PushService, policy: DeliveryPolicy = QUICK, timeout_s: float = 10.0):
        self.folder, self.services, self.policy, self.timeout_s = folder, services, policy, timeout_s
        self.clock: Clock = SystemClock()
        self.ids = MessageIds()
        self.poster: Poster | None = None  # instead of the real transport

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self.store = await SqliteStore.open(self.folder / "pushbell.db", self.clock)
        self.supervisor = Supervisor(self.clock, first_pause_s=0.01)
        endpoints = EndpointPolicy([service.origin for service in self.services])
        vapid = VapidKeys.open(self.folder / "vapid.pem", CONTACT, self.clock)
        poster = self.poster or Transport(
            endpoints, Dialer(endpoints), max_connections=Push().concurrency, timeout_s=self.timeout_s
        )
        self.sender = Sender(poster, vapid, KeyWindow(self.clock).sealer, "https://push.example.com")
        self.deliverer = Deliverer(self.store, self.sender, self.supervisor, self.clock, self.policy)
        self.store.messages.on_commit(self.deliverer.on_commit)
        await self.deliverer.start()

    async def stop(self) -> None:
        await self.deliverer.close()
        await self.supervisor.close()
        await self.store.close()

    async def crash(self) -> None:
        """What was on its way is forgotten, as by SIGKILL."""
        await self.supervisor.close()
        await self.deliverer.close(0)
        await self.store.close()

    async def subscribe(self, phone: Phone, *topics: str, **fields: Any) -> Device:
        """The phone as an active device that follows these topics, with the settings of a subscription or a device."""
        settings = {name: fields.pop(name) for name in ("min_priority", "muted_until") if name in fields}
        given = {
            "id": phone.token[:22],
            "endpoint": phone.endpoint,
            "service": phone.service.origin,
            "p256dh": phone.point,
            "auth": phone.auth_secret,
            "state": DeviceState.ACTIVE,
            "origin": "https://push.example.com",
            "name": "a phone",
        }
        topics_and_settings = [Subscription(topic=topic, **settings) for topic in topics]
        return await self.store.devices.put_device(Device(**given | fields), topics_and_settings)

    async def publish(self, topic: str, message: str = "", **fields: Any) -> Message:
        now = int(self.clock.now())
        given = {"id": self.ids.draw(), "topic": topic, "time": now, "expires": now + 3600, "message": message}
        return await self.store.messages.add_message(Message(**given | fields))

    async def retract(self, topic: str, sequence_id: str, event: Event = Event.DELETE) -> Message:
        return await self.publish(topic, event=event, sequence_id=sequence_id)

    async def settled(self, timeout_s: float = 10.0) -> None:
        """Wait until nothing is owed to anybody, and check the balance."""
        try:
            async with asyncio.timeout(timeout_s):
                while (await self.store.deliveries.balance()).pending:
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"still owed: {await self.store.deliveries.balance()}") from None
        balance = await self.store.deliveries.balance()
        assert balance.is_exact, balance

    async def delivery(self, message: Message) -> Delivery:
        """The only row of the message's ledger."""
        [delivery] = await self.store.deliveries.deliveries_of(message.id, 10)
        return delivery

    async def states(self, message: Message) -> list[DeliveryState]:
        return [each.state for each in await self.store.deliveries.deliveries_of(message.id, 1000)]


def bodies(pushes: Sequence[Received]) -> list[str]:
    """The texts that were shown, in their order."""
    return [push.json["notification"]["body"] for push in pushes]
