"""Priorities: 1 to 5, 0 for unset, and ntfy's words for them."""

from pushbell.errors import PRIORITY_INVALID

DEFAULT = 3
URGENT = 4  # from here on a message goes before others

_WORDS = {
    "": 0, "1": 1, "min": 1, "2": 2, "low": 2, "3": 3, "default": 3, "4": 4, "high": 4, "5": 5, "max": 5, "urgent": 5,
}  # fmt: skip


def parse_priority(word: str) -> int:
    """1 to 5, or 0 for an empty word; ApiError 40007 for any other."""
    try:
        return _WORDS[word.strip().lower()]
    except KeyError:
        raise PRIORITY_INVALID from None
