"""HTTP as bytes: for what a well-behaved client library would never send, and for seeing exactly what comes back."""

import asyncio
import http.client
import io
import json
from dataclasses import dataclass, field
from typing import Any

WAIT_S = 20


@dataclass(frozen=True)
class Answer:
    """One HTTP response. Header names are in lower case. `closed` tells that the server closed the connection."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool = True
    rest: bytes = field(default=b"", repr=False)

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


class _Bytes(io.BytesIO):
    """What `http.client` needs of a socket. It is not closed with the response: there may be another one."""

    def makefile(self, _mode: str) -> io.BytesIO:
        return self

    def close(self) -> None:
        pass


def parse(data: bytes, method: str = "GET", *, closed: bool = True) -> Answer:
    """The first response in `data`; what follows it is its `rest`."""
    source = _Bytes(data)
    response = http.client.HTTPResponse(source, method=method)  # type: ignore[arg-type]
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    body = response.read()
    return Answer(response.status, headers, body, closed, source.read())


async def receive(url: str, data: bytes, *, wait_s: float = WAIT_S) -> tuple[bytes, bool]:
    """Send `data`, then read until the server closes or nothing came for `wait_s`; whether it closed."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    received = bytearray()
    try:
        writer.write(data)
        while True:
            try:
                async with asyncio.timeout(wait_s):
                    piece = await reader.read(65_536)
            except TimeoutError:
                return bytes(received), False
            if not piece:
                return bytes(received), True
            received += piece
    except ConnectionError:
        return bytes(received), True
    finally:
        writer.close()


def request(method: str, target: str, headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b"") -> bytes:
    """A request as bytes, with the headers as given and those that HTTP demands."""
    lines = [f"{method} {target} HTTP/1.1".encode("latin-1"), b"Host: pushbell.test", b"Connection: close"]
    lines += [name + b": " + value for name, value in headers or ()]
    if body or method in ("POST", "PUT"):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def exchange(
    url: str, method: str, target: str, headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b""
) -> Answer:
    """One request on a connection of its own."""
    data, closed = await receive(url, request(method, target, headers, body))
    assert data, "the server closed the connection without an answer"
    return parse(data, method, closed=closed)
