"""A browser with the web app, as far as the server can tell: it registers, receives, and reports like the real one."""

import base64
import hashlib
import json
import secrets
from typing import Any

from tests.harness.push_service import Phone, Push, PushService
from tests.harness.server import Server


class AppDevice:
    """One device of the web app on a scripted push service."""

    def __init__(self, server: Server, service: PushService, name: str = "Test phone") -> None:
        self.server, self.service, self.name = server, service, name
        self.id, self.secret = secrets.token_urlsafe(16), secrets.token_urlsafe(24)
        self.phone: Phone = service.phone()

    @property
    def path(self) -> str:
        return f"/v1/devices/{self.id}"

    @property
    def endpoint_hash(self) -> str:
        digest = hashlib.sha256(self.phone.endpoint.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    async def call(
        self, method: str, path: str = "", body: Any = None, *, secret: str | None = None
    ) -> tuple[int, Any]:
        """Status and JSON of a request under this device's path."""
        headers = {"X-Device-Secret": self.secret if secret is None else secret}
        data = None if body is None else json.dumps(body)
        async with self.server.request(method, self.path + path, data=data, headers=headers) as answer:
            return answer.status, await answer.json()

    async def register(self, *topics: str, **settings: int) -> dict[str, Any]:
        """Register (or renew) with these topics, all with the same settings; does not wait for activation."""
        body: dict[str, Any] = {"endpoint": self.phone.endpoint, "keys": self.phone.keys, "name": self.name}
        if topics:
            body["topics"] = dict.fromkeys(topics, settings)
        status, answer = await self.call("PUT", body=body)
        assert status == 200, answer
        described: dict[str, Any] = answer
        return described

    async def subscribe(self, *topics: str, **settings: int) -> "AppDevice":
        """Register, and do what the worker does with the activation push."""
        if (await self.register(*topics, **settings))["state"] == "pending":
            push = await self.phone.next_push()
            token = push.json["notification"]["data"]["token"]
            assert await self.call("POST", "/activate", {"token": token}) == (200, {"state": "active"})
        return self

    async def next_message(self) -> dict[str, Any]:
        """The data of the next push: the message in ntfy's form, with the text of the notification put back."""
        return message_of(await self.phone.next_push())

    async def beat(self, **body: Any) -> dict[str, Any]:
        status, answer = await self.call("POST", "/heartbeat", body)
        assert status == 200, answer
        reply: dict[str, Any] = answer
        return reply


def message_of(push: Push) -> dict[str, Any]:
    payload = push.json
    if "notification" not in payload:
        return dict(payload["data"])
    notification = payload["notification"]
    data = dict(notification["data"])
    data.setdefault("message", notification.get("body", ""))
    if not data.pop("untitled", False):
        data.setdefault("title", notification["title"])
    return data
