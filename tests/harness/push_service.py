"""A push service for tests: it checks and decrypts every push, answers as scripted, and remembers.

    async with PushService() as service:
        phone = service.phone()
        phone.answer_with(answer(503), accept)  # the first push, and all later ones
        ...
        push = await phone.next_push()
        assert push.json["topic"] == "door"

On leaving the block, a push that a real service or browser would not have taken fails the test.
"""

import asyncio
import json
import secrets
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .answers import Behaviour, accept, fcm_wrong_key
from .inspection import faults_in_headers, faults_in_vapid, open_body, to_text, vapid_key


@dataclass(frozen=True)
class Push:
    """One push as it arrived, decrypted. `at` is Unix time."""

    plaintext: bytes
    headers: Mapping[str, str]
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.plaintext)

    @property
    def ttl(self) -> int:
        return int(self.headers["TTL"])

    @property
    def urgency(self) -> str:
        return self.headers.get("Urgency", "normal")

    @property
    def topic(self) -> str:
        return self.headers.get("Topic", "")


class Script:
    """What to do with the next requests; the last behaviour stays."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self._behaviours = deque(behaviours)

    def next(self) -> Behaviour:
        return self._behaviours[0] if len(self._behaviours) == 1 else self._behaviours.popleft()


@dataclass
class Phone:
    """A browser that subscribed. `attempts` are all pushes that arrived, `pushes` those that were answered by success.

    With `vapid_key` set (base64url), pushes signed with another key are refused as FCM does.
    """

    service: "PushService"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth_secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    attempts: list[Push] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    vapid_key: str = ""
    script: Script | None = None
    _seen: int = 0

    @property
    def endpoint(self) -> str:
        return f"{self.service.origin}/push/{self.token}"

    @property
    def point(self) -> bytes:
        return self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def p256dh(self) -> str:
        return to_text(self.point)

    @property
    def auth(self) -> str:
        return to_text(self.auth_secret)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": self.p256dh, "auth": self.auth}

    @property
    def subscription(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` gives."""
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": self.keys}

    def answer_with(self, *behaviours: Behaviour) -> None:
        """Use these for the next pushes to this phone, in order; the last one stays."""
        self.script = Script(*behaviours)

    async def next_push(self, timeout_s: float = 10.0) -> Push:
        """The next accepted push that this method has not returned yet."""
        await self.service.until(lambda: len(self.pushes) > self._seen, timeout_s)
        self._seen += 1
        return self.pushes[self._seen - 1]


class PushService:
    """Listens on a free loopback port. `faults` says what was wrong with the pushes that came.

    `clients` are the connections that they came by, as remote ports. `origin` may be set to the name under which a
    proxy leads here.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, name: str = "127.0.0.1") -> None:
        self.phones: dict[str, Phone] = {}
        self.attempts: list[Push] = []
        self.faults: list[str] = []
        self.clients: set[int] = set()
        self.script = Script(accept)
        self.origin = ""
        self._bodies: dict[bytes, bytes] = {}
        self._tls, self._name = tls, name
        self._changed = asyncio.Condition()
        app = web.Application()
        app.router.add_post("/push/{token}", self._receive)
        # A silent answer ends when its reader goes, so that closing waits for nobody.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        self.port: int = self._runner.addresses[0][1]
        self.origin = f"{'https' if self._tls else 'http'}://{self._name}:{self.port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._runner.cleanup()
        assert kind or not self.faults, self.faults

    def phone(self) -> Phone:
        """A new subscription."""
        phone = Phone(self)
        self.phones[phone.token] = phone
        return phone

    def answer_with(self, *behaviours: Behaviour) -> None:
        """For all phones without a script of their own."""
        self.script = Script(*behaviours)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait for what a push makes true, e.g. `lambda: len(service.attempts) == 100`."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            came = f"{len(self.attempts)} pushes came, faults: {self.faults}"
            raise AssertionError(f"waited {timeout_s} s in vain; {came}") from None

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        phone = self.phones.get(request.match_info["token"])
        if phone is None:
            return web.Response(status=404)
        body = await request.read()
        self.clients.add(port_of(request))
        self.faults += self._faults(request, body)
        push = self._open(phone, request, body)
        await self._note(push, self.attempts, phone.attempts)
        response = await self._behaviour(phone, request)(request)
        if response.status < 300:
            await self._note(push, phone.pushes)
        return response

    def _behaviour(self, phone: Phone, request: web.Request) -> Behaviour:
        if phone.vapid_key and phone.vapid_key != vapid_key(request.headers.get("Authorization", "")):
            return fcm_wrong_key
        return (phone.script or self.script).next()

    def _faults(self, request: web.Request, body: bytes) -> Iterator[str]:
        yield from faults_in_headers(request.headers)
        yield from faults_in_vapid(request.headers.get("Authorization", ""), self.origin)
        if self._bodies.setdefault(body[:16], body) != body:
            yield "two bodies have the same salt"

    def _open(self, phone: Phone, request: web.Request, body: bytes) -> Push:
        try:
            plaintext = open_body(body, phone.private_key, phone.auth_secret)
        except ValueError as error:
            self.faults.append(str(error))
            plaintext = b""
        return Push(plaintext, request.headers, time.time())

    async def _note(self, push: Push, *lists: list[Push]) -> None:
        for pushes in lists:
            pushes.append(push)
        async with self._changed:
            self._changed.notify_all()


def port_of(request: web.Request) -> int:
    assert request.transport is not None
    return int(request.transport.get_extra_info("peername")[1])
