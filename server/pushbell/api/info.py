"""What the server says of itself: health, version, public configuration."""

import asyncio
import hashlib

import msgspec
from aiohttp import web

from pushbell.api.answers import CORS, PUBLIC_JSON, SERVER, json_answer
from pushbell.clock import Clock
from pushbell.errors import NOT_FOUND
from pushbell.store import Store, StoreError
from pushbell.tasks import Supervisor
from pushbell.topic import RESERVED

CHECK_EVERY_S = 1.0
SLOWEST_CHECK_S = 2.0
PATIENCE_S = 0.03


class Health:
    """Whether the database takes writes and reads; asked of it at most once a second, however often we are asked.

    Nobody waits for a database that does not answer: what it said last holds, for SLOWEST_CHECK_S.
    """

    def __init__(self, store: Store, supervisor: Supervisor, clock: Clock) -> None:
        self._store, self._supervisor, self._clock = store, supervisor, clock
        self._check: asyncio.Task[None] | None = None
        self._began_at = self._ended_at = float("-inf")
        self._healthy = True

    async def healthy(self) -> bool:
        if self._check is None and self._clock.monotonic() - self._ended_at >= CHECK_EVERY_S:
            self._began_at = self._clock.monotonic()
            self._check = self._supervisor.once("health check", self._ask)
        if self._check is not None:
            await asyncio.wait([self._check], timeout=PATIENCE_S)
        overdue = self._check is not None and self._clock.monotonic() - self._began_at > SLOWEST_CHECK_S
        return self._healthy and not overdue

    async def _ask(self) -> None:
        try:
            await self._store.check()
        except StoreError:
            self._healthy = False
        else:
            self._healthy = True
        finally:
            self._ended_at, self._check = self._clock.monotonic(), None


class Info:
    """Handlers."""

    def __init__(self, health: Health, public_key: str) -> None:
        self._health = health
        self._config = public_config(public_key)

    async def ntfy_health(self, _: web.Request) -> web.Response:
        """GET /v1/health: ntfy's form, but it tells the truth."""
        healthy = await self._health.healthy()
        body = msgspec.json.encode({"healthy": healthy}) + b"\n"
        return web.Response(status=200 if healthy else 503, body=body, headers=PUBLIC_JSON)

    async def gotify_health(self, _: web.Request) -> web.Response:
        """GET /health: Gotify's form."""
        healthy = await self._health.healthy()
        color = "green" if healthy else "red"
        body = msgspec.json.encode({"health": color, "database": color})
        return web.Response(status=200 if healthy else 500, body=body, headers=PUBLIC_JSON)

    async def config(self, _: web.Request) -> web.Response:
        """GET /v1/config"""
        return json_answer(self._config, headers={**PUBLIC_JSON, "Cache-Control": "no-cache"})

    async def options(self, request: web.Request) -> web.Response:
        """OPTIONS on any path: the public API may be used by pages of any origin, our own may not."""
        if request.path.startswith(("/v1/devices", "/v1/messages")):
            raise NOT_FOUND
        allowed = {"Access-Control-Allow-Methods": "GET, PUT, POST, PATCH, DELETE", "Access-Control-Allow-Headers": "*"}
        return web.Response(headers={**CORS, **SERVER, **allowed})

    async def missing(self, request: web.Request) -> web.Response:
        """Whatever else: 404, or the way to the path that was probably meant, as Go's router shows it."""
        url = request.rel_url
        cleaned = clean_path(url.raw_path)
        if cleaned != url.raw_path:
            location = f"{cleaned}?{url.raw_query_string}" if url.raw_query_string else cleaned
            return web.Response(status=301, headers={"Location": location, **SERVER})
        raise NOT_FOUND


def public_config(public_key: str) -> dict[str, object]:
    """Built from what may be known, never by removing what may not."""
    config: dict[str, object] = {
        "base_url": "",
        "app_root": "/",
        "enable_login": False,
        "require_login": False,
        "enable_signup": False,
        "enable_payments": False,
        "enable_calls": False,
        "enable_emails": False,
        "enable_reset_password": False,
        "enable_reservations": False,
        "enable_web_push": True,
        "billing_contact": "",
        "web_push_public_key": public_key,
        "disallowed_topics": sorted(RESERVED),
    }
    digest = hashlib.sha256(msgspec.json.encode(config)).hexdigest()
    return {**config, "config_hash": digest[:16]}


def clean_path(path: str) -> str:
    """Without empty, `.` and `..` segments. Never starts with `//`, which a browser would take for another host."""
    if "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment not in ("", "."):
            kept.append(segment)
    tail = "/" if path.endswith("/") and kept else ""
    return "/" + "/".join(kept) + tail
