"""One push: sealed, signed, posted, and repaired where that can be done at once."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from pushbell.deliver.answer import Answer, TransportError
from pushbell.deliver.encrypt import MAX_PLAINTEXT, Sealer
from pushbell.deliver.parcel import Parcel
from pushbell.deliver.payload import SMALLEST
from pushbell.deliver.service import Service
from pushbell.deliver.services import Later, Outcome, Refused, TooLarge, Unauthorized, judge
from pushbell.deliver.vapid import VapidKeys
from pushbell.store import Device

# What to try after a 413. Firefox on Android takes about 2.9 kB; the last one is little more than a doorbell.
SMALLER: Final = (2700, 2000, 1000, SMALLEST)


class Poster(Protocol):
    """The way out; `transport.Transport`."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises TransportError."""

    async def close(self) -> None: ...


class Sender:
    """`origin` is where the app lives for devices that never said so."""

    def __init__(self, poster: Poster, vapid: VapidKeys, sealer: Callable[[], Sealer], origin: str) -> None:
        self._poster, self._vapid, self._sealer, self._origin = poster, vapid, sealer, origin

    async def deliver(self, parcel: Parcel, device: Device, service: Service, now: float) -> tuple[Outcome, int]:
        """What came of it, and the largest payload that this device's push service takes as far as is known now."""
        limit = min(max(device.size_limit, SMALLEST), MAX_PLAINTEXT)
        ttl_s = parcel.ttl_s(service, now)
        while True:
            payload = parcel.payload(device.kind, self.origin_of(device), limit)
            outcome = await self.push(device, payload, ttl_s=ttl_s, urgency=parcel.urgency, slot=parcel.slot)
            if not isinstance(outcome, TooLarge):
                return outcome, limit
            smaller = [size for size in SMALLER if size < len(payload)]
            if not smaller:
                return Refused(outcome.status, outcome.reason), limit
            limit = smaller[0]

    async def push(self, device: Device, payload: bytes, *, ttl_s: int, urgency: str, slot: str = "") -> Outcome:
        """Post it; a refused signature is renewed once. `slot` is the Topic header."""
        outcome = await self._post(device, payload, ttl_s, urgency, slot)
        if isinstance(outcome, Unauthorized):
            self._vapid.forget(device.service)
            outcome = await self._post(device, payload, ttl_s, urgency, slot)
        return outcome

    async def close(self) -> None:
        await self._poster.close()

    def prepare(self, device: Device) -> None:
        """Agree with a new device on keys while nobody waits for it."""
        self._sealer().prepare(device.p256dh, device.auth)

    def sign(self, device: Device) -> None:
        """Have the signature ready."""
        self._vapid.authorization(device.service)

    def origin_of(self, device: Device) -> str:
        return device.origin or self._origin

    async def _post(self, device: Device, payload: bytes, ttl_s: int, urgency: str, slot: str) -> Outcome:
        try:
            body = self._sealer().seal(payload, device.p256dh, device.auth)
        except ValueError as error:
            return Refused(0, f"it cannot be encrypted for this device: {error}")
        headers = {
            "Authorization": self._vapid.authorization(device.service),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl_s),
            "Urgency": urgency,
        }
        if slot:
            headers["Topic"] = slot
        try:
            return judge(await self._poster.post(device.endpoint, headers, body))
        except TransportError as error:
            return Later(0, error.reason)
