"""The answers that handlers give, in ntfy's forms."""

from typing import Any

import msgspec
from aiohttp import web

from pushbell.errors import ApiError

CORS = {"Access-Control-Allow-Origin": "*"}
# aiohttp would name itself and Python with their versions.
SERVER = {"Server": "Pushbell"}
JSON = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", **SERVER}
PUBLIC_JSON = {**JSON, **CORS}

# Our own API is for pages of our own origin only: no CORS header, so that a foreign page cannot read its answers.
SAME_ORIGIN = ("/v1/devices", "/v1/messages")


def json_answer(value: Any, *, headers: dict[str, str] = PUBLIC_JSON) -> web.Response:
    """200 with one JSON value and a newline."""
    return web.Response(body=msgspec.json.encode(value) + b"\n", headers=headers)


def own_answer(value: Any) -> web.Response:
    """The same for our own API: not for other origins, never cached."""
    return json_answer(value, headers={**JSON, "Cache-Control": "no-store"})


def success() -> web.Response:
    return json_answer({"success": True})


def error_answer(request: web.BaseRequest, error: ApiError) -> web.Response:
    """ntfy's error object; only the status where the client asked for a WebSocket."""
    headers = dict(JSON) if request.path.startswith(SAME_ORIGIN) else dict(PUBLIC_JSON)
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if is_upgrade(request):
        del headers["Content-Type"]
        return web.Response(status=error.http, headers=headers)
    return web.Response(status=error.http, body=error.to_json(), headers=headers)


def is_upgrade(request: web.BaseRequest) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"
