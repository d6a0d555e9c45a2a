"""Opening connections to push services: resolve, check the address, connect to that very address, then TLS."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from aiohappyeyeballs import AddrInfoType, start_connection

from pushbell.deliver.addresses import is_public
from pushbell.deliver.answer import TransportError
from pushbell.deliver.connection import Connection
from pushbell.deliver.endpoints import EndpointPolicy, Origin
from pushbell.deliver.proxy import Proxy, open_tunnel

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[AddrInfoType]]]

_HEAD_START_S = 0.25  # RFC 8305 §5: how long one address is tried before the next joins in


async def resolve_name(host: str, port: int) -> Sequence[AddrInfoType]:
    """This machine's resolver. Raises OSError."""
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """The system's certificates, and those in `ca_file`. Raises ValueError when that cannot be read."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise ValueError(f"push.ca_file {ca_file} cannot be used: {error.strerror or error}") from None
    return context


class Dialer:
    """Opens connections. A name is resolved once per connection, and what was checked is what is connected to.

    So a name that resolves to a private address, now or the next time (DNS rebinding), leads nowhere, unless the
    operator allowed that very origin. With a proxy, the proxy resolves.
    """

    def __init__(
        self,
        policy: EndpointPolicy,
        *,
        tls: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
        resolve: Resolve = resolve_name,
        timeout_s: float = 5.0,
    ) -> None:
        self._policy = policy
        self._tls = tls or tls_context()
        self._proxy = proxy
        self._resolve = resolve
        self._timeout_s = timeout_s

    async def dial(self, origin: Origin, deadline: float) -> Connection:
        """Connect before `deadline` (loop time) and within the dialer's own time. Raises TransportError."""
        own_deadline = asyncio.get_running_loop().time() + self._timeout_s
        try:
            async with asyncio.timeout_at(min(deadline, own_deadline)):
                return await self._open(origin)
        except TimeoutError:
            raise TransportError(f"no connection to {origin.host} in time") from None
        except ssl.SSLCertVerificationError as error:
            raise TransportError(f"the certificate of {origin.host} is refused: {error.verify_message}") from None
        except OSError as error:
            raise TransportError(f"no connection to {origin.host}: {error.strerror or error}") from None

    async def _open(self, origin: Origin) -> Connection:
        sock = await start_connection(await self._addresses(origin), happy_eyeballs_delay=_HEAD_START_S)
        try:
            if self._proxy:
                await open_tunnel(sock, self._proxy, origin.host, origin.port)
            tls, name = (self._tls, origin.host) if origin.scheme == "https" else (None, None)
            _, connection = await asyncio.get_running_loop().create_connection(
                Connection, sock=sock, ssl=tls, server_hostname=name
            )
        except BaseException:
            sock.close()
            raise
        return connection

    async def _addresses(self, origin: Origin) -> Sequence[AddrInfoType]:
        if self._proxy:
            return await self._resolve(self._proxy.host, self._proxy.port)
        addresses = await self._resolve(origin.host, origin.port)
        if not addresses:
            raise TransportError(f"{origin.host} has no address")
        if not self._policy.trusts(origin) and not all(is_public(str(address[4][0])) for address in addresses):
            raise TransportError(f"{origin.host} resolves to an address that is not public")
        return addresses
