"""The heartbeat: a device says what it has and what it did; the answer heals it and brings what it missed."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

import msgspec

from pushbell.clock import Clock
from pushbell.deliver.registry import Settings
from pushbell.message import Message, Wire
from pushbell.store import Deliveries, Device, Devices, DeviceState, Messages, Receipt
from pushbell.subscribe.since import AfterId, parse_since

MOST_MISSED = 200
OLDEST_RECEIPT_S = 30 * 86_400


class Seen(msgspec.Struct, frozen=True):
    """A receipt as the device sends it: how many milliseconds ago; its clock is not trusted."""

    id: str
    received: float | None = None
    shown: float | None = None
    clicked: float | None = None
    closed: float | None = None


class Heartbeat(msgspec.Struct, frozen=True):
    """The body of `POST /v1/devices/{id}/heartbeat`."""

    endpoint_hash: str | None = None
    permission: str | None = None
    cursor: str | None = None
    receipts: list[Seen] = []


class Reply(msgspec.Struct, frozen=True):
    """Its answer. `state` is ok, pending, unknown or dead."""

    state: str
    topics: dict[str, Settings] = {}
    messages: list[Wire] = []
    more: bool = False
    cursor: str = ""


UNKNOWN = Reply("unknown")


class Trials(Protocol):
    """Test pushes wait for the device's word too."""

    def note(self, receipt: Receipt) -> bool:
        """Whether the receipt was for a running test."""


class Heartbeats:
    """Answers heartbeats."""

    def __init__(
        self, messages: Messages, devices: Devices, deliveries: Deliveries, trials: Trials, clock: Clock
    ) -> None:
        self._messages, self._devices, self._deliveries = messages, devices, deliveries
        self._trials, self._clock = trials, clock

    async def answer(self, device: Device, beat: Heartbeat) -> Reply:
        now = self._clock.now()
        await self._note_receipts(device, beat.receipts, now)
        state = state_after(device, beat.permission)
        if state is not device.state or now - device.seen_at > 60:  # a busy device costs no write per push
            await self._devices.touch_device(device.id, int(now), state if state is not device.state else None)
        topics = await self.topics(device.id)
        missed, more = await self._missed(list(topics), beat.cursor)
        return Reply(
            state=verdict(device, beat.endpoint_hash),
            topics=topics,
            messages=[message.to_wire() for message in missed],
            more=more,
            cursor=missed[-1].id if missed else beat.cursor or await self.cursor(list(topics)),
        )

    async def topics(self, device_id: str) -> dict[str, Settings]:
        return {
            held.topic: Settings(held.min_priority, held.muted_until)
            for held in await self._devices.subscriptions(device_id)
        }

    async def cursor(self, topics: Sequence[str]) -> str:
        """A `since` value after which everything is new: the newest message's ID, or the time if there is none."""
        newest = await self._messages.latest_messages(topics) if topics else []
        return newest[-1].id if newest else str(int(self._clock.now()))

    async def _note_receipts(self, device: Device, seen: Sequence[Seen], now: float) -> None:
        receipts = [to_receipt(one, now) for one in seen[:MOST_MISSED]]
        known = [receipt for receipt in receipts if not self._trials.note(receipt)]
        if known:
            await self._deliveries.record_receipts(device.id, known, int(now))

    async def _missed(self, topics: Sequence[str], cursor: str | None) -> tuple[list[Message], bool]:
        """The newest messages after the cursor, oldest first, and whether there are older ones."""
        if not topics or not cursor:
            return [], False
        after = await self._seq_of(topics, cursor)
        newest = await self._messages.messages_before(topics, await self._messages.last_seq() + 1, MOST_MISSED + 1)
        missed = [message for message in newest if message.seq > after]
        return missed[:MOST_MISSED][::-1], len(missed) > MOST_MISSED

    async def _seq_of(self, topics: Sequence[str], cursor: str) -> int:
        since = parse_since(cursor, self._clock.now(), poll=True)
        if isinstance(since, AfterId):
            return await self._messages.seq_of(since.message_id) or 0
        time = getattr(since, "time", 0)
        return await self._messages.seq_before_time(topics, time)


def to_receipt(seen: Seen, now: float) -> Receipt:
    """Ages become instants of our clock."""

    def instant(age_ms: float | None) -> float | None:
        return None if age_ms is None else now - min(max(age_ms / 1000, 0.0), OLDEST_RECEIPT_S)

    return Receipt(
        id=seen.id,
        received_at=instant(seen.received),
        shown_at=instant(seen.shown),
        clicked_at=instant(seen.clicked),
        closed_at=instant(seen.closed),
    )


def state_after(device: Device, permission: str | None) -> DeviceState:
    """A browser that may not show notifications is not sent any, until it may again."""
    if permission == "denied" and device.state is DeviceState.ACTIVE:
        return DeviceState.MUTED
    if permission == "granted" and device.state is DeviceState.MUTED:
        return DeviceState.ACTIVE
    return device.state


def verdict(device: Device, endpoint_hash: str | None) -> str:
    """What the device has to do: nothing (ok), wait (pending), register again (unknown), subscribe anew (dead)."""
    if device.state in (DeviceState.DEAD, DeviceState.WRONG_KEY):
        return "dead"
    if endpoint_hash is not None and not hmac.compare_digest(endpoint_hash, hash_of(device.endpoint)):
        return "unknown"
    return "pending" if device.state is DeviceState.PENDING else "ok"


def hash_of(endpoint: str) -> str:
    """base64url(SHA-256(endpoint)): proves which endpoint the browser has without sending the secret again."""
    return base64.urlsafe_b64encode(hashlib.sha256(endpoint.encode()).digest()).rstrip(b"=").decode()
