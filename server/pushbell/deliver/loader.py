"""What comes into memory: fan-outs, their targets page by page, and what is due, never more than can be used soon."""

import math

from pushbell.clock import Clock
from pushbell.deliver.job import Job
from pushbell.deliver.journal import Journal
from pushbell.deliver.lines import Lines
from pushbell.deliver.parcel import Parcel, Parcels
from pushbell.deliver.policy import DeliveryPolicy
from pushbell.deliver.ring import Ring
from pushbell.deliver.service import Service
from pushbell.deliver.unseen import Unseen
from pushbell.deliver.verdict import park, settle
from pushbell.deliver.walk import Walk
from pushbell.store import Deliveries, DeliveryState, Device, Due, Fanout, Owed, Settlement, Target


class Loader:
    """Fills the lines of one push service. What needs no push is settled on the way."""

    def __init__(
        self,
        service: Service,
        deliveries: Deliveries,
        parcels: Parcels,
        lines: Lines,
        journal: Journal,
        policy: DeliveryPolicy,
        clock: Clock,
    ) -> None:
        self._service, self._deliveries, self._parcels = service, deliveries, parcels
        self._lines, self._journal, self._policy, self._clock = lines, journal, policy, clock
        self._rings = (Ring(policy.open_fanouts, urgent=True), Ring(policy.open_fanouts, urgent=False))
        self._retrying: Unseen[tuple[int, int]] = Unseen()  # (seq, device)
        self._stopped: Unseen[tuple[int, bool]] = Unseen()  # (device, urgent): what has to wait in the database
        self.due_at = 0.0  # when something may be due: the wall's time, infinite for never

    def has_more(self, wanted: int) -> bool:
        """Whether `load` would find something."""
        for ring in self._rings:
            if ring.more or (ring.turn() and self._is_wanted(ring, wanted)):
                return True
        return self.due_at <= self._clock.now()

    @property
    def is_idle(self) -> bool:
        nothing_due = self.due_at == math.inf and not self._retrying
        return nothing_due and not any(ring.more or len(ring) for ring in self._rings)

    def offer(self, walk: Walk) -> None:
        """A new fan-out, in the order of commits."""
        self._ring_of(walk).offer(walk)

    def recheck(self) -> None:
        """Something may have come by another way."""
        for ring in self._rings:
            ring.more = True
        self.due_at = 0.0

    def park(self, job: Job) -> None:
        """Let a first attempt that cannot be made yet wait in the database."""
        self.record(park(job, self._clock.now()), job)

    def record(self, settlement: Settlement, job: Job) -> None:
        """Have an outcome written. Until it is, nothing is loaded that depends on it."""
        for urgent in _stops(settlement, job):
            self._stopped.add((job.device.number, urgent))
        self._journal.write(settlement, job)

    def note(self, settlement: Settlement, job: Job) -> None:
        """The outcome is durable: something may have become due by it."""
        if job.is_retry:
            self._retrying.release(job.key)
        for urgent in _stops(settlement, job):
            self._stopped.release((job.device.number, urgent))
        if settlement.holds or job.is_retry:
            self.due_at = 0.0  # look again: what was passed over, and whoever has come forward
        elif settlement.due_at:
            self.due_at = min(self.due_at, settlement.due_at)

    def finish(self, walk: Walk) -> None:
        """A walk is settled to its end."""
        self._ring_of(walk).drop(walk)

    def forget(self, job: Job) -> None:
        """A retry was taken out of its line; it is still due."""
        self._retrying.release(job.key)
        self.due_at = 0.0

    async def load(self, wanted: int) -> None:
        """Until `wanted` deliveries of each urgency are ready, or there are no more."""
        self._stopped.refresh()
        self._retrying.refresh()
        for ring in self._rings:
            await self._refill(ring)
            while (walk := ring.turn()) and self._is_wanted(ring, wanted):
                await self._read_page(ring, walk)
        if self.due_at <= self._clock.now() and len(self._retrying) < wanted:
            await self._load_due()

    def _is_wanted(self, ring: Ring, wanted: int) -> bool:
        """Whether to read a page more. Those that cannot go yet, because their devices are busy, are bounded, too."""
        most = (wanted + 4 * self._policy.page) * (2 if ring.urgent else 1)
        enough = self._lines.ready_of(urgent=ring.urgent) >= wanted
        return not enough and len(self._lines) < most and not self._journal.is_full

    async def _refill(self, ring: Ring) -> None:
        """Load fan-outs that were published while there was no room for them, or before the server started."""
        if not ring.more or not ring.room:
            return
        limit = ring.room
        ring.more, ring.loading = False, True
        fanouts: list[Fanout] | None = None
        try:
            fanouts = await self._deliveries.open_fanouts(
                self._service.origin, urgent=ring.urgent, after=ring.last_seq, limit=limit
            )
            parcels = await self._parcels.fetch([fanout.seq for fanout in fanouts])
        finally:
            ring.loading = False
            ring.more = ring.more or fanouts is None or len(fanouts) == limit
        for fanout in fanouts:
            if parcel := parcels.get(fanout.seq):  # else it was pruned this moment
                parcel.superseded |= fanout.superseded
                ring.add(Walk(fanout, parcel))

    async def _read_page(self, ring: Ring, walk: Walk) -> None:
        limit = self._policy.page
        page = await self._deliveries.targets(walk.fanout, walk.after, limit)
        walk.read([target.subscription for target in page], limit)
        ring.pass_on(walk)
        self._journal.note(walk)
        now = self._clock.now()
        for target in page:
            job = self._first_attempt(walk, target)
            self._admit(job, now, behind=target.waits or self._has_to_wait(job))

    def _admit(self, job: Job, now: float, *, behind: bool) -> None:
        """Into its line; or into the ledger at once, when it is pointless or has to wait for long."""
        if verdict := job.pointless(now):
            state, reason = verdict
            self.record(settle(job, state, now, attempts=job.attempts, reason=reason), job)
        elif behind:
            self.park(job)
        else:
            self._lines.add(job)

    async def _load_due(self) -> None:
        self.due_at = math.inf  # set back by whatever becomes due while the query runs
        now = self._clock.now()
        limit = self._policy.due_page + len(self._retrying)
        found = await self._deliveries.due_deliveries(self._service.origin, now, limit, self._policy.waiting_per_device)
        parcels = await self._parcels.fetch(sorted({owed.seq for due in found for owed in due.owed}))
        for due in found:
            self._take_in(due, parcels, now)
        next_due_at = now if len(found) == limit else await self._deliveries.next_due_at(self._service.origin, now)
        self.due_at = min(self.due_at, math.inf if next_due_at is None else next_due_at)

    def _take_in(self, due: Due, parcels: dict[int, Parcel], now: float) -> None:
        """Line up what is due to a device and not taken already, as much as there is room for."""
        device = due.device.number
        for owed in due.owed:
            parcel = parcels.get(owed.seq)
            if parcel is None or (owed.seq, device) in self._retrying:
                continue
            parcel.superseded |= owed.superseded
            job = self._retry(due.device, owed, parcel)
            if self._has_to_wait(job):
                break
            self._retrying.add(job.key)
            self._admit(job, now, behind=False)

    def _has_to_wait(self, job: Job) -> bool:
        device = job.device.number
        return (device, job.parcel.urgent) in self._stopped or self._lines.is_full(device, urgent=job.parcel.urgent)

    def _ring_of(self, walk: Walk) -> Ring:
        urgent, others = self._rings
        return urgent if walk.fanout.urgent else others

    def _first_attempt(self, walk: Walk, target: Target) -> Job:
        return Job(
            parcel=walk.parcel,
            device=target.device,
            service=self._service,
            min_priority=target.min_priority,
            muted_until=target.muted_until,
            walk=walk,
            subscription=target.subscription,
        )

    def _retry(self, device: Device, owed: Owed, parcel: Parcel) -> Job:
        return Job(
            parcel=parcel,
            device=device,
            service=self._service,
            min_priority=owed.min_priority,
            muted_until=owed.muted_until,
            attempts=owed.attempts,
        )


def _stops(settlement: Settlement, job: Job) -> tuple[bool, ...]:
    """Which later deliveries to the device it stops, by urgency: urgent ones pass queues, but not failures."""
    if settlement.attempts == 0 and settlement.state is DeliveryState.DUE:
        return (False, True) if job.parcel.urgent else (False,)
    if settlement.holds or settlement.state in (DeliveryState.GONE, DeliveryState.FAILED):
        return (False, True)
    return ()
