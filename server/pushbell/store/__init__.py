"""What the server asks of its database. SQLite answers in `store/sqlite/`; a second engine implements this protocol.

Every write is durable when its call returns (a 200 means *on disk*); many callers share one transaction, so concurrent
writes cost little more than one. Reads see committed data only.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from pushbell.message import Message


class StoreError(Exception):
    """The database could not do what was asked; nothing was changed."""


class StoreFull(StoreError):
    """The disk (or the configured size) is full. Reads go on; writes work again as soon as there is room."""


class StoreBusy(StoreError):
    """The database is locked by somebody else, or more writes wait than the server keeps in memory. Try again."""


class DeviceState(StrEnum):
    """PENDING until the activation push was answered; DEAD is a tombstone left by a push service's 404 or 410."""

    PENDING = "pending"
    ACTIVE = "active"
    MUTED = "muted"  # the browser's permission is denied: sending would only be refused on the device
    WRONG_KEY = "wrong_key"  # made with another VAPID key: repaired when the app is next opened
    DEAD = "dead"


class DeviceKind(StrEnum):
    """Whose service worker decrypts the payload: our own web app's, or ntfy's (registered by POST /v1/webpush)."""

    APP = "app"
    NTFY = "ntfy"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One browser installation. `number` is the store's own key (0 until stored), `id` the name the device gave itself.

    `secret` and `activation` are fingerprints (SHA-256) of the device's secret and of the activation token last sent;
    empty for devices of kind NTFY, which have none. `service` is the origin of `endpoint`. `size_limit` is the largest
    plaintext that its push service takes, learned from a 413. All instants are Unix seconds, 0 for never.
    """

    id: str
    endpoint: str
    service: str
    p256dh: bytes
    auth: bytes
    number: int = 0
    kind: DeviceKind = DeviceKind.APP
    state: DeviceState = DeviceState.PENDING
    secret: bytes = b""
    activation: bytes = b""
    vapid_key: str = ""
    origin: str = ""
    name: str = ""
    size_limit: int = 3993
    created_at: int = 0
    seen_at: int = 0
    receipt_at: int = 0


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A device following a topic. Messages below `min_priority` or before `muted_until` (Unix seconds) are filtered."""

    topic: str
    min_priority: int = 1
    muted_until: int = 0


class Fanout(msgspec.Struct, frozen=True, kw_only=True):
    """The work "send message `seq` to its topic's subscriptions at one push service".

    It covers the subscriptions with `cursor < number <= upto`; `owed` is how many there were when it was published.
    """

    seq: int
    service: str
    topic: str
    urgent: bool
    cursor: int
    upto: int
    owed: int
    superseded: bool = False  # a later update, delete or clear of the same notification exists


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription that a fan-out has reached, joined with its device."""

    subscription: int
    device: Device
    min_priority: int
    muted_until: int
    waits: bool = False  # an earlier one to the device holds: this goes behind it (if urgent, only behind failures)


class DeliveryState(StrEnum):
    """The life of one message on one device. DUE is the only state that is not final."""

    DUE = "due"
    DELIVERED = "delivered"  # the push service accepted it
    GONE = "gone"  # the push service said that the device no longer exists
    FAILED = "failed"  # refused for a reason that trying again cannot mend
    EXPIRED = "expired"  # its time to live ran out
    FILTERED = "filtered"  # the owner's settings, or the device left before its turn


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt (or the decision not to make one) came to: one row of the ledger, inserted or replaced.

    `service` is that of the fan-out or due row it comes from. `due_at` is set only with state DUE, and `holds` then
    says that later messages to the device wait behind it. `endpoint` is the one that was tried: a refusal of an
    endpoint that the device has replaced meanwhile says nothing about the new one. `reason` is short text for
    people, without secrets.
    """

    seq: int
    device: int
    service: str
    state: DeliveryState
    attempts: int
    status: int = 0
    reason: str = ""
    at: float = 0.0
    due_at: float = 0.0
    holds: bool = False
    endpoint: str = ""


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """Message `seq` is due to a device, with the present settings of the device's subscription."""

    seq: int
    min_priority: int
    muted_until: int
    attempts: int
    superseded: bool  # a later update, delete or clear of the same notification exists


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent to a device, one after the other."""

    device: Device
    owed: list[Owed]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The device's own word about one message: Unix seconds with fraction, None for "not (yet)"."""

    id: str
    received_at: float | None = None
    shown_at: float | None = None
    clicked_at: float | None = None
    closed_at: float | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the ledger for people: which device, what the push service said, what the device said."""

    device_name: str
    service: str
    state: DeliveryState
    attempts: int
    status: int
    reason: str
    at: float
    due_at: float
    received_at: float | None
    shown_at: float | None
    clicked_at: float | None
    closed_at: float | None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """accepted = delivered + gone + failed + expired + filtered + pending, exact, always; over the database's life."""

    accepted: int
    delivered: int
    gone: int
    failed: int
    expired: int
    filtered: int
    pending: int

    @property
    def is_exact(self) -> bool:
        settled = self.delivered + self.gone + self.failed + self.expired + self.filtered
        return self.accepted == settled + self.pending


OnCommit = Callable[[Sequence[Message], Sequence[Fanout]], None]


class Messages(Protocol):
    """Messages in the order of their `seq`. `topics` are never empty; `limit` bounds what one call returns."""

    def on_commit(self, listener: OnCommit) -> None:
        """Call `listener` on the event loop after each commit, in seq order, before `add_message` returns.

        It gets the messages of the commit and the fan-outs that they caused; it must not block or raise.
        """

    async def add_message(self, message: Message) -> Message:
        """Store the message and one fan-out for each push service among its topic's subscriptions; number it.

        Raises StoreFull or StoreBusy; then nothing is stored.
        """

    async def seq_of(self, message_id: str) -> int | None: ...

    async def message(self, message_id: str) -> Message | None: ...

    async def messages_by_seq(self, seqs: Sequence[int]) -> dict[int, Message]:
        """Whatever of these still exists, uncached ones included."""

    async def messages_since(self, topics: Sequence[str], after: int, upto: int, limit: int) -> list[Message]:
        """Cached and unexpired messages with `after < seq <= upto`, oldest first."""

    async def seq_before_time(self, topics: Sequence[str], time: int) -> int:
        """The seq after which every message with `time >= time` lies: a cursor for `messages_since`."""

    async def latest_messages(self, topics: Sequence[str]) -> list[Message]:
        """The newest cached message of each topic, oldest first."""

    async def messages_before(self, topics: Sequence[str], before: int, limit: int) -> list[Message]:
        """Cached messages with `seq < before`, newest first."""

    async def last_seq(self) -> int:
        """The highest seq ever assigned."""

    async def prune_messages(self, now: int, limit: int) -> int:
        """Remove up to `limit` messages that expired, with their ledger rows; return how many.

        What is still owed of them is settled as EXPIRED. Also removes uncached messages without open deliveries.
        """


class Devices(Protocol):
    """Devices and their subscriptions. Removing a device settles what it was still owed as FILTERED."""

    async def device(self, device_id: str) -> Device | None: ...

    async def device_by_endpoint(self, endpoint: str) -> Device | None: ...

    async def put_device(self, device: Device, subscriptions: Sequence[Subscription] | None = None) -> Device:
        """Insert it, or replace all columns but `number`, `created_at` and `receipt_at` of the one with its `id`.

        `subscriptions`, when given, become its only ones, in the same transaction.

        Another device that holds the same endpoint is removed: the browser has only one. Keeps what is owed to the
        device owed to it when its push service changes.
        """

    async def touch_device(self, device_id: str, now: int, state: DeviceState | None = None) -> None:
        """Note that the device spoke (and that its state changed)."""

    async def activate_device(self, device_id: str) -> None:
        """PENDING becomes ACTIVE: from now on its subscriptions count."""

    async def remove_device(self, device_id: str) -> bool: ...

    async def count_devices(self) -> int: ...

    async def subscriptions(self, device_id: str) -> list[Subscription]: ...

    async def put_subscription(self, device_id: str, subscription: Subscription) -> None: ...

    async def remove_subscription(self, device_id: str, topic: str) -> bool: ...

    async def prune_devices(self, pending_before: int, dead_before: int) -> int:
        """Remove devices that never answered their activation, and tombstones, last seen before these instants."""


class Deliveries(Protocol):
    """Fan-outs and the ledger. A device that is DEAD, PENDING or WRONG_KEY is never a target.

    The balance is exact after every call. Final is final: what is settled already is not changed by a later outcome.
    """

    async def services_with_work(self) -> list[str]:
        """Push services with an open fan-out or a due delivery."""

    async def open_fanouts(self, service: str, *, urgent: bool, after: int, limit: int) -> list[Fanout]:
        """The oldest ones with `seq > after`, by seq."""

    async def targets(self, fanout: Fanout, after: int, limit: int) -> list[Target]:
        """Its subscriptions in `after < number <= upto` by number, without those that the ledger already has."""

    async def settle(self, settlements: Sequence[Settlement], walked: Sequence[Fanout] = ()) -> None:
        """Write outcomes, and how far fan-outs came, in one transaction.

        A fan-out of `walked` has in the ledger all subscriptions up to its `cursor`; at `upto` it is done. Whoever
        was owed it and left in the meantime is then counted as FILTERED.
        GONE also makes the device a tombstone and settles all else that is due to it as GONE.
        """

    async def due_deliveries(self, service: str, now: float, limit: int, behind: int) -> list[Due]:
        """Devices of this push service with a delivery whose `due_at <= now`: urgent first, then by `due_at` and seq.

        Each comes with what may be sent to it, at most `behind` + 1 deliveries, urgent first, then by seq. A device to
        which several are due may come as often, always with the same ones.
        """

    async def next_due_at(self, service: str, after: float) -> float | None:
        """When the next delivery of this push service becomes due after that instant."""

    async def hasten(self, service: str, now: float) -> None:
        """The push service is back: what waits for a retry is due now, unless the service named a time to wait."""

    async def shrink_device(self, device: int, size_limit: int) -> None:
        """Remember that the push service refused a larger payload."""

    async def mark_wrong_key(self, device: int, endpoint: str) -> None:
        """It subscribed with another VAPID key, if that is still its endpoint; what is due to it has FAILED."""

    async def was_delivered(self, topic: str, sequence: str, device: int) -> bool:
        """Whether some version of this notification was delivered to the device."""

    async def record_receipts(self, device_id: str, receipts: Sequence[Receipt], now: int) -> None:
        """Note what was not known yet; unknown messages, and those of topics it does not follow, are ignored."""

    async def deliveries_of(self, message_id: str, limit: int) -> list[Delivery]: ...

    async def tally(self, message_id: str) -> dict[str, int]:
        """Counts for one message: one per DeliveryState, plus `owed`, `received`, `shown`, `clicked`.

        `owed` is the sum of the states; empty when there is no such message.
        """

    async def balance(self) -> Balance: ...


class Store(Protocol):
    """The whole database, one room per noun. Opened by the engine's own `open`."""

    @property
    def messages(self) -> Messages: ...

    @property
    def devices(self) -> Devices: ...

    @property
    def deliveries(self) -> Deliveries: ...

    async def check(self) -> None:
        """Write and read once, for the health check; raises StoreError."""

    async def close(self) -> None:
        """Finish the writes that are queued, then close."""
