"""Enforces the permission column of the route table, before a handler runs."""

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from pushbell.access import Access, Permission
from pushbell.errors import NOT_FOUND, TOO_MANY_TOPICS, TOPIC_INVALID
from pushbell.ids import fingerprint
from pushbell.store import Device, Devices
from pushbell.topic import check_topic

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

DEVICE = web.RequestKey("device", Device)
SECRET_HEADER = "X-Device-Secret"  # noqa: S105

# A reader of more topics at once is a mistake or an attack: each costs an index walk on every replayed page.
MOST_TOPICS = 400


class Gate:
    """Wraps handlers so that they run only with permission."""

    def __init__(self, access: Access, devices: Devices) -> None:
        self._access, self._devices = access, devices

    def guard(self, permission: Permission, handler: Handler) -> Handler:
        match permission:
            case Permission.PUBLIC | Permission.ASKED_LATER:
                return handler
            case Permission.READ:
                return self._readers(handler)
            case Permission.WRITE:
                return self._writers(handler)
            case Permission.DEVICE:
                return self._device(handler)

    def _readers(self, handler: Handler) -> Handler:
        async def read(request: web.Request) -> web.StreamResponse:
            self._access.require_read(topics_of(request))
            return await handler(request)

        return read

    def _writers(self, handler: Handler) -> Handler:
        async def write(request: web.Request) -> web.StreamResponse:
            self._access.require_write(check_topic(request.match_info["topic"]))
            return await handler(request)

        return write

    def _device(self, handler: Handler) -> Handler:
        async def as_device(request: web.Request) -> web.StreamResponse:
            device = await self.device_of(request)
            if device is None:
                raise NOT_FOUND
            request[DEVICE] = device
            return await handler(request)

        return as_device

    async def device_of(self, request: web.Request) -> Device | None:
        """The device in the path, if the request proves to be it. A wrong secret looks like no device at all."""
        device = await self._devices.device(request.match_info["device"])
        given = fingerprint(request.headers.get(SECRET_HEADER, ""))
        if device is None or not hmac.compare_digest(given, device.secret):
            return None
        return device


def topics_of(request: web.Request) -> list[str]:
    """The topics in the path or in the query parameter `topic`, checked, each once. Raises ApiError."""
    names = request.match_info.get("topics") or request.query.get("topic", "")
    topics = list(dict.fromkeys(names.split(",")))
    if len(topics) > MOST_TOPICS:
        raise TOO_MANY_TOPICS
    if not names:
        raise TOPIC_INVALID
    return [check_topic(topic) for topic in topics]
