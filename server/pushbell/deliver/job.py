"""One delivery that is loaded: a parcel for a device."""

from dataclasses import dataclass
from typing import Final

from pushbell.deliver.parcel import Parcel
from pushbell.deliver.service import Service
from pushbell.deliver.walk import Walk
from pushbell.store import DeliveryState, Device, DeviceState

Verdict = tuple[DeliveryState, str]

ACTIVE: Final = DeviceState.ACTIVE  # looked up once: Python 3.11 is slow to find the member of an enum


@dataclass(slots=True, eq=False)
class Job:
    """A first attempt, which belongs to the walk of a fan-out, or a retry, which has a due row in the ledger."""

    parcel: Parcel
    device: Device
    service: Service
    min_priority: int
    muted_until: int
    attempts: int = 0
    walk: Walk | None = None
    subscription: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.parcel.seq, self.device.number

    @property
    def is_retry(self) -> bool:
        return self.walk is None

    def pointless(self, now: float) -> Verdict | None:
        """Why it is not to be sent: the state it ends in, and the reason."""
        if now >= self.parcel.expires_at(self.service):
            return DeliveryState.EXPIRED, ""
        reason = self._objection(now)
        return (DeliveryState.FILTERED, reason) if reason else None

    def _objection(self, now: float) -> str:
        if self.device.state is not ACTIVE:
            return f"the device is {self.device.state}"
        # Who does not get the update (it may be less important) is to get what came before it.
        if self.parcel.superseded and self.min_priority <= 1:
            return "replaced by a later version"
        if self.parcel.is_silent:
            return "it shows nothing, which this browser punishes" if self.service.punishes_silence else ""
        if self.parcel.priority < self.min_priority:
            return "below the minimum priority"
        return "muted" if now < self.muted_until else ""
