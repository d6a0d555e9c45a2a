"""Reaching push services through an HTTP proxy (CONNECT, RFC 9110 §9.3.6)."""

import asyncio
import base64
import socket
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from pushbell.deliver.answer import TransportError

_MAX_HEAD: Final = 16_384


class Proxy(msgspec.Struct, frozen=True):
    """`authorization` is the value of Proxy-Authorization, or empty."""

    host: str
    port: int
    authorization: str = ""


def parse_proxy(url: str) -> Proxy:
    """From `http://[user:password@]host:port`; raises ValueError, whose text does not repeat the password."""
    try:
        return _read_proxy(urlsplit(url))
    except ValueError:
        raise ValueError("push.proxy must be http://[user:password@]host:port") from None


def _read_proxy(url: SplitResult) -> Proxy:
    if url.scheme != "http" or not url.hostname or url.path not in {"", "/"} or url.query or url.fragment:
        raise ValueError(url.scheme)
    credentials = f"{unquote(url.username or '')}:{unquote(url.password or '')}".encode()
    authorization = f"Basic {base64.b64encode(credentials).decode()}" if url.username else ""
    return Proxy(url.hostname, url.port or 80, authorization)


async def open_tunnel(sock: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Ask the proxy at the other end of `sock` for a tunnel. The proxy resolves the name. Raises TransportError."""
    loop = asyncio.get_running_loop()
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    credentials = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    await loop.sock_sendall(sock, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n".encode("ascii"))
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = await loop.sock_recv(sock, 4096)
        head += chunk
        if not chunk or len(head) > _MAX_HEAD:
            raise TransportError("the proxy gave no answer")
    _check_tunnel(head)


def _check_tunnel(head: bytes) -> None:
    status = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    if len(status) < 2 or not status[0].startswith("HTTP/1.") or not status[1].startswith("2"):
        raise TransportError(f"the proxy refused: {' '.join(status)[:100]}")
    if not head.endswith(b"\r\n\r\n"):  # the push service speaks second, so these bytes are not its own
        raise TransportError("the proxy spoke out of turn")
