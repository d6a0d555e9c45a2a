"""Publishing as JSON: the fields become parameters, as if they had been sent as `X-…` headers."""

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
    tags: list[str] | None = None
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


_DECODER = msgspec.json.Decoder(Fields)


def parse_json(body: bytes) -> Fields:
    """Raises ApiError 40024, or 40009 without a topic."""
    try:
        fields = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BAD_JSON.because(str(error)) from error
    if not fields.topic:
        raise TOPIC_INVALID
    return fields


def to_parameters(fields: Fields) -> dict[str, str]:
    """The non-empty ones, cleaned like headers; they beat every header and query key of the request."""
    texts = {
        "title": fields.title,
        "priority": str(fields.priority or ""),
        "tags": ",".join(fields.tags or ()),
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
