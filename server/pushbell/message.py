"""The message: one frozen value from the request to the ledger, and its ntfy wire form (docs/api.md)."""

from enum import StrEnum
from typing import Self

import msgspec


class Event(StrEnum):
    """What a line of a stream tells. The values are ntfy's."""

    OPEN = "open"
    KEEPALIVE = "keepalive"
    MESSAGE = "message"
    DELETE = "message_delete"
    CLEAR = "message_clear"
    POLL_REQUEST = "poll_request"


class Wire(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message as ntfy writes it: this order of fields, and nothing that is empty."""

    id: str
    sequence_id: str = ""
    time: int
    expires: int = 0
    event: Event
    topic: str
    title: str = ""
    message: str = ""
    priority: int = 0
    tags: tuple[str, ...] = ()
    click: str = ""
    icon: str = ""
    content_type: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is published, stored and delivered. As JSON it is an array, which is how it travels to and from the store.

    `seq` is 0 until the store has assigned it. `sequence_id` is empty when it equals `id`; `priority` 0 means unset
    (readers treat it as 3). `time` and `expires` are Unix seconds; an uncached message (`cached` false) is kept only
    until its deliveries are settled and is never replayed, and its `expires` stays off the wire.
    `extras` (a JSON object as text) and `gotify_priority` are what a Gotify client sent, returned to it unchanged.
    """

    id: str
    topic: str
    time: int
    expires: int
    event: Event = Event.MESSAGE
    sequence_id: str = ""
    title: str = ""
    message: str = ""
    priority: int = 0
    tags: tuple[str, ...] = ()
    click: str = ""
    icon: str = ""
    content_type: str = ""
    cached: bool = True
    extras: str | None = None
    gotify_priority: int | None = None
    seq: int = 0

    @property
    def sequence(self) -> str:
        """The identity that updates, deletes and clears refer to: `<topic>/<sequence>` is one notification."""
        return self.sequence_id or self.id

    def numbered(self, seq: int) -> Self:
        """The same message with the sequence number that the store gave it."""
        return msgspec.structs.replace(self, seq=seq)

    def to_wire(self) -> Wire:
        """The public form. Sender, extras and seq are not part of ntfy's."""
        return Wire(
            id=self.id,
            sequence_id=self.sequence_id,
            time=self.time,
            expires=self.expires if self.cached else 0,
            event=self.event,
            topic=self.topic,
            title=self.title,
            message=self.message,
            priority=self.priority,
            tags=self.tags,
            click=self.click,
            icon=self.icon,
            content_type=self.content_type,
        )
