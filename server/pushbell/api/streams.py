"""Subscribing: /json, /sse, /raw and /ws, each open event first, then replay, then live (ntfy)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter

from aiohttp import web

from pushbell.api.answers import CORS, is_upgrade, success
from pushbell.api.gate import topics_of
from pushbell.clock import Clock
from pushbell.config import Streams as Options
from pushbell.errors import NOT_WEBSOCKET
from pushbell.ids import MessageIds
from pushbell.message import Event, Message, Wire
from pushbell.store import Messages
from pushbell.subscribe.filters import SUBSCRIBE, Filters, parse_filters
from pushbell.subscribe.hub import Hub, Line, Reader, SlowReader
from pushbell.subscribe.replay import replay
from pushbell.subscribe.since import Since, parse_since
from pushbell.text import is_true

# What a client may send on a WebSocket: nothing that we read, so nothing large.
LARGEST_FRAME = 64


@dataclass(frozen=True)
class Request:
    """What a reader asked for. `name` is the topic list as in the path: open and keepalive events repeat it."""

    topics: list[str]
    name: str
    since: Since
    filters: Filters
    poll: bool


Write = Callable[[list[Line]], Awaitable[None]]


class Streams:
    """Handlers for readers."""

    def __init__(self, hub: Hub, messages: Messages, clock: Clock, options: Options) -> None:
        self._hub, self._messages, self._clock, self._options = hub, messages, clock, options
        self._ids = MessageIds()

    async def json(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, "application/x-ndjson; charset=utf-8", attrgetter("ndjson"))

    async def sse(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, "text/event-stream; charset=utf-8", attrgetter("sse"))

    async def raw(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, "text/plain; charset=utf-8", attrgetter("raw"))

    async def auth(self, _: web.Request) -> web.Response:
        """GET /<topics>/auth: the gate has let it pass."""
        return success()

    async def ws(self, request: web.Request) -> web.StreamResponse:
        """Keepalives are WebSocket pings, not events."""
        if not is_upgrade(request):
            raise NOT_WEBSOCKET
        wanted = self._parse(request)
        socket = web.WebSocketResponse(
            heartbeat=self._options.keepalive, compress=False, max_msg_size=LARGEST_FRAME, timeout=1.0
        )

        async def write(lines: list[Line]) -> None:
            async with asyncio.timeout(self._options.write_timeout):
                for line in lines:
                    await socket.send_str(line.text)

        reader = self._hub.open(wanted.topics, wanted.filters)
        try:
            await socket.prepare(request)
            async with asyncio.TaskGroup() as group:
                pump = group.create_task(self._pump_until_closed(wanted, reader, write, socket))
                async for _ in socket:
                    pass  # pings are answered, pongs are noted, everything else is ignored
                pump.cancel()
        finally:
            self._hub.close(reader)
        return socket

    async def _pump_until_closed(
        self, wanted: Request, reader: Reader, write: Write, socket: web.WebSocketResponse
    ) -> None:
        with suppress(SlowReader, TimeoutError, ConnectionError):  # the reader comes back with its cursor
            await self._pump(wanted, reader, write, keepalive=False)
        await socket.close()

    async def _stream(
        self, request: web.Request, content_type: str, form: Callable[[Line], bytes]
    ) -> web.StreamResponse:
        wanted = self._parse(request)
        response = web.StreamResponse(
            headers={"Content-Type": content_type, "Cache-Control": "no-store", "X-Accel-Buffering": "no", **CORS}
        )

        async def write(lines: list[Line]) -> None:
            # Waits only when the socket's buffer is full; without the deadline a stalled reader would hold it for ever.
            async with asyncio.timeout(self._options.write_timeout):
                await response.write(b"".join(map(form, lines)))

        reader = self._hub.open(wanted.topics, wanted.filters)
        try:
            await response.prepare(request)
            await self._pump(wanted, reader, write, keepalive=True)
        except (SlowReader, TimeoutError):
            if request.transport is not None:
                request.transport.abort()  # what is buffered for it would wait for ever
        except ConnectionError:
            pass
        finally:
            self._hub.close(reader)
        return response

    async def _pump(self, wanted: Request, reader: Reader, write: Write, *, keepalive: bool) -> None:
        """Open, replay, live; returns when the poll is done or the server stops."""
        upto = self._hub.seq  # the reader is open already: nothing falls between replay and live
        if not wanted.poll:
            await write([self._event(Event.OPEN, wanted.name)])
        async for page in replay(self._messages, wanted.topics, wanted.since, upto):
            lines = [to_line(message) for message in page if wanted.filters.accept(message)]
            if lines:
                await write(lines)
        if wanted.poll:
            return
        while (batch := await reader.take(self._options.keepalive)) is not None:
            if batch:
                await write(batch)
            elif keepalive:
                await write([self._event(Event.KEEPALIVE, wanted.name)])

    def _parse(self, request: web.Request) -> Request:
        parameters = SUBSCRIBE.collect(request.headers.items(), request.query.items())
        poll = is_true(parameters.get("poll", ""))
        return Request(
            topics=topics_of(request),
            name=request.match_info["topics"],
            since=parse_since(parameters.get("since", ""), self._clock.now(), poll=poll),
            filters=parse_filters(parameters),
            poll=poll,
        )

    def _event(self, event: Event, name: str) -> Line:
        return Line(Wire(id=self._ids.draw(), time=int(self._clock.now()), event=event, topic=name))


def to_line(message: Message) -> Line:
    return Line(message.to_wire())
