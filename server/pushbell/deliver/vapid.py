"""VAPID (RFC 8292): the signed header that tells a push service who is sending."""

import base64
import math
from collections import OrderedDict
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.jwt import sign  # type: ignore[import-untyped]

from pushbell.clock import Clock
from pushbell.deliver.key_file import open_key_file

TOKEN_LIFE_S: Final = 12 * 3600  # push services refuse more than 24 h, and clocks differ
KEPT_S: Final = TOKEN_LIFE_S / 2
YOUNG_S: Final = 3600  # Apple asks not to renew more often
MAX_ORIGINS: Final = 1000


class VapidKeys:
    """One key pair and the headers signed with it; `public_key` is what browsers subscribe with (base64url).

    A header is signed once per push service and kept for half of its token's life: a known one is cheaper to verify
    (RFC 8292 §5). One from the future is not kept: the machine's clock was wrong when it was signed.
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
        if not 0 <= self._age_s(origin) < KEPT_S:
            self._sign(origin)
        return self._headers[origin][0]

    def forget(self, origin: str) -> bool:
        """The push service refused the token. Says whether another one will be signed: a young one is not to blame."""
        if 0 <= self._age_s(origin) < YOUNG_S:
            return False
        self._headers.pop(origin, None)
        return True

    def _age_s(self, origin: str) -> float:
        _, signed_at = self._headers.get(origin, ("", -math.inf))
        return self._clock.now() - signed_at

    def _sign(self, origin: str) -> None:
        now = self._clock.now()
        claims = {"aud": origin, "exp": int(now) + TOKEN_LIFE_S}
        if self._subject:
            claims["sub"] = self._subject
        header = f"vapid t={sign(claims, self._private_key)}, k={self.public_key}"
        self._headers[origin] = header, now
        if len(self._headers) > MAX_ORIGINS:
            self._headers.popitem(last=False)
