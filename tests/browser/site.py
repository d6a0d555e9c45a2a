"""The smallest site that can be pushed to: a page that subscribes, and a service worker that shows what comes."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]

from .endpoint import encode

PAGE = """<!doctype html><title>Lab</title>
<style>@media (prefers-color-scheme: dark) { html { background: black } }</style>
<button>Subscribe</button><input id=name>
<script>
  const key = Uint8Array.from(atob("KEY".replace(/-/g, "+").replace(/_/g, "/") + "="), c => c.charCodeAt(0));
  document.querySelector("button").onclick = async () => {
    const registration = await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
    const push = await registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: key});
    window.subscription = push.toJSON();
  };
</script>"""

WORKER = """
addEventListener("push", event => {
  const {title, ...options} = event.data.json();
  event.waitUntil(registration.showNotification(title, options));
});
addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil(fetch("/clicked", {method: "POST"}));
});
addEventListener("pushsubscriptionchange", event => event.waitUntil(fetch("/changed", {method: "POST"})));
"""


class Site:
    """Serves the page at `url` and signs pushes with its own key. `changed` is set by `pushsubscriptionchange`."""

    def __init__(self) -> None:
        self._vapid = Vapid()
        self._vapid.generate_keys()
        self._runner: web.AppRunner
        self.url = ""
        self.changed = asyncio.Event()
        self.clicked = asyncio.Event()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/worker.js", _worker)
        app.router.add_post("/changed", self._note_change)
        app.router.add_post("/clicked", self._note_click)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    def encrypt(self, subscription: Mapping[str, Any], text: bytes) -> bytes:
        return bytes(WebPusher(dict(subscription)).encode(text)["body"])

    def authorization(self, audience: str) -> str:
        claims = {"sub": "mailto:lab@example.com", "aud": audience}
        return str(self._vapid.sign(claims)["Authorization"])

    async def _page(self, _: web.Request) -> web.Response:
        point = self._vapid.public_key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return web.Response(text=PAGE.replace("KEY", encode(point)), content_type="text/html")

    async def _note_change(self, _: web.Request) -> web.Response:
        self.changed.set()
        return web.Response(status=204)

    async def _note_click(self, _: web.Request) -> web.Response:
        self.clicked.set()
        return web.Response(status=204)


async def _worker(_: web.Request) -> web.Response:
    return web.Response(text=WORKER, content_type="text/javascript")


def payload(title: str, body: str = "", **options: Any) -> bytes:
    return json.dumps({"title": title, "body": body, **options}).encode()
