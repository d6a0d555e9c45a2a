"""The draft: what a publisher asked for, checked, before it has a topic, a time and an id. No I/O here."""

from typing import Protocol

import msgspec

from pushbell.errors import (
    ICON_INVALID,
    TAGS_TOO_LONG,
    TITLE_TOO_LONG,
    UNSUPPORTED,
)
from pushbell.priority import parse_priority
from pushbell.text import is_true
from pushbell.topic import check_sequence_id

EMPTY_MESSAGE = "triggered"
MARKDOWN = "text/markdown"


class Sizes(Protocol):
    """The limits that a draft is held to, in bytes of UTF-8."""

    @property
    def size_limit(self) -> int: ...
    @property
    def title_size_limit(self) -> int: ...
    @property
    def tags_size_limit(self) -> int: ...


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """See `message.Message` for the fields."""

    message: str = EMPTY_MESSAGE
    title: str = ""
    priority: int = 0
    tags: tuple[str, ...] = ()
    click: str = ""
    icon: str = ""
    content_type: str = ""
    sequence_id: str = ""
    cached: bool = True


def compose(parameters: dict[str, str], body: bytes, sizes: Sizes) -> Draft:
    """Check everything in ntfy's order; raises ApiError."""
    if not parameters:  # the usual `curl -d text`
        return Draft(message=read_text(body, sizes.size_limit) or EMPTY_MESSAGE)
    get = parameters.get
    sequence_id = check_sequence_id(parameters["sequence-id"]) if "sequence-id" in parameters else ""
    refuse_unsupported(parameters, ("attach", "filename"))
    icon = check_icon(get("icon", ""))
    refuse_unsupported(parameters, ("email", "call"))
    priority = parse_priority(get("priority", ""))
    refuse_unsupported(parameters, ("delay", "actions", "template", "poll-id"))
    if is_true(get("unifiedpush", "")) or get("content-encoding") == "aes128gcm":
        raise UNSUPPORTED["unifiedpush"]
    return Draft(
        message=read_text(body, sizes.size_limit) or get("message", "").replace("\\n", "\n") or EMPTY_MESSAGE,
        title=check_title(get("title", ""), sizes.title_size_limit),
        priority=priority,
        tags=split_tags(get("tags", ""), sizes.tags_size_limit),
        click=get("click", ""),
        icon=icon,
        content_type=MARKDOWN if is_markdown(parameters) else "",
        sequence_id=sequence_id,
        cached=is_true(get("cache", "yes")),
    )


def refuse_unsupported(parameters: dict[str, str], names: tuple[str, ...]) -> None:
    for name in names:
        if name in parameters:
            raise UNSUPPORTED[name]


def read_text(body: bytes, limit: int) -> str:
    """The body as trimmed text. A longer or binary one would be an upload."""
    if len(body) > limit:
        raise UNSUPPORTED["upload"]
    try:
        return body.decode().replace("\0", "").strip()
    except UnicodeDecodeError as error:
        raise UNSUPPORTED["upload"] from error


def split_tags(value: str, limit: int) -> tuple[str, ...]:
    """Elements that are empty before trimming are dropped, as ntfy does."""
    tags = tuple(tag.strip() for tag in value.split(",") if tag)
    if sum(len(tag.encode()) for tag in tags) > limit:
        raise TAGS_TOO_LONG.because(f"the limit is {limit} bytes")
    return tags


def check_title(title: str, limit: int) -> str:
    if len(title.encode()) > limit:
        raise TITLE_TOO_LONG.because(f"the limit is {limit} bytes")
    return title


def check_icon(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ICON_INVALID
    return url


def is_markdown(parameters: dict[str, str]) -> bool:
    return is_true(parameters.get("markdown", "")) or parameters.get("content-type", "").lower() == MARKDOWN
