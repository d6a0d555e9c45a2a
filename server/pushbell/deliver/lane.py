"""The lane to one push service: it pulls work when it has room, so a slow service is slow for its own devices alone."""

import asyncio
import logging
import math
from collections.abc import Sequence
from typing import Final

from pushbell.clock import Clock
from pushbell.deliver.health import Health
from pushbell.deliver.job import Job
from pushbell.deliver.journal import Entry, Journal
from pushbell.deliver.lines import Lines
from pushbell.deliver.loader import Loader
from pushbell.deliver.parcel import Parcels
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.sender import Sender
from pushbell.deliver.service import Service
from pushbell.deliver.services import Accepted, Gone, Later, Outcome, WrongKey
from pushbell.deliver.verdict import Verdicts, settle
from pushbell.deliver.walk import Walk
from pushbell.log import event
from pushbell.store import Deliveries, DeliveryState, Settlement, StoreError
from pushbell.tasks import Supervisor

LOG = logging.getLogger(__name__)

_NEWS: Final = {
    DeliveryState.FAILED: (logging.WARNING, "delivery failed"),
    DeliveryState.GONE: (logging.INFO, "device gone"),
}


class Lane:
    """Loads, sends and settles for one push service, from `start` to `stop`."""

    def __init__(
        self,
        service: Service,
        deliveries: Deliveries,
        parcels: Parcels,
        sender: Sender,
        supervisor: Supervisor,
        policy: DeliveryPolicy,
        clock: Clock,
    ) -> None:
        self._service, self._deliveries, self._sender = service, deliveries, sender
        self._supervisor, self._clock = supervisor, clock
        self._health = Health(service, policy, clock)
        self._verdicts = Verdicts(policy)
        self._lines = Lines(policy.waiting_per_device)
        self._journal = Journal(deliveries, policy.unsettled, self._written)
        self._loader = Loader(service, deliveries, parcels, self._lines, self._journal, policy, clock)
        self._wakeup = asyncio.Event()
        self._workers: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self.busy_at = clock.monotonic()

    def start(self) -> None:
        name = self._service.host
        self._tasks = [
            self._supervisor.start(f"lane to {name}", self._run),
            self._supervisor.start(f"journal of {name}", self._journal.run),
        ]

    async def stop(self, timeout_s: float) -> None:
        """Send nothing new, let what is on its way arrive and be written down, for at most this long."""
        self._stopping = True
        try:
            async with asyncio.timeout(timeout_s):
                if self._workers:
                    await asyncio.wait(self._workers)
                await self._journal.flush()
        except TimeoutError:
            event(LOG, "deliveries cut short: they are repeated after the start", service=self._service.host)
        tasks = [*self._workers, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def is_idle(self) -> bool:
        return self._loader.is_idle and not self._lines and self._journal.is_empty and not self._workers

    def offer(self, walk: Walk) -> None:
        """A new fan-out; never blocks."""
        self._loader.offer(walk)
        self._wakeup.set()

    def recheck(self) -> None:
        """Look into the database: something may be due that nobody offered."""
        self._loader.recheck()
        self._wakeup.set()

    async def _run(self) -> None:
        while True:
            self._wakeup.clear()
            if room := self._health.room:
                await self._loader.load(room)
                self._launch()
            if not self.is_idle:
                self.busy_at = self._clock.monotonic()
            await self._sleep()

    async def _sleep(self) -> None:
        """Until somebody wakes the lane, something becomes due, or the push service may be tried again."""
        due_in_s = self._loader.due_at - self._clock.now()
        opens_in_s = self._health.opens_at - self._clock.monotonic()
        timeout_s = opens_in_s if opens_in_s > 0 else due_in_s
        try:
            async with asyncio.timeout(timeout_s if 0 < timeout_s < math.inf else None):
                await self._wakeup.wait()
        except TimeoutError:
            pass

    def _launch(self) -> None:
        """As many workers as there is room and work for."""
        wanted = min(self._health.room, self._health.active + self._lines.ready)
        while len(self._workers) < wanted and not self._stopping:
            worker = self._supervisor.once(f"delivery to {self._service.host}", self._work)
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        while (job := self._take()) is not None:
            if job.parcel.is_silent and await self._is_unknown(job):
                self._withhold(job, DeliveryState.FILTERED, "it never got what this is about")
            else:
                await self._deliver(job)

    def _take(self) -> Job | None:
        """The next delivery, if one may be sent now."""
        if self._stopping or self._journal.is_full or not self._health.may_send:
            return None
        while job := self._lines.next():
            verdict = job.pointless(self._clock.now())
            if verdict is None:
                break
            self._withhold(job, *verdict)
        self._look_ahead()
        return job

    def _look_ahead(self) -> None:
        """Have more loaded, or more workers started, before they are missing."""
        if self._wakeup.is_set():
            return  # the lane is about to look anyway
        room = self._health.room
        if (self._lines.ready and len(self._workers) < room) or self._loader.has_more(room):
            self._wakeup.set()

    async def _is_unknown(self, job: Job) -> bool:
        """Whether the device never got what is to be deleted or cleared."""
        message = job.parcel.message
        await self._journal.flush()  # it may have got it this moment
        try:
            return not await self._deliveries.was_delivered(message.topic, message.sequence, job.device.number)
        except StoreError:  # then rather once too often
            return False

    def _withhold(self, job: Job, state: DeliveryState, reason: str) -> None:
        settlement = settle(job, state, self._clock.now(), attempts=job.attempts, reason=reason)
        self._loader.record(settlement, job)
        self._lines.leave(job)

    async def _deliver(self, job: Job) -> None:
        passed = self._health.enter()
        try:
            outcome, limit = await self._sender.deliver(job.parcel, job.device, self._service, self._clock.now())
        except Exception as error:  # noqa: BLE001 - one message that nobody foresaw must not stop the others
            event(LOG, "delivery broke", level=logging.ERROR, error=error, id=job.parcel.message.id)
            self._health.abandon(passed)
            self._settle(job, Later(0, "internal error: see the server's log"))
            return
        except asyncio.CancelledError:
            self._health.abandon(passed)
            raise
        hasten = self._health.leave(passed, outcome)
        await self._note(job, outcome, limit)
        self._settle(job, outcome)
        if hasten:
            await self._deliveries.hasten(self._service.origin, self._clock.now())
            self.recheck()

    def _settle(self, job: Job, outcome: Outcome) -> None:
        settlement = self._verdicts.after(job, outcome, self._clock.now(), outage=self._health.is_paused)
        if settlement.holds or isinstance(outcome, Gone | WrongKey):
            for follower in self._lines.withdraw(job):
                self._send_back(follower, settlement)
        self._loader.record(settlement, job)
        self._lines.leave(job)
        if news := _NEWS.get(settlement.state):
            level, text = news
            event(
                LOG,
                text,
                level=level,
                service=self._service.host,
                device=job.device.id,
                id=job.parcel.message.id,
                status=settlement.status,
                reason=settlement.reason,
            )

    def _send_back(self, job: Job, first: Settlement) -> None:
        """What waits behind a delivery that is to be retried waits in the database; the end of a device ends all."""
        if job.is_retry:
            self._loader.forget(job)  # the store lines it up behind the first one, or settles it with the device
        elif first.state is DeliveryState.DUE:
            self._loader.park(job)
        else:
            self._loader.record(settle(job, first.state, first.at, attempts=0, reason=first.reason), job)

    async def _note(self, job: Job, outcome: Outcome, limit: int) -> None:
        """What was learned about the device."""
        try:
            if isinstance(outcome, WrongKey):
                await self._deliveries.mark_wrong_key(job.device.number, job.device.endpoint)
            elif isinstance(outcome, Accepted) and limit < job.device.size_limit:
                await self._deliveries.shrink_device(job.device.number, limit)
        except StoreError as error:  # the next push will teach it again
            event(LOG, "device not updated", level=logging.WARNING, device=job.device.id, reason=str(error))

    def _written(self, entries: Sequence[Entry], walks: Sequence[Walk]) -> None:
        for settlement, job in entries:
            self._loader.note(settlement, job)
        for walk in walks:
            if walk.is_done:
                self._loader.finish(walk)
        self._wakeup.set()
