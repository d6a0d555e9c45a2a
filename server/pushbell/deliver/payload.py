"""What a push contains: the one JSON that every browser gets (docs/api.md, "What a push contains").

It is at the same time a valid Declarative Web Push (W3C Push API, "declarative push message"), so that Safari shows
it even when the service worker fails. A push is a doorbell: when a message does not fit, it is cut, marked
`truncated`, and the device fetches the rest.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from pushbell.deliver.shorten import json_length, shorten
from pushbell.emoji import emojis_of
from pushbell.message import Event, Message
from pushbell.store import DeviceKind

DECLARATIVE: Final = 8030
SMALLEST: Final = 500  # bytes into which every message can be cut
_LEAST_TITLE: Final = 4  # the ellipsis at least: a declaration without title is invalid
_LEAST_BODY: Final = 300  # a body is not cut below this to make room for what the app can fetch

Push = dict[str, Any]

# Safari discards a declaration whose URL does not parse, so only what surely does is used. ASCII, without spaces.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,4})?(?:/[!#-;=?-\[\]_a-z~]*)?")


def build_payload(message: Message, kind: DeviceKind, origin: str, limit: int) -> bytes:
    """The plaintext for devices of this kind whose app lives at `origin`, at most `limit` (>= SMALLEST) bytes."""
    versions = _ntfy_versions if kind is DeviceKind.NTFY else _app_versions
    payload = b""
    for push in versions(message, origin, limit):
        payload = msgspec.json.encode(push)
        if len(payload) <= limit:
            break
    return payload


def build_notice(title: str, body: str, origin: str, tag: str, data: Push) -> bytes:
    """A notification that is no message, such as a test. `data` tells the service worker what it is."""
    shown = {"title": title, "body": body, "navigate": f"{origin}/", "tag": tag, "data": data}
    return msgspec.json.encode({"web_push": DECLARATIVE, "mutable": True, "notification": shown})


def is_silent(message: Message) -> bool:
    """Whether nothing is shown for it: deletes and clears. Safari takes the subscription away after three of these."""
    return message.event in (Event.DELETE, Event.CLEAR)


def _app_versions(message: Message, origin: str, limit: int) -> Iterator[Push]:
    """The same push, ever smaller."""
    if is_silent(message):
        yield {"data": _pick(msgspec.to_builtins(message.to_wire()), "id", "sequence_id", "time", "event", "topic")}
        return
    push = _declare(message, origin)
    yield push
    shown, data = push["notification"], push["notification"]["data"]
    data["truncated"] = True
    data.pop("title", None)
    data.pop("icon", None)
    if json_length(shown.get("body", "")) > _LEAST_BODY:
        yield _cut(push, shown, "body", limit, least=_LEAST_BODY)
    shown["data"] = _pick(data, "id", "sequence_id", "time", "event", "topic", "priority", "untitled", "truncated")
    shown["navigate"] = f"{origin}/"
    yield _cut(push, shown, "body", limit)
    del shown["body"]
    shown["data"] = _pick(data, "id", "event", "topic", "truncated")
    yield _cut(push, shown, "title", limit, least=_LEAST_TITLE)


def _declare(message: Message, origin: str) -> Push:
    title = message.title or message.topic
    emojis = emojis_of(message.tags)
    shown = {
        "title": f"{emojis} {title}" if emojis else title,
        "body": message.message,
        "navigate": message.click if _PLAIN_URL.fullmatch(message.click) else f"{origin}/{message.topic}",
        "tag": f"{message.topic}/{message.sequence}",
    }
    data = msgspec.to_builtins(message.to_wire())
    data.pop("message", None)
    if not message.title:
        data["untitled"] = True
    elif not emojis:
        data.pop("title")
    return {"web_push": DECLARATIVE, "mutable": True, "notification": shown | {"data": data}}


def _ntfy_versions(message: Message, origin: str, limit: int) -> Iterator[Push]:
    """What ntfy's own service worker understands. It has no word for "truncated"; the ellipsis has to say it."""
    wire = msgspec.to_builtins(message.to_wire())
    push = {"event": "message", "subscription_id": f"{origin}/{message.topic}", "message": wire}
    yield push
    wire.pop("icon", None)
    if json_length(wire.get("message", "")) > _LEAST_BODY:
        yield _cut(push, wire, "message", limit, least=_LEAST_BODY)
    wire = push["message"] = _pick(wire, "id", "sequence_id", "time", "event", "topic", "title", "message", "priority")
    yield _cut(push, wire, "message", limit)
    wire.pop("message", None)
    yield _cut(push, wire, "title", limit)
    push["message"] = _pick(wire, "id", "sequence_id", "time", "event", "topic")
    yield push


def _cut(push: Push, holder: Push, field: str, limit: int, least: int = 0) -> Push:
    """The push with that text shortened by what is too much, but not below `least` bytes."""
    excess = len(msgspec.json.encode(push)) - limit
    text = holder.get(field, "")
    if excess > 0 and text:
        holder[field] = shorten(text, max(json_length(text) - excess, least))
    return push


def _pick(data: Push, *fields: str) -> Push:
    return {field: data[field] for field in fields if field in data}
