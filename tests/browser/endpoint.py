"""The side of a push service that application servers see: `POST <endpoint>` (RFC 8030), as strict as the real ones."""

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .mailbox import Mailbox, Push

URGENCIES = ("very-low", "low", "normal", "high")


@dataclass(eq=False, kw_only=True)
class PushRefusedError(Exception):
    """An answer other than 201."""

    status: int
    reason: str
    retry_after_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How one push service differs from another. `origin` is its endpoints', and the `aud` it wants (RFC 8292 §2)."""

    origin: str
    path: str
    unauthorized: int
    longest_ttl_s: int
    render: Callable[[PushRefusedError], web.Response]


class Endpoints:
    """The endpoints of one push service, and what was posted to them.

    `deliver` is called after each accepted push; what it can't deliver waits in `mailbox`. `refusals` lists the
    statuses that were answered instead of 201.
    """

    def __init__(self, manners: Manners, deliver: Callable[[], None]) -> None:
        self._manners = manners
        self._deliver = deliver
        self._keys: dict[str, bytes] = {}  # token -> the application server's key, the only one that may push to it
        self._gone: set[str] = set()
        self._outage: PushRefusedError | None = None
        self.mailbox = Mailbox()
        self.refusals: list[PushRefusedError] = []

    def open(self, token: str, application_server_key: str) -> str:
        """A new endpoint, for this key alone; returns its URL."""
        self._keys[token] = decode(application_server_key)
        return f"{self._manners.origin}{self._manners.path}{token}"

    def drop(self, token: str) -> None:
        """From now on it answers 410, whether or not the browser knows."""
        self._gone.add(token)
        self.mailbox.forget(token)

    def drop_all(self) -> None:
        for token in self.tokens:
            self.drop(token)

    def clear(self) -> None:
        """Drop all, and keep no record of the past."""
        self.drop_all()
        self.mailbox.accepted.clear()
        self.mailbox.acknowledged.clear()
        self.refusals.clear()

    @property
    def tokens(self) -> list[str]:
        """Those that work, oldest first."""
        return [token for token in self._keys if token not in self._gone]

    def refuse(self, status: int, reason: str = "try again later", retry_after_s: int | None = None) -> None:
        """Be out of order: answer this to every push, until `accept`."""
        self._outage = PushRefusedError(status=status, reason=reason, retry_after_s=retry_after_s)

    def accept(self) -> None:
        self._outage = None

    async def post(self, request: web.Request) -> web.Response:
        """The handler of `POST <path>{token}`."""
        try:
            push = await self._read(request)
        except PushRefusedError as refusal:
            self.refusals.append(refusal)
            self.mailbox.notify()
            answer = self._manners.render(refusal)
            if refusal.retry_after_s is not None:
                answer.headers["Retry-After"] = str(refusal.retry_after_s)
            return answer
        self.mailbox.put(push)
        self._deliver()
        return web.Response(
            status=201, headers={"Location": f"{self._manners.origin}/m/{push.id}", "TTL": str(push.ttl_s)}
        )

    async def _read(self, request: web.Request) -> Push:
        token = request.match_info["token"]
        if self._outage:
            raise self._outage
        if token not in self._keys:
            raise PushRefusedError(status=404, reason="no such endpoint")
        self._authorise(request.headers, self._keys[token])
        if token in self._gone:
            raise PushRefusedError(status=410, reason="push subscription has unsubscribed or expired")
        body = await request.read()
        if len(body) > 4096:
            raise PushRefusedError(status=413, reason="body over 4096 bytes")
        return _read_push(token, body, request.headers, self._manners.longest_ttl_s)

    def _authorise(self, headers: Mapping[str, str], key: bytes) -> None:
        try:
            check_vapid(headers.get("Authorization", ""), self._manners.origin, key)
        except ValueError as error:
            raise PushRefusedError(status=self._manners.unauthorized, reason=str(error)) from None


def _read_push(token: str, body: bytes, headers: Mapping[str, str], longest_ttl_s: int) -> Push:
    ttl, topic, urgency = headers.get("TTL", ""), headers.get("Topic", ""), headers.get("Urgency", "normal")
    if headers.get("Content-Encoding") != "aes128gcm":
        raise PushRefusedError(status=400, reason="Content-Encoding must be aes128gcm")
    if not re.fullmatch(r"\d{1,9}", ttl):
        raise PushRefusedError(status=400, reason="TTL missing or malformed")
    if not re.fullmatch(r"[\w-]{0,32}", topic, re.ASCII):
        raise PushRefusedError(status=400, reason="Topic too long or outside base64url")
    if urgency not in URGENCIES:
        raise PushRefusedError(status=400, reason="unknown Urgency")
    return Push(token=token, body=body, ttl_s=min(int(ttl), longest_ttl_s), topic=topic, urgency=urgency)


def check_vapid(authorization: str, audience: str, key: bytes) -> None:
    """RFC 8292: an ES256 token for this origin, expiring within a day, signed with the subscription's key.

    Raises ValueError with the reason.
    """
    found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", authorization, re.ASCII)
    if not found:
        raise ValueError("no vapid authorization")
    signed, _, signature = found[1].rpartition(".")
    if decode(found[2]) != key:
        raise ValueError("VAPID public key mismatch: not the one used to create the subscription")
    raw = decode(signature)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    try:
        point.verify(
            encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])),
            signed.encode(),
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        raise ValueError("VAPID signature does not verify") from None
    _check_claims(json.loads(decode(signed.partition(".")[2])), audience)


def _check_claims(claims: Mapping[str, object], audience: str) -> None:
    expires, now = claims.get("exp"), time.time()
    if claims.get("aud") != audience:
        raise ValueError(f"aud is {claims.get('aud')!r}, not {audience!r}")
    if not isinstance(expires, int | float) or not now < expires <= now + 86400:
        raise ValueError("exp is missing, past, or more than a day ahead")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
        raise ValueError("sub is neither mailto: nor https:")


def decode(text: str) -> bytes:
    """base64url, padded or not."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
