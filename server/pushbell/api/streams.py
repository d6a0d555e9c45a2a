"""Subscribing: /json, /sse, /raw and /ws, each open event first, then replay, then live (ntfy)."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from aiohttp import WSMsgType, web

from pushbell.api.answers import CORS, SERVER, success
from pushbell.api.gate import topics_of
from pushbell.api.outlet import Outlet, cutting_off, join
from pushbell.clock import Clock
from pushbell.config import Streams as Options
from pushbell.errors import NOT_WEBSOCKET
from pushbell.ids import MessageIds
from pushbell.message import Event, Message, Wire
from pushbell.store import Messages
from pushbell.subscribe.filters import SUBSCRIBE, Filters, parse_filters
from pushbell.subscribe.hub import Hub, Line, Reader
from pushbell.subscribe.replay import replay
from pushbell.subscribe.since import Since, parse_since
from pushbell.text import is_true

# What a client may send on a WebSocket: nothing that we read, so nothing large.
LARGEST_FRAME = 64

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **SERVER, **CORS}


@dataclass(frozen=True)
class Request:
    """What a reader asked for. `name` is the topic list as in the path: open and keepalive events repeat it."""

    topics: list[str]
    name: str
    since: Since
    filters: Filters
    poll: bool


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
        socket = web.WebSocketResponse(
            heartbeat=self._options.keepalive, compress=False, max_msg_size=LARGEST_FRAME, timeout=1.0
        )
        socket.headers.update(SERVER)
        if not socket.can_prepare(request):
            raise NOT_WEBSOCKET
        wanted = self._parse(request)
        outlet = Outlet(request, partial(socket.send_frame, opcode=WSMsgType.TEXT), frames, self._options.write_timeout)

        async def pump() -> None:
            with cutting_off(request):
                await self._pump(wanted, reader, outlet, keepalive=False)
                await socket.close()

        with self._reading(wanted) as reader:
            await socket.prepare(request)
            try:
                async with asyncio.TaskGroup() as group:
                    pumping = group.create_task(pump())
                    async for _ in socket:
                        pass  # pings are answered, pongs are noted, everything else is ignored
                    pumping.cancel()
            finally:
                await socket.close()  # else its next ping would keep a connection that is lost in memory
        return socket

    async def _stream(
        self, request: web.Request, content_type: str, form: Callable[[Line], bytes]
    ) -> web.StreamResponse:
        wanted = self._parse(request)
        response = web.StreamResponse(headers={"Content-Type": content_type, **HEADERS})
        outlet = Outlet(request, response.write, lambda lines: join(map(form, lines)), self._options.write_timeout)
        with self._reading(wanted) as reader, cutting_off(request):
            await response.prepare(request)
            await self._pump(wanted, reader, outlet, keepalive=True)
        return response

    @contextmanager
    def _reading(self, wanted: Request) -> Iterator[Reader]:
        reader = self._hub.open(wanted.topics, wanted.filters)
        try:
            yield reader
        finally:
            self._hub.close(reader)

    async def _pump(self, wanted: Request, reader: Reader, outlet: Outlet, *, keepalive: bool) -> None:
        """Open, replay, live; returns when the poll is done or the server stops."""
        if not wanted.poll:
            await outlet.write([self._event(Event.OPEN, wanted.name)])
        await self._replay(wanted, reader.upto, outlet)
        if wanted.poll:
            return
        while (batch := await reader.take(self._options.keepalive)) is not None:
            if batch:
                await outlet.write(batch)
            elif keepalive:
                await outlet.write([self._event(Event.KEEPALIVE, wanted.name)])

    async def _replay(self, wanted: Request, upto: int, outlet: Outlet) -> None:
        # A function of its own, so that a stream that is live does not keep its last page for ever.
        async for page in replay(self._messages, wanted.topics, wanted.since, upto):
            lines = [to_line(message) for message in page if wanted.filters.accept(message)]
            await outlet.write(lines)

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


def frames(lines: Iterable[Line]) -> Iterator[bytes]:
    return (line.ndjson for line in lines)
