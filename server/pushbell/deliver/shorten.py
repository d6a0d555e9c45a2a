"""Cutting text to a number of bytes where a reader would: between characters, not inside of them."""

import unicodedata
from typing import Final

import msgspec

ELLIPSIS: Final = "…"
_JOINER: Final = "\u200d"
_VARIATION_SELECTORS: Final = ("\ufe00", "\ufe0f")
_SKIN_TONES: Final = ("\U0001f3fb", "\U0001f3ff")
_REGIONAL_INDICATORS: Final = ("\U0001f1e6", "\U0001f1ff")
_LONGEST_CLUSTER: Final = 32  # code points; what is longer is no character but an attack on renderers


def json_length(text: str) -> int:
    """Bytes that the text takes inside a JSON string."""
    return len(msgspec.json.encode(text)) - 2


def shorten(text: str, limit: int) -> str:
    """The text if it takes at most `limit` bytes in JSON, or its beginning with an ellipsis; may be empty."""
    if json_length(text) <= limit:
        return text
    room = limit - len(ELLIPSIS.encode())
    if room <= 0:
        return ""
    low, high = 0, min(len(text), room)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if json_length(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    beginning = text[: _boundary(text, low)].rstrip()
    return beginning + ELLIPSIS


def _boundary(text: str, end: int) -> int:
    """The last place at or before `end` where no character is torn (close to UAX #29's grapheme clusters)."""
    for place in range(end, max(end - _LONGEST_CLUSTER, 0), -1):
        if not _is_inside(text, place):
            return place
    return 0 if end < _LONGEST_CLUSTER else end


def _is_inside(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place : place + 1]
    if not after:
        return False
    if _JOINER in (before, after) or unicodedata.combining(after) or _within(after, _VARIATION_SELECTORS):
        return True
    if _within(after, _SKIN_TONES):
        return True
    return _within(before, _REGIONAL_INDICATORS) and _within(after, _REGIONAL_INDICATORS) and _flag_begins(text, place)


def _flag_begins(text: str, place: int) -> bool:
    """Whether an odd number of regional indicators precedes: the next one completes a flag."""
    count = 0
    while place - count > 0 and _within(text[place - count - 1], _REGIONAL_INDICATORS):
        count += 1
    return count % 2 == 1


def _within(character: str, bounds: tuple[str, str]) -> bool:
    return bounds[0] <= character <= bounds[1]
