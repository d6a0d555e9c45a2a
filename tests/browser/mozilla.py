"""A stand-in for Mozilla's push service (autopush): a WebSocket for Firefox, endpoints for the server."""

import asyncio
import json
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from .endpoint import Endpoints, Manners, PushRefusedError, encode
from .mailbox import Mailbox, Push

LONGEST_TTL_S = 30 * 86400


class MozillaPush:
    """Serves one Firefox. `browser_url` is what its preference `dom.push.serverURL` must be.

    A push is sent again at each connection until the browser acknowledges it; Firefox knows it by its version.
    """

    def __init__(self) -> None:
        self._browser_id = ""
        self._channels: dict[str, str] = {}  # token -> the browser's channelID
        self._socket: web.WebSocketResponse | None = None
        self._awake = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.origin = self.browser_url = ""
        self.endpoints: Endpoints
        self.complaints: list[dict[str, Any]] = []

    @property
    def mailbox(self) -> Mailbox:
        return self.endpoints.mailbox

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._serve_browser)
        app.router.add_post("/wpush/v2/{token}", self._post)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.origin, self.browser_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/"
        manners = Manners(
            origin=self.origin, path="/wpush/v2/", unauthorized=401, longest_ttl_s=LONGEST_TTL_S, render=_render
        )
        self.endpoints = Endpoints(manners, self._awake.set)

    async def stop(self) -> None:
        await self.disconnect()
        if self._runner:
            await self._runner.cleanup()

    async def disconnect(self) -> None:
        """Close the browser's connection; it comes back by itself."""
        if self._socket:
            await self._socket.close()

    async def forget_browser(self) -> None:
        """Lose everything about this browser, as autopush does after 60 days or 150 stored messages.

        It is told a new identity when it comes back, drops all its subscriptions and fires `pushsubscriptionchange`.
        """
        self._browser_id = ""
        await self.disconnect()

    async def _post(self, request: web.Request) -> web.Response:
        return await self.endpoints.post(request)

    async def _serve_browser(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["push-notification"])
        await socket.prepare(request)
        sender: asyncio.Task[None] | None = None
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                message = json.loads(frame.data)
                await self._answer(socket, message)
                if message.get("messageType") == "hello":
                    self._socket = socket
                    sender = asyncio.create_task(self._send_pushes(socket))
        finally:
            if sender:
                sender.cancel()
        return socket

    async def _answer(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        match message.get("messageType"):
            case "hello":
                await socket.send_json(self._greet(message.get("uaid", "")))
            case "register":
                await socket.send_json(self._register(message["channelID"], message.get("key", "")))
            case "unregister":
                self._unregister(message["channelID"])
                await socket.send_json({**message, "status": 200})
            case "ack":
                for update in message["updates"]:
                    self.mailbox.acknowledge(update["version"], update["code"])
            case "nack":
                self.complaints.append(message)
            case None:  # "{}" is Firefox's ping
                await socket.send_str("{}")

    def _greet(self, browser_id: str) -> dict[str, Any]:
        if not browser_id or browser_id != self._browser_id:
            self._browser_id = uuid.uuid4().hex
            self.endpoints.drop_all()
        return {
            "messageType": "hello",
            "status": 200,
            "uaid": self._browser_id,
            "use_webpush": True,
            "broadcasts": {},
        }

    def _register(self, channel: str, key: str) -> dict[str, Any]:
        token = uuid.uuid4().hex
        self._channels[token] = channel
        url = self.endpoints.open(token, key)
        return {"messageType": "register", "status": 200, "channelID": channel, "pushEndpoint": url}

    def _unregister(self, channel: str) -> None:
        for token, known in self._channels.items():
            if known == channel:
                self.endpoints.drop(token)

    async def _send_pushes(self, socket: web.WebSocketResponse) -> None:
        """Send what waits, once on this connection, and then whatever comes."""
        sent: set[str] = set()
        while not socket.closed:
            self._awake.clear()
            for push in self.mailbox.waiting():
                if push.id not in sent:
                    sent.add(push.id)
                    await socket.send_json(self._notification(push))
            await self._awake.wait()

    def _notification(self, push: Push) -> dict[str, Any]:
        return {
            "messageType": "notification",
            "channelID": self._channels[push.token],
            "version": push.id,
            "data": encode(push.body),
            "headers": {"encoding": "aes128gcm"},
        }


def _render(refusal: PushRefusedError) -> web.Response:
    """autopush's error body; `errno` only where a sender could act on it."""
    errno = {400: 110, 401: 109, 404: 102, 410: 106, 413: 104, 503: 201}.get(refusal.status, 999)
    body = {"code": refusal.status, "errno": errno, "error": "", "message": refusal.reason, "more_info": ""}
    return web.json_response(body, status=refusal.status)
