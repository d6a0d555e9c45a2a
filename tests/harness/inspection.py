"""Whether a push is what a real push service and a real browser would take (RFC 8030, 8188, 8291, 8292)."""

import base64
import re
import time
from collections.abc import Iterator, Mapping

import http_ece  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid.jwt import decode  # type: ignore[import-untyped]

_VAPID = re.compile(r"vapid t=(?P<token>[\w-]+\.[\w-]+\.[\w-]+), ?k=(?P<key>[\w-]+)")
_DAY_S = 86_400


def faults_in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    if not re.fullmatch(r"[0-9]+", headers.get("TTL", "")) or not 0 < int(headers["TTL"]) <= 28 * _DAY_S:
        yield f"TTL is {headers.get('TTL')!r}"
    if headers.get("Urgency", "normal") not in {"very-low", "low", "normal", "high"}:
        yield f"Urgency is {headers['Urgency']!r}"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers.get("Topic", "x")):
        yield f"Topic is {headers['Topic']!r}"
    if headers.get("Content-Encoding") != "aes128gcm":
        yield f"Content-Encoding is {headers.get('Content-Encoding')!r}"


def faults_in_vapid(header: str, audience: str, now: float | None = None) -> Iterator[str]:
    """Check signature and claims of an Authorization header."""
    form = _VAPID.fullmatch(header)
    if not form:
        yield f"Authorization is {header!r}"
        return
    try:
        claims = decode(form["token"], form["key"])
    except InvalidSignature:
        yield "the VAPID signature is wrong"
        return
    now = time.time() if now is None else now
    if claims.get("aud") != audience:
        yield f"aud is {claims.get('aud')!r}, not {audience!r}"
    if not now < claims.get("exp", 0) <= now + _DAY_S:
        yield f"exp is {claims.get('exp')!r} at {now}"
    if not claims.get("sub", "mailto:").startswith(("mailto:", "https:")):
        yield f"sub is {claims['sub']!r}"


def vapid_key(header: str) -> str:
    """The public key in an Authorization header, or nothing."""
    form = _VAPID.fullmatch(header)
    return form["key"] if form else ""


def open_body(body: bytes, private_key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Decrypt like a browser; raises ValueError."""
    if len(body) > 4096:
        raise ValueError(f"the body has {len(body)} bytes")
    try:
        plaintext: bytes = http_ece.decrypt(body, private_key=private_key, auth_secret=auth, version="aes128gcm")
    except (InvalidTag, http_ece.ECEException, IndexError, ValueError) as error:
        raise ValueError(f"the body cannot be decrypted: {error!r}") from error
    return plaintext


def to_text(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
