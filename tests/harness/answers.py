"""What a scripted push service can do with a push: answer like one of the real ones, or misbehave."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

Behaviour: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """A plain answer. `Retry_After="2"` becomes `Retry-After: 2`."""

    async def behave(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return behave


accept = answer(201, Location="/m/1", TTL="30")
gone = answer(410, b"push subscription has unsubscribed or expired.\n")


def mozilla(status: int, errno: int, message: str, **headers: str) -> Behaviour:
    """An error of autopush (updates.push.services.mozilla.com)."""
    body = {"code": status, "errno": errno, "error": "error", "message": message, "more_info": "http://example.com"}
    return answer(status, json.dumps(body).encode(), Content_Type="application/json", **headers)


def apple(status: int, reason: str) -> Behaviour:
    """An error of web.push.apple.com."""
    return answer(status, json.dumps({"reason": reason}).encode(), apns_id="6A9B2E5C-0F2B-4F4C-9C3B-1C2D3E4F5A6B")


# What FCM says to a VAPID key other than the subscription's.
fcm_wrong_key = answer(
    403,
    b"the VAPID credentials in the authorization header do not correspond to the credentials used to create the "
    b"subscriptions.\n",
)

# What WNS says to TTL 0: nothing in the body.
wns_dropped = answer(
    400,
    X_WNS_ERROR_DESCRIPTION="Ttl value conflicts with X-WNS-Cache-Policy.",
    X_WNS_STATUS="dropped",
    X_WNS_NOTIFICATIONSTATUS="dropped",
)


def wns_throttled(retry_after_s: int) -> Behaviour:
    return answer(406, X_WNS_STATUS="channelthrottled", Retry_After=str(retry_after_s))


def at_most(size: int) -> Behaviour:
    """413 for bodies above `size` bytes."""

    async def behave(request: web.Request) -> web.StreamResponse:
        too_large = mozilla(413, 104, "This message is intended for a constrained device and is limited in size.")
        return await (too_large if len(await request.read()) > size else accept)(request)

    return behave


def held(until: asyncio.Event, then: Behaviour = accept) -> Behaviour:
    """A slow answer: it waits for the event."""

    async def behave(request: web.Request) -> web.StreamResponse:
        await until.wait()
        return await then(request)

    return behave


async def silent(_request: web.Request) -> web.StreamResponse:
    """Take the request and never answer."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def reset(request: web.Request) -> web.StreamResponse:
    """Break the connection with a TCP reset."""
    assert request.transport is not None
    sock = request.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """201, and a body that never ends."""
    response = web.StreamResponse(status=201)
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)


async def gzip_bomb(_request: web.Request) -> web.StreamResponse:
    """10 kB that are 10 MB to whoever decompresses them."""
    return web.Response(status=201, body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})


def redirect(to: str, status: int = 307) -> Behaviour:
    return answer(status, Location=to)
