"""Publishing as JSON: the fields become parameters, as if they had been sent as `X-…` headers."""

import json
from typing import Any

import msgspec

from pushbell.errors import BAD_JSON, TOPIC_INVALID
from pushbell.text import clean


class Fields(msgspec.Struct):
    """What ntfy reads of the body. null counts as absent: aiontfy sends it for everything unset."""

    topic: str | None = None
    message: str | None = None
    title: str | None = None
    priority: int | None = None
    tags: list[str | None] | None = None
    click: str | None = None
    icon: str | None = None
    attach: str | None = None
    filename: str | None = None
    actions: list[Any] | None = None
    markdown: bool | None = None
    email: str | None = None
    call: str | None = None
    cache: str | None = None
    firebase: str | None = None
    delay: str | None = None
    sequence_id: str | None = None


_DECODER = msgspec.json.Decoder(dict[str, Any])


def parse_json(body: bytes) -> Fields:
    """Names count in any case: PowerShell users write `Topic`. Raises ApiError 40024, or 40009 without a topic."""
    try:
        named = {name.lower(): value for name, value in _decode(body).items()}
        fields = msgspec.convert(named, Fields)
    except (ValueError, RecursionError) as error:
        raise BAD_JSON.because(str(error)) from error
    if not fields.topic:
        raise TOPIC_INVALID
    return fields


def _decode(body: bytes) -> dict[str, Any]:
    """Bytes that are no UTF-8 (PowerShell 5 sends Latin-1) and half an emoji (JavaScript cuts there) become U+FFFD."""
    try:
        return _DECODER.decode(body)
    except ValueError:
        text = json.dumps(json.loads(body.decode("utf-8", "replace")), ensure_ascii=False)
        return _DECODER.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def to_parameters(fields: Fields) -> dict[str, str]:
    """The non-empty ones, cleaned like headers; they beat every header and query key of the request."""
    texts = {
        "title": fields.title,
        "priority": str(fields.priority or ""),
        "tags": ",".join(tag for tag in fields.tags or () if tag),
        "click": fields.click,
        "icon": fields.icon,
        "attach": fields.attach,
        "filename": fields.filename,
        "actions": "given" if fields.actions else "",
        "markdown": "yes" if fields.markdown else "",
        "email": fields.email,
        "call": fields.call,
        "cache": fields.cache,
        "firebase": fields.firebase,
        "delay": fields.delay,
        "sequence-id": fields.sequence_id,
    }
    cleaned = {name: clean(text) for name, text in texts.items() if text}
    return {name: text for name, text in cleaned.items() if text}
