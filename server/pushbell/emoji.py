"""ntfy's emoji tags: a tag that is the short code of an emoji (`warning`, `tada`) is shown before the title."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import msgspec

_FULLY_QUALIFIED: Final = 2  # Unicode's own word for an emoji with all of its variation selectors
_SHORT_CODE = re.compile(r"[a-z0-9_+-]+")
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")


@cache
def short_codes() -> dict[str, str]:
    """Short code to emoji: GitHub's names, which ntfy uses, and Unicode's where GitHub has none.

    They are the data of the package `emoji`, read without importing it: its own tables take 8 MB of memory.
    """
    path = Path(str(distribution("emoji").locate_file("emoji/unicode_codes/emoji.json")))
    known: dict[str, dict[str, Any]] = msgspec.json.decode(path.read_bytes())
    shown = {
        emoji: names
        for emoji, names in known.items()
        if names["status"] == _FULLY_QUALIFIED and not _SKIN_TONE.search(emoji)
    }
    codes = {names["en"].strip(":"): emoji for emoji, names in shown.items()}
    codes |= {alias.strip(":"): emoji for emoji, names in shown.items() for alias in names.get("alias", ())}
    return {code: emoji for code, emoji in sorted(codes.items()) if _SHORT_CODE.fullmatch(code)}


def emojis_of(tags: Iterable[str]) -> str:
    """The emojis among the tags, in their order, with a space between them."""
    return " ".join(emoji for tag in tags if (emoji := short_codes().get(tag)))


def table_json() -> bytes:
    """`short_codes` for the web app."""
    return msgspec.json.encode(short_codes())
