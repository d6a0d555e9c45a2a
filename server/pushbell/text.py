"""What arrives in headers, made into clean text: ntfy's rules for raw bytes, RFC 2047 words and booleans."""

import base64
import binascii
import re

_WORD = r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?="
# RFC 2047 §6.2: white space between two words does not count.
ENCODED_WORD = re.compile(rf"=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?=(?:\s+(?={_WORD}))?")
CHARSETS = {"utf-8": "utf-8", "iso-8859-1": "latin-1", "us-ascii": "ascii"}
TRUE = frozenset(("1", "yes", "true"))


def clean(value: str) -> str:
    """A header's value: trimmed, with encoded words decoded, without NUL; bytes that are no UTF-8 become U+FFFD.

    aiohttp keeps such bytes as lone surrogates, on which SQLite and JSON would fail much later.
    """
    if not value.isascii():
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "=?" in value:
        value = decode_words(value)
    return trim(value)


def trim(value: str) -> str:
    """A query parameter's value, where encoded words are text like any other."""
    return value.replace("\0", "").strip()


def decode_words(value: str) -> str:
    """RFC 2047 encoded words anywhere in the value; if one of them is broken, the value as it came."""
    try:
        return ENCODED_WORD.sub(_decode_word, value)
    except (ValueError, LookupError):
        return value


def _decode_word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    codec = CHARSETS[charset.lower()]
    raw = (
        base64.b64decode(text, validate=True)
        if encoding in "bB"
        else binascii.a2b_qp(text.encode("ascii"), header=True)
    )
    return raw.decode(codec, "replace")


def is_true(value: str) -> bool:
    """ntfy's booleans: 1, yes, true in any case; anything else that is not empty is false."""
    return value.lower() in TRUE
