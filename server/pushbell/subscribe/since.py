"""Where a reader wants to start: ntfy's `since` parameter."""

import re
from dataclasses import dataclass
from enum import Enum

from pushbell.errors import SINCE_INVALID

_ID = re.compile(r"[A-Za-z0-9]{12}")
_UNIX = re.compile(r"[+-]?[0-9]{1,18}")
_DURATION = re.compile(r"[+-]?(?:(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:ns|us|µs|μs|ms|s|m|h))+")
_PART = re.compile(r"([0-9.]+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST_S = 2**63 / 1e9  # what Go's Duration holds, 292 years; a longer one would not fit into a column either


class Point(Enum):
    """The starts that need no value."""

    ALL = "all"
    LATEST = "latest"
    NONE = "none"


@dataclass(frozen=True)
class AfterId:
    """Everything stored after this message; everything, if it is unknown."""

    message_id: str


@dataclass(frozen=True)
class FromTime:
    """Everything with this Unix time or a later one."""

    time: int


Since = Point | AfterId | FromTime


def parse_since(value: str, now: float, *, poll: bool) -> Since:
    """In ntfy's order, so that twelve digits are an ID. Raises ApiError 40008."""
    if not value:
        return Point.ALL if poll else Point.NONE
    if value in ("all", "latest", "none"):
        return Point(value)
    if _ID.fullmatch(value):
        return AfterId(value)
    if _UNIX.fullmatch(value):
        return FromTime(int(value))
    return FromTime(int(now - parse_duration(value)))


def parse_duration(text: str) -> float:
    """Seconds of a duration in Go's syntax (`1h30m`, `1.5h`, `100ms`). Raises ApiError 40008."""
    if not _DURATION.fullmatch(text):
        raise SINCE_INVALID
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    if seconds > _LONGEST_S:
        raise SINCE_INVALID
    return -seconds if text.startswith("-") else seconds
