"""VAPID (RFC 8292): the signed header that tells a push service who is sending."""

import base64
from collections import OrderedDict
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.jwt import sign  # type: ignore[import-untyped]

from pushbell.clock import Clock
from pushbell.deliver.key_file import open_key_file

TOKEN_LIFE_S: Final = 12 * 3600  # push services refuse more than 24 h, and clocks differ
MAX_ORIGINS: Final = 1000


class VapidKeys:
    """One key pair and the headers signed with it; `public_key` is what browsers subscribe with (base64url).

    A header is signed once per push service and kept for half of its token's life: verifying a known one is cheaper
    for the push service too (RFC 8292 §5).
    """

    def __init__(self, private_key: ec.EllipticCurvePrivateKey, subject: str | None, clock: Clock) -> None:
        self._private_key = private_key
        self._subject = subject
        self._clock = clock
        self._headers: OrderedDict[str, tuple[str, float]] = OrderedDict()
        point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    @classmethod
    def open(cls, path: Path, subject: str | None, clock: Clock) -> Self:
        """Read the key file, or make it at the first start. Raises KeyFileError."""
        return cls(open_key_file(path), subject, clock)

    def authorization(self, origin: str) -> str:
        """The Authorization header for the push service at `origin`."""
        header, renew_at = self._headers.get(origin, ("", 0.0))
        return header if self._clock.now() < renew_at else self._sign(origin)

    def forget(self, origin: str) -> None:
        """Sign anew at the next call: the push service refused the token."""
        self._headers.pop(origin, None)

    def _sign(self, origin: str) -> str:
        now = self._clock.now()
        claims = {"aud": origin, "exp": int(now) + TOKEN_LIFE_S}
        if self._subject:
            claims["sub"] = self._subject
        header = f"vapid t={sign(claims, self._private_key)}, k={self.public_key}"
        self._headers[origin] = header, now + TOKEN_LIFE_S / 2
        if len(self._headers) > MAX_ORIGINS:
            self._headers.popitem(last=False)
        return header
