"""Who is next: loaded deliveries, in one line per device."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from pushbell.deliver.job import Job

CLASSES: Final = 4  # urgent, urgent retries, others, other retries: served in this order
REVERSED_EVERY: Final = 8  # one of so many turns goes to the last class first, so that nobody starves


class Lines:
    """Serves devices in parallel, but each device one after the other: order is kept, and no push service complains.

    An urgent delivery goes before others of its device that have not begun.
    """

    def __init__(self, room_per_device: int) -> None:
        self._room_per_device = room_per_device
        self._lines: dict[int, deque[Job]] = {}
        self._busy: set[int] = set()
        self._ready: tuple[deque[Job], ...] = tuple(deque() for _ in range(CLASSES))
        self._turns = 0
        self._loaded = 0

    def __len__(self) -> int:
        """Everything loaded, what is being sent included."""
        return self._loaded

    @property
    def ready(self) -> int:
        """How many could be sent now (a few of these may be outdated)."""
        return sum(map(len, self._ready))

    def ready_of(self, *, urgent: bool) -> int:
        """The same, of one urgency."""
        first, second = self._ready[:2] if urgent else self._ready[2:]
        return len(first) + len(second)

    def is_full(self, device: int, *, urgent: bool) -> bool:
        """Whether no more may be loaded for the device; those that wait do not keep out urgent ones."""
        room = self._room_per_device * (2 if urgent else 1)
        return len(self._lines.get(device, ())) >= room

    def add(self, job: Job) -> None:
        device = job.device.number
        line = self._lines.setdefault(device, deque())
        self._loaded += 1
        place = self._place(line, job, started=device in self._busy)
        line.insert(place, job)
        if place == 0:
            self._ready[class_of(job)].append(job)

    def next(self) -> Job | None:
        """Take the next one; its device is busy until `leave`."""
        self._turns += 1
        queues = self._ready if self._turns % REVERSED_EVERY else reversed(self._ready)
        for queue in queues:
            while queue:
                job = queue.popleft()
                if self._is_first(job):
                    self._busy.add(job.device.number)
                    return job
        return None

    def leave(self, job: Job) -> None:
        """Its outcome is known: the device's next one may go."""
        device = job.device.number
        line = self._lines[device]
        line.remove(job)
        self._loaded -= 1
        self._busy.discard(device)
        if not line:
            del self._lines[device]
            return
        self._ready[class_of(line[0])].append(line[0])

    def withdraw(self, job: Job) -> Iterator[Job]:
        """Take out all that wait behind this one, oldest first."""
        line = self._lines[job.device.number]
        while len(line) > 1:
            self._loaded -= 1
            follower = line[1]
            del line[1]
            yield follower

    def _place(self, line: deque[Job], job: Job, *, started: bool) -> int:
        if not job.parcel.urgent:
            return len(line)
        first = 1 if started else 0
        return next((place for place in range(first, len(line)) if not line[place].parcel.urgent), len(line))

    def _is_first(self, job: Job) -> bool:
        """False for entries of the ready queues that were overtaken by an urgent one, withdrawn, or taken before."""
        line = self._lines.get(job.device.number)
        return line is not None and line[0] is job and job.device.number not in self._busy


def class_of(job: Job) -> int:
    return 2 * (not job.parcel.urgent) + job.is_retry
