"""Identifiers and secrets. All of them come from `secrets`: a predictable id is a leak (ntfy fixed one in 2.25)."""

import base64
import hashlib
import secrets


class RandomPool:
    """Random bytes from the operating system, drawn a few kilobytes at a time.

    A system call gives up the GIL, and to get it back is what a busy server waits for.
    """

    def __init__(self) -> None:
        self._pool = b""
        self._used = 0

    def take(self, count: int) -> bytes:
        """Never the same bytes twice. `count` is small."""
        if self._used + count > len(self._pool):
            self._pool, self._used = secrets.token_bytes(4096), 0
        self._used += count
        return self._pool[self._used - count : self._used]


class MessageIds:
    """Draws message ids: 12 alphanumerics (71 bits), the form that ntfy clients expect of ids and `since` cursors."""

    def __init__(self) -> None:
        self._random = RandomPool()

    def draw(self) -> str:
        # 9 bytes are 12 characters of base64; drawing again for `+` and `/` keeps every id equally likely.
        while not (drawn := base64.b64encode(self._random.take(9)).decode()).isalnum():
            pass
        return drawn


def token() -> str:
    """A secret of 192 bits in the URL-safe alphabet."""
    return secrets.token_urlsafe(24)


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a secret: what is stored and compared instead of the secret itself.

    Only for secrets of at least 128 random bits; a password needs a slow hash.
    """
    return hashlib.sha256(secret.encode()).digest()
