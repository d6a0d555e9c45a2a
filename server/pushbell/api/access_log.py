"""One line per request, for who wants it (`log.access`)."""

import time

from aiohttp import web

from pushbell.api.gate import Handler
from pushbell.log import access


@web.middleware
async def log_access(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Written when the answer is complete; of a stream, when it ends."""
    started = time.monotonic()
    status = 499  # nginx's number for a client that left before its answer
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        took_s = time.monotonic() - started
        access(method=request.method, target=request.raw_path, status=status, took_s=took_s, remote=request.remote)
