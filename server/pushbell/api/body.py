"""Reading request bodies: never more than a limit, never longer than a deadline. aiohttp has neither of its own."""

import asyncio
from typing import TypeVar

import msgspec
from aiohttp import web

from pushbell.errors import BAD_JSON, JSON_TOO_LARGE, TIMED_OUT, ApiError

LARGEST_JSON = 131_072

T = TypeVar("T")


class Bodies:
    """Reads bodies; `timeout_s` is how long one may take to arrive."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    async def read(self, request: web.Request, limit: int, too_large: ApiError) -> bytes:
        """The whole body, or `too_large`, after at most `limit` bytes (and what one socket read brought)."""
        if (request.content_length or 0) > limit:
            raise too_large
        content = request.content
        if content.is_eof():  # the usual case: it came with the header, and no timer is needed
            body = await content.read()
            if len(body) > limit:
                raise too_large
            return body
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read_slowly(request, limit, too_large)
        except TimeoutError as error:
            raise TIMED_OUT from error

    async def _read_slowly(self, request: web.Request, limit: int, too_large: ApiError) -> bytes:
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > limit:
                raise too_large
        return bytes(body)

    async def read_json(self, request: web.Request, kind: type[T]) -> T:
        """The body as `kind`; an empty body counts as `{}`. Raises ApiError 41303 and 40024."""
        body = await self.read(request, LARGEST_JSON, JSON_TOO_LARGE)
        try:
            return msgspec.json.decode(body or b"{}", type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BAD_JSON.because(str(error)) from error
