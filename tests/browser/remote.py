"""Remote control of a browser over one WebSocket: the envelope that WebDriver BiDi and Chromium's CDP share."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

import aiohttp

LIMIT_S = 60


class RemoteError(Exception):
    """The browser refused a command."""


class Remote:
    """Sends commands and gets their answers by number; everything else is an event, given to `on_event`."""

    def __init__(self, on_event: Callable[[str, dict[str, Any]], None]) -> None:
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: aiohttp.ClientSession
        self._socket: aiohttp.ClientWebSocketResponse
        self._reader: asyncio.Task[None]

    async def connect(self, url: str) -> None:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(url, max_msg_size=0)
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        await self._socket.close()
        await self._reader
        await self._session.close()

    async def command(self, method: str, params: dict[str, Any] | None = None, **envelope: Any) -> dict[str, Any]:
        """Raises RemoteError; ConnectionError or TimeoutError when the browser is gone or hangs."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json({"id": number, "method": method, "params": params or {}, **envelope})
            message = await asyncio.wait_for(answer, LIMIT_S)
        finally:
            del self._answers[number]
        if "error" in message:
            raise RemoteError(f"{method}: {message['error']} {message.get('message', '')}")
        result: dict[str, Any] = message["result"]
        return result

    async def _read(self) -> None:
        async for frame in self._socket:
            message = json.loads(frame.data)
            answer = self._answers.get(message.get("id", 0))
            if answer and not answer.done():
                answer.set_result(message)
            elif "method" in message:
                self._on_event(message["method"], message["params"])
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the browser hung up"))
