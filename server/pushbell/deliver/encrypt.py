"""Message encryption for Web Push: one `aes128gcm` record (RFC 8188), under a key agreed upon as RFC 8291 says.

The expensive step is the key agreement (ECDH, nine tenths of the time), so one key pair of the sender serves many
receivers: those of one message, or with `KeyWindow` those of an hour. That no content key is used twice is up to the
random salt of each record.
"""

import hmac
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pushbell.clock import Clock
from pushbell.ids import RandomPool

RECORD_SIZE: Final = 4096
MAX_PLAINTEXT: Final = 3993  # a body of 4096 less header (86), delimiter (1) and authentication tag (16): RFC 8291 §4

_CURVE = ec.SECP256R1()
_ECDH = ec.ECDH()
_LAST_RECORD = b"\x02"


def check_keys(p256dh: bytes, auth: bytes) -> None:
    """Raises ValueError for keys that no browser gives (RFC 8291 §7): an uncompressed point on P-256 and 16 bytes."""
    if len(auth) != 16:
        raise ValueError("auth must be 16 bytes")
    if len(p256dh) != 65 or p256dh[0] != 4:
        raise ValueError("p256dh must be an uncompressed point of 65 bytes")
    try:
        _parse(p256dh)
    except ValueError:
        raise ValueError("p256dh is not a point on the curve P-256") from None


class Sealer:
    """Encrypts with one key pair of the sender, made for it unless given.

    What was agreed upon with the last `remember` receivers is kept (about 0.4 kB each).
    """

    def __init__(self, private_key: ec.EllipticCurvePrivateKey | None = None, *, remember: int = 0) -> None:
        self._private_key = private_key or ec.generate_private_key(_CURVE)
        self._point = self._private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._header = RECORD_SIZE.to_bytes(4, "big") + bytes([len(self._point)]) + self._point
        self._random = RandomPool()
        self._agreed = lru_cache(maxsize=remember)(self._agree)

    def prepare(self, p256dh: bytes, auth: bytes) -> None:
        """Agree with a receiver now, so that its first push does not have to wait for it."""
        self._agreed(p256dh, auth)

    def seal(self, plaintext: bytes, p256dh: bytes, auth: bytes, *, salt: bytes | None = None) -> bytes:
        """The body of a push. Raises ValueError for a plaintext above MAX_PLAINTEXT and for a p256dh that is no point.

        `salt` is given only by tests: the same one twice would break the encryption.
        """
        if len(plaintext) > MAX_PLAINTEXT:
            raise ValueError(f"{len(plaintext)} bytes do not fit one record, at most {MAX_PLAINTEXT} do")
        salt = salt or self._random.take(16)
        key, nonce = _content_key(self._agreed(p256dh, auth), salt)
        return salt + self._header + AESGCM(key).encrypt(nonce, plaintext + _LAST_RECORD, None)

    def _agree(self, p256dh: bytes, auth: bytes) -> bytes:
        """The input keying material shared with one receiver (RFC 8291 §3.4)."""
        shared = self._private_key.exchange(_ECDH, _parse(p256dh))
        pseudorandom = hmac.digest(auth, shared, "sha256")
        return hmac.digest(pseudorandom, b"WebPush: info\x00" + p256dh + self._point + b"\x01", "sha256")


class KeyWindow:
    """Lends one sealer for up to `life_s`, so that the key agreement is paid once per device instead of once per push.

    The price: who reads this process's memory can decrypt what it sent in that time. It holds those messages anyway.
    With `life_s` 0 every message gets a key pair of its own.
    """

    def __init__(self, clock: Clock, *, life_s: float = 3600.0, remember: int = 50_000) -> None:
        self._clock = clock
        self._life_s = life_s
        self._remember = remember
        self._renew()

    def sealer(self) -> Sealer:
        """To be asked for with every message."""
        if self._clock.monotonic() >= self._ends_at:
            self._renew()
        return self._sealer

    def _renew(self) -> None:
        self._sealer = Sealer(remember=self._remember)
        self._ends_at = self._clock.monotonic() + self._life_s


def _parse(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)


def _content_key(material: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the only record (RFC 8188 §2.2, §2.3)."""
    pseudorandom = hmac.digest(salt, material, "sha256")
    key = hmac.digest(pseudorandom, b"Content-Encoding: aes128gcm\x00\x01", "sha256")
    nonce = hmac.digest(pseudorandom, b"Content-Encoding: nonce\x00\x01", "sha256")
    return key[:16], nonce[:12]
