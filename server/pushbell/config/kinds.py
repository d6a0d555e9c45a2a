"""The kinds of values an option can have: how each is read and shown.

A reader takes what a source holds (text from a flag or the environment, or a YAML value) and returns the option's
value. It raises ValueError with the rest of a sentence that begins with the option's name: "must be a duration ...".
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pushbell.config import units

T = TypeVar("T")
U = TypeVar("U")


class Kind(msgspec.Struct, frozen=True):
    """How to read a value, and how to show it so that reading it again gives the same value."""

    read: Callable[[object], object]
    show: Callable[[Any], str] = str


def read_text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError("must be text")  # noqa: TRY004 - one exception type for every wrong value
    if not raw.isprintable():
        raise ValueError("must not contain control characters")
    return raw.strip()


def read_flag(raw: object) -> bool:
    word = str(raw).strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    raise ValueError("must be true or false")


def read_path(raw: object) -> Path | None:
    """None when empty; a leading `~` is the home of the user who runs the server."""
    text = read_text(raw)
    try:
        return Path(text).expanduser() if text else None
    except RuntimeError as error:  # "~" without a home directory
        raise ValueError(f"must be a path that exists for this user: {error}") from None


def read_directory(raw: object) -> Path:
    path = read_path(raw)
    if path is None:
        raise ValueError("must be a directory, not empty")
    return path


def _scalar(raw: object) -> str:
    """A number or text as text. True and false are no numbers, although Python thinks so."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError("must be a single value")  # noqa: TRY004 - one exception type for every wrong value
    return str(raw)


def count(*, least: int = 1) -> Kind:
    """A whole number of at least `least`."""

    def read(raw: object) -> int:
        text = _scalar(raw).strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 12) or int(text) < least:
            raise ValueError(f"must be a whole number of at least {least}")
        return int(text)

    return Kind(read)


def duration(*, least_s: float) -> Kind:
    """Seconds, written as `30d`, `1h30m`, `45s`, `100ms` or a number of seconds."""

    def read(raw: object) -> float:
        wanted = f"must be a duration such as 30d, 1h30m, 45s or 100ms, at least {units.format_duration(least_s)}"
        return _read_unit(raw, units.parse_duration, least_s, wanted)

    return Kind(read, units.format_duration)


def size(*, least: int = 1) -> Kind:
    """Bytes, written as `4k`, `15M`, `1G` or a number of bytes."""

    def read(raw: object) -> int:
        return _read_unit(
            raw, units.parse_size, least, f"must be a size such as 512, 4k or 15M, at least {least} bytes"
        )

    return Kind(read, units.format_size)


def _read_unit(raw: object, parse: Callable[[str], T], least: Any, wanted: str) -> T:
    try:
        value = parse(_scalar(raw))
    except ValueError:
        raise ValueError(wanted) from None
    if value < least:
        raise ValueError(wanted)
    return value


def choice(*words: str) -> Kind:
    """One of a few words."""

    def read(raw: object) -> str:
        word = str(raw).strip().lower()
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return Kind(read)


def listing(read_one: Callable[[object], str]) -> Kind:
    """A list: a YAML list, or one text with commas between the values."""

    def read(raw: object) -> tuple[str, ...]:
        if isinstance(raw, str):
            return tuple(read_one(part) for part in raw.split(",") if part.strip())
        if isinstance(raw, list):
            return tuple(read_one(part) for part in raw)
        raise ValueError("must be a list, or text with commas between the values")

    return Kind(read, ",".join)


TEXT = Kind(read_text)
FLAG = Kind(read_flag, lambda value: str(value).lower())
DIRECTORY = Kind(read_directory)
FILE = Kind(read_path, lambda value: str(value or ""))
