"""Identifiers and secrets. All of them come from `secrets`: a predictable id is a leak (ntfy fixed one in 2.25)."""

import hashlib
import secrets
import string

ALPHANUMERIC = string.ascii_letters + string.digits
MESSAGE_ID_LENGTH = 12

_SPAN = len(ALPHANUMERIC) ** MESSAGE_ID_LENGTH
_PAIRS = [a + b for a in ALPHANUMERIC for b in ALPHANUMERIC]


def message_id() -> str:
    """12 alphanumerics (71 bits), the form that ntfy clients expect of ids and `since` cursors."""
    number = secrets.randbelow(_SPAN)
    pairs = []
    for _ in range(MESSAGE_ID_LENGTH // 2):
        number, pair = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[pair])
    return "".join(pairs)


def token() -> str:
    """A secret of 192 bits in the URL-safe alphabet."""
    return secrets.token_urlsafe(24)


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a secret: what is stored and compared instead of the secret itself.

    Only for secrets of at least 128 random bits; a password needs a slow hash.
    """
    return hashlib.sha256(secret.encode()).digest()
