"""The delivery engine: a lane for each push service that has work."""

import asyncio
from collections.abc import Sequence
from typing import Self

from pushbell.clock import Clock
from pushbell.config import Push
from pushbell.deliver.activation import Activations
from pushbell.deliver.dialer import Dialer, tls_context
from pushbell.deliver.encrypt import KeyWindow
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.lane import Lane
from pushbell.deliver.parcel import Parcels
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.proxy import parse_proxy
from pushbell.deliver.sender import Sender
from pushbell.deliver.service import Service
from pushbell.deliver.transport import Transport
from pushbell.deliver.trial import Trials
from pushbell.deliver.vapid import VapidKeys
from pushbell.deliver.walk import Walk
from pushbell.message import Message
from pushbell.store import Device, Fanout, Store
from pushbell.tasks import Supervisor


class Deliverer:
    """Carries every committed message to the devices that are owed it, across restarts, until it is settled."""

    def __init__(
        self, store: Store, sender: Sender, supervisor: Supervisor, clock: Clock, policy: DeliveryPolicy | None = None
    ) -> None:
        self.trials = Trials(store.devices, sender, clock)
        self._store, self._sender, self._supervisor, self._clock = store, sender, supervisor, clock
        self._policy = policy or DeliveryPolicy()
        self._parcels = Parcels(store.messages)
        self._activations = Activations(sender, supervisor)
        self._lanes: dict[str, Lane] = {}
        self._closed = False

    @classmethod
    def build(
        cls,
        store: Store,
        endpoints: EndpointPolicy,
        vapid: VapidKeys,
        supervisor: Supervisor,
        config: Push,
        origin: str,
        clock: Clock,
    ) -> Self:
        """With a transport and keys of its own. `origin` is where the app lives. Raises ValueError for bad options."""
        proxy = parse_proxy(config.proxy) if config.proxy else None
        dialer = Dialer(endpoints, tls=tls_context(config.ca_file), proxy=proxy)
        transport = Transport(endpoints, dialer, max_connections=config.concurrency, timeout_s=config.timeout)
        sender = Sender(transport, vapid, KeyWindow(clock, life_s=config.key_life).sealer, origin)
        return cls(store, sender, supervisor, clock, DeliveryPolicy(concurrency=config.concurrency))

    async def start(self) -> None:
        """Take up what was left over from the last run."""
        await self._find_work()
        self._supervisor.start("delivery sweep", self._sweep)

    def on_commit(self, messages: Sequence[Message], fanouts: Sequence[Fanout]) -> None:
        """What the store calls after each commit; never blocks."""
        if self._closed:
            return
        for message in messages:
            if message.sequence_id:
                self._parcels.supersede(message)
        if fanouts:
            known = {message.seq: message for message in messages}
            for fanout in fanouts:
                self._lane(fanout.service).offer(Walk(fanout, self._parcels.add(known[fanout.seq])))

    def prepare(self, device: Device) -> None:
        """Do now for a new or renewed device what its first push would have to do."""
        self._sender.prepare(device)

    def announce(self, device: Device, activation: str) -> None:
        """Push the activation token to a device that wants to register; returns at once."""
        self._activations.announce(device, activation)

    async def close(self, timeout_s: float = 3.0) -> None:
        """Let what is on its way arrive and be written down; the rest goes on after the next start."""
        self._closed = True
        await asyncio.gather(*(lane.stop(timeout_s) for lane in self._lanes.values()))
        self._lanes.clear()
        await self._sender.close()

    def _lane(self, origin: str) -> Lane:
        lane = self._lanes.get(origin)
        if lane is None:
            lane = self._lanes[origin] = Lane(
                Service.at(origin),
                self._store.deliveries,
                self._parcels,
                self._sender,
                self._supervisor,
                self._policy,
                self._clock,
            )
            lane.start()
        return lane

    async def _sweep(self) -> None:
        """Find what became due without a commit of ours, and end the lanes nobody has used for long."""
        while True:
            await asyncio.sleep(self._policy.sweep_s)
            await self._find_work()
            for origin, lane in list(self._lanes.items()):
                if lane.is_idle and self._clock.monotonic() - lane.busy_at > self._policy.idle_s:
                    del self._lanes[origin]
                    await lane.stop(0)

    async def _find_work(self) -> None:
        for origin in await self._store.deliveries.services_with_work():
            if not self._closed:
                self._lane(origin).recheck()
