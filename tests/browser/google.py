"""A stand-in for Google's push service (FCM): check-in, registration and MCS for Chromium, endpoints for the server."""

import asyncio
import time
import uuid
from dataclasses import dataclass

from aiohttp import web

from . import mcs
from .certificates import Certificate
from .endpoint import Endpoints, Manners, PushRefusedError
from .listener import Listener
from .mailbox import Mailbox, Push

HOSTS = ("jmt17.google.com", "fcm.googleapis.com")  # of Debian's Chromium (and of betas), and of Chrome
LONGEST_TTL_S = 28 * 86400


@dataclass(frozen=True)
class Registration:
    """What the browser said when it subscribed: it wants this back with each push."""

    instance: str
    app: str
    subtype: str
    sender: str  # the application server's key, base64url


class GooglePush:
    """Serves one Chromium. `switches` are the command line arguments that bring it here.

    The endpoints keep their real names, `https://jmt17.google.com/fcm/send/<token>`: the server under test reaches
    them through a proxy that knows `ports`. A push is sent again at each connection until the browser has it.
    """

    def __init__(self, certificate: Certificate) -> None:
        self._certificate = certificate
        self._registrations: dict[str, Registration] = {}
        self._connection: mcs.Connection | None = None
        self._awake = asyncio.Event()
        self._runners: list[web.AppRunner] = []
        self._mcs = Listener(self._serve_browser, certificate.server_context())
        self.origin = f"https://{HOSTS[0]}"
        self.switches: list[str] = []
        self.ports: dict[str, int] = {}
        manners = Manners(
            origin=self.origin, path="/fcm/send/", unauthorized=403, longest_ttl_s=LONGEST_TTL_S, render=_render
        )
        self.endpoints = Endpoints(manners, self._awake.set)

    @property
    def mailbox(self) -> Mailbox:
        return self.endpoints.mailbox

    async def start(self) -> None:
        http_port = await self._serve([web.post("/checkin", _checkin), web.post("/register3", self._register)])
        send_port = await self._serve([web.post("/fcm/send/{token}", self.endpoints.post)], secure=True)
        await self._mcs.start()
        self.ports = dict.fromkeys(HOSTS, send_port)
        self.switches = [
            f"--gcm-checkin-url=http://127.0.0.1:{http_port}/checkin",
            f"--gcm-registration-url=http://127.0.0.1:{http_port}/register3",
            f"--gcm-mcs-endpoint=https://localhost:{self._mcs.port}",
            f"--ignore-certificate-errors-spki-list={self._certificate.pin}",
        ]

    async def stop(self) -> None:
        await self._mcs.stop()
        for runner in self._runners:
            await runner.cleanup()

    def disconnect(self) -> None:
        """Close the browser's connection; it comes back by itself."""
        if self._connection:
            self._connection.close()

    async def _serve(self, routes: list[web.RouteDef], *, secure: bool = False) -> int:
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._runners.append(runner)
        tls = self._certificate.server_context() if secure else None
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        return int(runner.addresses[0][1])

    async def _register(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        if form.get("delete"):
            self._unregister(form.get("appid", ""), form.get("sender", ""))
            return web.Response(text="token=")
        token = "lab:" + uuid.uuid4().hex
        if form.get("X-subtype", "").startswith("wp:"):  # the first registration is Chromium's own, not a web page's
            subscription = Registration(form["appid"], form["app"], form["X-subtype"], form["sender"])
            self._registrations[token] = subscription
            self.endpoints.open(token, subscription.sender)
        return web.Response(text=f"token={token}")

    def _unregister(self, instance: str, sender: str) -> None:
        for token, known in self._registrations.items():
            if (known.instance, known.sender) == (instance, sender):
                self.endpoints.drop(token)

    async def _serve_browser(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = mcs.Connection(reader, writer)
        unacknowledged: dict[int, str] = {}  # our count at which it was sent -> the push's ID
        sender: asyncio.Task[None] | None = None
        try:
            async for tag, message in connection.messages():
                self._note_received(tag, message, unacknowledged)
                if tag == mcs.LOGIN:
                    connection.accept_login()
                    self._connection = connection
                    sender = asyncio.create_task(self._send_pushes(connection, unacknowledged))
                elif tag == mcs.PING:
                    connection.pong()
        finally:
            if sender:
                sender.cancel()

    def _note_received(self, tag: int, message: mcs.Fields, unacknowledged: dict[int, str]) -> None:
        """At login the browser names the pushes that it has; later it says up to which count it has read."""
        if tag == mcs.LOGIN:
            for name in message.get(mcs.RECEIVED_IDS, []):
                self.mailbox.acknowledge(bytes(name).decode())
            return
        read = message.get(mcs.LAST_RECEIVED.get(tag, 0), [0])[0]
        for count in [count for count in unacknowledged if isinstance(read, int) and count <= read]:
            self.mailbox.acknowledge(unacknowledged.pop(count))

    async def _send_pushes(self, connection: mcs.Connection, unacknowledged: dict[int, str]) -> None:
        """Send what waits, once on this connection, and then whatever comes."""
        sent: set[str] = set()
        while True:
            self._awake.clear()
            for push in self.mailbox.waiting():
                if push.id not in sent:
                    sent.add(push.id)
                    connection.send_data(_stanza(push, self._registrations[push.token]))
                    unacknowledged[connection.last_sent] = push.id
            await connection.drain()
            await self._awake.wait()


async def _checkin(_: web.Request) -> web.Response:
    """AndroidCheckinResponse: stats_ok, time_msec, android_id, security_token (both must not be 0), version_info."""
    answer = mcs.number(1, 1) + mcs.number(3, int(time.time() * 1000))
    answer += mcs.fixed64(7, 5_000_000_000_000_000_001) + mcs.fixed64(8, 6_000_000_000_000_000_001) + mcs.blob(11, "v1")
    return web.Response(body=answer, content_type="application/x-protobuf")


def _stanza(push: Push, registration: Registration) -> bytes:
    """DataMessageStanza: id, from, category, app_data, persistent_id, ttl, sent, raw_data, immediate_ack."""
    return b"".join(
        (
            mcs.blob(2, push.id),
            mcs.blob(3, registration.sender),
            mcs.blob(5, registration.app),
            _app_data("content-encoding", "aes128gcm"),
            _app_data("subtype", registration.subtype),
            mcs.blob(9, push.id),
            mcs.number(17, push.ttl_s),
            mcs.number(18, int(time.time())),
            mcs.blob(21, push.body),
            mcs.number(24, 1),
        )
    )


def _app_data(key: str, value: str) -> bytes:
    return mcs.blob(7, mcs.blob(1, key) + mcs.blob(2, value))


def _render(refusal: PushRefusedError) -> web.Response:
    reason = refusal.reason
    if refusal.status == 403 and "mismatch" in reason:
        reason = (
            "the VAPID credentials in the authorization header do not correspond to the credentials used to create"
            " the subscriptions."
        )
    return web.Response(status=refusal.status, text=reason + "\n")
