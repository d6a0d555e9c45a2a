"""Durations and sizes as people write them: `30d`, `1h30m`, `100ms`, `4k`, `15M`."""

import re
from typing import Final

SECONDS: Final = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
BYTES: Final = {"g": 1 << 30, "m": 1 << 20, "k": 1 << 10, "b": 1}

_PART = r"(\d+(?:\.\d+)?)(ms|[wdhms])"
_DURATION = re.compile(rf"(?:{_PART})+", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_SIZE = re.compile(r"(\d+)\s*([gmkb]?)b?", re.ASCII | re.IGNORECASE)
_LONGEST = 40


def parse_duration(text: str) -> float:
    """Seconds of `1h30m`, `45s`, `100ms`, or of a plain number of seconds. Raises ValueError."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise ValueError("too long for a duration")
    if _NUMBER.fullmatch(text):
        return float(text)
    if not _DURATION.fullmatch(text):
        raise ValueError("not a duration")
    return sum(float(number) * SECONDS[unit] for number, unit in re.findall(_PART, text))


def format_duration(seconds: float) -> str:
    """The shortest exact form: 5400 is `1h30m`. Parts below a millisecond are rounded away."""
    milliseconds = round(seconds * 1000)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, milliseconds = divmod(milliseconds, round(SECONDS[unit] * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_size(text: str) -> int:
    """Bytes of `4k`, `15M`, `1G`, or of a plain number of bytes; a k is 1024. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip())
    if not match or len(text) > _LONGEST:
        raise ValueError("not a size")
    return int(match[1]) * BYTES[match[2].lower() or "b"]


def format_size(size: int) -> str:
    """The shortest exact form: 4096 is `4k`, 1000 is `1000`."""
    for unit, factor in (("G", 1 << 30), ("M", 1 << 20), ("k", 1 << 10)):
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)
