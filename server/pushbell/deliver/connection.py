"""One HTTP/1.1 connection to a push service, kept alive from request to request."""

import asyncio
from typing import cast

from pushbell.deliver.answer import Answer, TransportError
from pushbell.deliver.reader import AnswerReader


class StaleConnection(TransportError):
    """A connection that had served before was closed without a byte of an answer, as happens to idle ones."""


class Connection(asyncio.Protocol):
    """Carries one request at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = self._loop.create_future()
        self._reader = AnswerReader()
        self._waiter: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport
        self._is_used = False

    async def exchange(self, request: bytes, timeout_s: float) -> Answer:
        """Send a request and wait for its answer. Raises TransportError; what failed or was cancelled is closed."""
        self._reader.begin()
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout_s, self._break_off, "no answer in time")
        self._transport.write(request)
        try:
            return await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
            self._is_used = True
            if not self._reader.is_complete:
                self.abort()

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def abort(self) -> None:
        """Close at once; `lost` tells when it has happened."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
        self._break_off(f"the connection broke: {error}" if error else "the connection was closed")

    def data_received(self, data: bytes) -> None:
        if self._waiter is None or self._reader.is_complete:  # nobody asked
            self.abort()
            return
        try:
            self._reader.feed(data)
        except ValueError as error:
            self._break_off(f"the answer is {error}")
            return
        if self._reader.is_complete:
            self._settle()

    def _settle(self) -> None:
        if self._reader.is_last:
            self._transport.close()
        if self._waiter and not self._waiter.done() and self._reader.answer:
            self._waiter.set_result(self._reader.answer)

    def _break_off(self, reason: str) -> None:
        """No more will come: the answer is what is here, if that is enough."""
        self.abort()
        if self._waiter is None or self._waiter.done():
            return
        if answer := self._reader.answer:
            self._waiter.set_result(answer)
        elif self._is_used and not self._reader.received and self.lost.done():
            self._waiter.set_exception(StaleConnection(reason))
        else:
            self._waiter.set_exception(TransportError(reason))
