"""A subscriber: one open stream in any of ntfy's four forms."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.harness.server import Server

WAIT_S = 20
HTTP_FORMS = ("json", "sse", "raw")
FORMS = (*HTTP_FORMS, "ws")
FORMS_WITH_IDS = ("json", "sse", "ws")


class Ended(Exception):
    """The server has ended the stream."""


class Reader:
    """`async with Reader(server, "doors", "sse", since="all") as reader: event = await reader.next()`.

    An event is an object; on raw streams, which have none, it is the line without its end.
    """

    def __init__(
        self, server: Server, topics: str, form: str = "json", *, headers: dict[str, str] | None = None, **query: str
    ) -> None:
        self._server, self._form, self._headers = server, form, headers or {}
        self._url = f"{server.url}/{topics}/{form}"
        self._query = query

    async def __aenter__(self) -> Self:
        if self._form == "ws":
            self._socket = await self._server.session.ws_connect(self._url, params=self._query, headers=self._headers)
        else:
            timeout = aiohttp.ClientTimeout(total=None)
            self._answer = await self._server.session.get(
                self._url, params=self._query, headers=self._headers, timeout=timeout
            )
            assert self._answer.status == 200, await self._answer.text()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._form == "ws":
            await self._socket.close()
        else:
            self._answer.close()

    async def next(self, wait_s: float = WAIT_S) -> Any:
        """The next event. Raises Ended, or TimeoutError when nothing comes."""
        async with asyncio.timeout(wait_s):
            match self._form:
                case "json":
                    return json.loads(await self._line())
                case "sse":
                    return await self._sse()
                case "raw":
                    return (await self._line()).decode().removesuffix("\n")
                case _:
                    return await self._frame()

    async def message(self) -> Any:
        """The next event that is no open and no keepalive."""
        while (event := await self.next())["event"] in ("open", "keepalive"):
            pass
        return event

    async def text(self) -> str:
        """The text of the next message, in whatever form."""
        if self._form != "raw":
            text: str = (await self.message())["message"]
            return text
        while not (line := await self.next()):
            pass
        return str(line)

    async def rest(self) -> list[Any]:
        """All events until the server ends the stream."""
        events = []
        while True:
            try:
                events.append(await self.next())
            except Ended:
                return events

    async def _line(self) -> bytes:
        try:
            line = await self._answer.content.readline()
        except aiohttp.ClientError as error:
            raise Ended from error
        if not line:
            raise Ended
        return line

    async def _sse(self) -> Any:
        """An event as a browser's EventSource reads it; its `event:` line must agree with its data."""
        fields = {}
        while line := (await self._line()).removesuffix(b"\n"):
            name, _, value = line.partition(b": ")
            fields[name] = value
        event = json.loads(fields.pop(b"data"))
        plain = event["event"] in ("message", "message_delete", "message_clear")
        assert fields == ({} if plain else {b"event": event["event"].encode()})
        return event

    async def _frame(self) -> Any:
        frame = await self._socket.receive()
        if frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
            raise Ended
        assert frame.type == aiohttp.WSMsgType.TEXT, frame
        return json.loads(frame.data)
