"""Topic names and sequence IDs, and the names that are no topics because a protocol uses them as paths."""

import re

from pushbell.errors import SEQUENCE_ID_INVALID, TOPIC_INVALID, TOPIC_RESERVED

NAME = r"[-_A-Za-z0-9]{1,64}"
_NAME = re.compile(NAME)

# ntfy's path words, Gotify's, and our own: reserved from the first day, or a topic would one day shadow a page.
RESERVED = frozenset(
    {
        "message",
        "application",
        "client",
        "user",
        "current",
        "plugin",
        "stream",
        "health",
        "version",
        "gotifyinfo",
        "swagger",
        "image",
        "auth",
        "docs",
        "static",
        "file",
        "app",
        "metrics",
        "account",
        "settings",
        "signup",
        "login",
        "v1",
    }
)


def check_topic(name: str) -> str:
    """The name, or ApiError 40009 or 40010. Compared exactly: `Docs` is a topic, `docs` is not."""
    if not _NAME.fullmatch(name):
        raise TOPIC_INVALID
    if name in RESERVED:
        raise TOPIC_RESERVED
    return name


def check_sequence_id(name: str) -> str:
    """The sequence ID, or ApiError 40049."""
    if not _NAME.fullmatch(name):
        raise SEQUENCE_ID_INVALID
    return name
