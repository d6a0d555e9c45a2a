"""Our own device API, on which the web app stands (docs/api.md)."""

import re
from collections.abc import AsyncIterator
from typing import Any, Protocol

import msgspec
from aiohttp import web

from pushbell.access import Access
from pushbell.api.answers import own_answer
from pushbell.api.body import Bodies
from pushbell.api.gate import DEVICE, SECRET_HEADER, Gate
from pushbell.deliver.heartbeat import UNKNOWN, Heartbeat, Heartbeats
from pushbell.deliver.registry import Registration, Registry, Settings
from pushbell.errors import NOT_FOUND
from pushbell.store import Device, Devices

# What browsers send as Origin (RFC 6454 §6.1), short enough to leave room in a push.
ORIGIN = re.compile(r"https?://[-.:\[\]A-Za-z0-9]{1,255}")


class Activation(msgspec.Struct, frozen=True):
    """The body of `POST /v1/devices/{id}/activate`."""

    token: str


class TestPushes(Protocol):
    """Sends a test push and tells its stages as they happen."""

    def run(self, device: Device) -> AsyncIterator[dict[str, Any]]: ...


class DeviceApi:
    """Handlers."""

    def __init__(
        self,
        registry: Registry,
        heartbeats: Heartbeats,
        trials: TestPushes,
        devices: Devices,
        gate: Gate,
        bodies: Bodies,
        access: Access,
        base_url: str,
    ) -> None:
        self._registry, self._heartbeats, self._trials = registry, heartbeats, trials
        self._devices, self._gate, self._bodies, self._access = devices, gate, bodies, access
        self._base_url = base_url

    async def register(self, request: web.Request) -> web.Response:
        """PUT /v1/devices/{device}"""
        wanted = await self._bodies.read_json(request, Registration)
        self._access.require_read(list(wanted.topics or ()))
        origin = self._base_url or origin_of(request)
        secret = request.headers.get(SECRET_HEADER, "")
        device = await self._registry.register(request.match_info["device"], secret, wanted, origin)
        return await self._describe(device)

    async def show(self, request: web.Request) -> web.Response:
        """GET /v1/devices/{device}"""
        return await self._describe(request[DEVICE])

    async def remove(self, request: web.Request) -> web.Response:
        """DELETE /v1/devices/{device}"""
        await self._devices.remove_device(request[DEVICE].id)
        return own_answer({"success": True})

    async def activate(self, request: web.Request) -> web.Response:
        """POST /v1/devices/{device}/activate"""
        activation = await self._bodies.read_json(request, Activation)
        await self._registry.activate(request[DEVICE], activation.token)
        return own_answer({"state": "active"})

    async def subscribe(self, request: web.Request) -> web.Response:
        """PUT /v1/devices/{device}/topics/{topic}"""
        topic = request.match_info["topic"]
        settings = await self._bodies.read_json(request, Settings)
        self._access.require_read([topic])
        return own_answer(await self._registry.subscribe(request[DEVICE], topic, settings))

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """DELETE /v1/devices/{device}/topics/{topic}"""
        if not await self._devices.remove_subscription(request[DEVICE].id, request.match_info["topic"]):
            raise NOT_FOUND
        return own_answer({"success": True})

    async def heartbeat(self, request: web.Request) -> web.Response:
        """POST /v1/devices/{device}/heartbeat. Who is not the device is told "unknown", existing or not."""
        beat = await self._bodies.read_json(request, Heartbeat)
        device = await self._gate.device_of(request)
        return own_answer(UNKNOWN if device is None else await self._heartbeats.answer(device, beat))

    async def test(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/devices/{device}/test: the stages of a test push, one JSON object per line."""
        response = web.StreamResponse(
            headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        async for stage in self._trials.run(request[DEVICE]):
            await response.write(msgspec.json.encode(stage) + b"\n")
        return response

    async def _describe(self, device: Device) -> web.Response:
        topics = await self._heartbeats.topics(device.id)
        cursor = await self._heartbeats.cursor(list(topics))
        return own_answer(
            {"id": device.id, "state": device.state, "name": device.name, "topics": topics, "cursor": cursor}
        )


def origin_of(request: web.Request) -> str:
    """Where the device has the app from, for the links in its notifications: without a base URL only it can know."""
    named = request.headers.get("Origin", "")
    return named if ORIGIN.fullmatch(named) else f"{request.scheme}://{request.host}"
