"""A message on its way to devices: wrapped once per form, shared by all of its receivers."""

from collections.abc import Sequence
from typing import Final
from weakref import WeakValueDictionary

from pushbell.deliver.payload import build_payload, is_silent
from pushbell.deliver.service import Service
from pushbell.deliver.services import MIN_TTL_S, topic_header, ttl_s, urgency
from pushbell.message import Message
from pushbell.priority import DEFAULT, URGENT
from pushbell.store import DeviceKind, Messages

MOST_FORMS: Final = 32  # devices name the origin of their app: never more payloads than this for one message


class Parcel:
    """A message with everything about its pushes that does not depend on the single device."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.seq = message.seq
        self.superseded = False  # a later update, delete or clear of the same notification exists
        self.is_silent = is_silent(message)
        self.priority = message.priority or DEFAULT
        self.urgent = message.priority >= URGENT
        self.urgency = urgency(message.priority)
        self.slot = topic_header(message.topic, message.sequence)
        self._payloads: dict[tuple[DeviceKind, str, int], bytes] = {}
        self._expiries: dict[Service, float] = {}

    def payload(self, kind: DeviceKind, origin: str, limit: int) -> bytes:
        form = kind, origin, limit
        payload = self._payloads.get(form)
        if payload is None:
            payload = build_payload(self.message, kind, origin, limit)
            if len(self._payloads) < MOST_FORMS:
                self._payloads[form] = payload
        return payload

    def expires_at(self, service: Service) -> float:
        """The instant after which it is no longer worth sending to devices of this push service."""
        expiry = self._expiries.get(service)
        if expiry is None:
            message = self.message
            life_s = ttl_s(message.priority, message.expires - message.time, service.known)
            expiry = self._expiries[service] = float(message.time + life_s)
        return expiry

    def ttl_s(self, service: Service, now: float) -> int:
        """What is left of its life, for the TTL header."""
        return max(MIN_TTL_S, int(self.expires_at(service) - now))


class Parcels:
    """The parcels that somebody is working on, one per message however many lanes carry it."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._known: WeakValueDictionary[int, Parcel] = WeakValueDictionary()

    def add(self, message: Message) -> Parcel:
        parcel = self._known.get(message.seq)
        if parcel is None:
            parcel = self._known[message.seq] = Parcel(message)
        return parcel

    async def fetch(self, seqs: Sequence[int]) -> dict[int, Parcel]:
        """The parcels of those messages that still exist."""
        found = {seq: parcel for seq in seqs if (parcel := self._known.get(seq))}
        missing = [seq for seq in seqs if seq not in found]
        if missing:
            for message in (await self._messages.messages_by_seq(missing)).values():
                found[message.seq] = self.add(message)
        return found

    def supersede(self, later: Message) -> None:
        """A later version of a notification exists: earlier ones that nobody has sent yet need not be."""
        for parcel in list(self._known.values()):
            earlier = parcel.message
            if earlier.seq < later.seq and (earlier.topic, earlier.sequence) == (later.topic, later.sequence):
                parcel.superseded = True
