"""What was published, and whether it reached the phone (docs/api.md)."""

from typing import Any

import msgspec
from aiohttp import web

from pushbell.access import Access
from pushbell.api.answers import own_answer
from pushbell.api.gate import topics_of
from pushbell.errors import BAD_REQUEST, NOT_FOUND
from pushbell.store import Deliveries, Messages

LARGEST_PAGE = 200
MOST_DEVICES = 1_000


class History:
    """Handlers."""

    def __init__(self, messages: Messages, deliveries: Deliveries, access: Access) -> None:
        self._messages, self._deliveries, self._access = messages, deliveries, access

    async def messages(self, request: web.Request) -> web.Response:
        """GET /v1/messages?topic=…&before=…&limit=…: newest first."""
        limit = limit_of(request)
        before = await self._seq_before(request.query.get("before", ""))
        found = await self._messages.messages_before(topics_of(request), before, limit + 1)
        wires = [message.to_wire() for message in found[:limit]]
        return own_answer({"messages": wires, "more": len(found) > limit})

    async def deliveries(self, request: web.Request) -> web.Response:
        """GET /v1/messages/{message}/deliveries"""
        message = await self._messages.message(request.match_info["message"])
        if message is None:
            raise NOT_FOUND
        self._access.require_read([message.topic])
        tally: dict[str, Any] = dict(await self._deliveries.tally(message.id))
        devices = await self._deliveries.deliveries_of(message.id, MOST_DEVICES)
        return own_answer({"id": message.id, **tally, "devices": [msgspec.to_builtins(one) for one in devices]})

    async def _seq_before(self, message_id: str) -> int:
        if not message_id:
            return await self._messages.last_seq() + 1
        seq = await self._messages.seq_of(message_id)
        if seq is None:
            raise NOT_FOUND
        return seq


def limit_of(request: web.Request) -> int:
    """The query parameter `limit`, 1 to 200, 50 without it."""
    text = request.query.get("limit", "50")
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= LARGEST_PAGE):
        raise BAD_REQUEST.because(f"limit is a number from 1 to {LARGEST_PAGE}")
    return int(text)
