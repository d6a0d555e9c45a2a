"""MCS, the protocol by which Google's push service talks to Chromium: protobuf messages in tagged frames over TLS.

The messages are those of Chromium's `google_apis/gcm/protocol/mcs.proto`; only the few fields we need are named.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

VERSION = 41
PING, PONG, LOGIN, LOGIN_OK, IQ, DATA = 0, 1, 2, 3, 7, 8
RECEIVED_IDS = 10  # LoginRequest.received_persistent_id
LAST_RECEIVED = {PING: 2, PONG: 2, IQ: 10, DATA: 11}  # last_stream_id_received, by kind of message

Fields = dict[int, list[int | bytes]]


def varint(value: int) -> bytes:
    head = bytearray()
    while value > 127:
        head.append(value & 127 | 128)
        value >>= 7
    return bytes([*head, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def fixed64(field: int, value: int) -> bytes:
    return varint(field << 3 | 1) + value.to_bytes(8, "little")


def blob(field: int, value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def parse(raw: bytes) -> Fields:
    """A message as its fields' values; nested messages stay bytes."""
    fields: Fields = defaultdict(list)
    at = 0
    while at < len(raw):
        key, at = _varint_at(raw, at)
        size = {1: 8, 5: 4}.get(key & 7, 0)
        if key & 7 == 0:
            value, at = _varint_at(raw, at)
            fields[key >> 3].append(value)
            continue
        if key & 7 == 2:
            size, at = _varint_at(raw, at)
        fields[key >> 3].append(raw[at : at + size])
        at += size
    return fields


def _varint_at(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while raw[at] > 127:
        value |= (raw[at] & 127) << shift
        shift, at = shift + 7, at + 1
    return value | raw[at] << shift, at + 1


class Connection:
    """One TLS connection of the browser. Each side counts the other's messages, and acknowledges by that count.

    `last_sent` is the count on our side: the login answer is 1.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._received = 0
        self.last_sent = 0

    async def messages(self) -> AsyncIterator[tuple[int, Fields]]:
        """What the browser says, until it hangs up."""
        await self._reader.readexactly(1)  # its protocol version
        while tag := await self._reader.read(1):
            message = await self._reader.readexactly(await self._length())
            self._received += 1
            yield tag[0], parse(message)

    def accept_login(self) -> None:
        """The version, the tag and the message must leave in one write: Chromium misreads a lone version byte."""
        self._write(bytes([VERSION]), LOGIN_OK, blob(1, "login") + number(6, self._received))

    def pong(self) -> None:
        self._write(b"", PONG, number(LAST_RECEIVED[PONG], self._received))

    def send_data(self, message: bytes) -> None:
        self._write(b"", DATA, message + number(LAST_RECEIVED[DATA], self._received))

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    def _write(self, prefix: bytes, tag: int, message: bytes) -> None:
        self.last_sent += 1
        self._writer.write(prefix + bytes([tag]) + varint(len(message)) + message)

    async def _length(self) -> int:
        raw = await self._reader.readexactly(1)
        while raw[-1] > 127:
            raw += await self._reader.readexactly(1)
        return _varint_at(raw, 0)[0]
