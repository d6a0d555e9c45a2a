"""A fan-out being worked on: how far it was read, and how far it is settled."""

import msgspec

from pushbell.deliver.parcel import Parcel
from pushbell.store import Fanout


class Walk:
    """`after` is the last subscription that was read, `open` are those read and not yet in the ledger."""

    def __init__(self, fanout: Fanout, parcel: Parcel) -> None:
        self.fanout = fanout
        self.parcel = parcel
        self.after = fanout.cursor
        self.open: set[int] = set()

    @property
    def is_read(self) -> bool:
        """Whether there are no more targets to load."""
        return self.after >= self.fanout.upto

    def read(self, subscriptions: list[int], limit: int) -> None:
        """Note a page of targets that was read."""
        self.open.update(subscriptions)
        self.after = subscriptions[-1] if len(subscriptions) >= limit else self.fanout.upto

    def advance(self, settled: set[int]) -> Fanout:
        """The fan-out as it may be stored together with these outcomes: a crash afterwards resumes there."""
        self.open -= settled
        cursor = min(self.open) - 1 if self.open else self.after
        self.fanout = msgspec.structs.replace(self.fanout, cursor=cursor)
        return self.fanout

    @property
    def is_done(self) -> bool:
        return self.fanout.cursor >= self.fanout.upto
