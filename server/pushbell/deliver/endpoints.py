"""Which endpoints this server pushes to.

An endpoint is text from a stranger that we are going to connect to. Patterns that know only what browsers hand out take
it apart; scheme, host and port are then compared as values, never as text.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

import msgspec

from pushbell.deliver.known import KnownService, known_service
from pushbell.errors import ENDPOINT_NOT_ALLOWED, PUSH_SUBSCRIPTION_INVALID

MAX_ENDPOINT: Final = 2048

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_ORIGIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])(?::(?P<port>[0-9]{{1,5}}))?",
    re.IGNORECASE | re.ASCII,
)
_TARGET = re.compile(r"/[A-Za-z0-9!$%&'()*+,./:;=?@\[\]_~-]*")  # no fragment, backslash, space or control character
_DEFAULT_PORT = {"http": 80, "https": 443}


class Origin(msgspec.Struct, frozen=True):
    """Where an endpoint lives. `host` is in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """As browsers write it, and as the VAPID claim `aud` must be (RFC 8292 §2)."""
        return f"{self.scheme}://{self.authority}"

    @property
    def known_service(self) -> KnownService | None:
        """The browser maker whose push service this is."""
        return known_service(self.host) if self.scheme == "https" and self.port == 443 else None


def parse_origin(text: str) -> Origin:
    """Raises ValueError for everything but plain http and https origins."""
    form = _ORIGIN.fullmatch(text)
    if not form or len(form["host"]) > 253:
        raise ValueError(f"{text!r} is not an origin such as https://push.example.com")
    scheme, host = form["scheme"].lower(), form["host"].lower()
    port = int(form["port"] or _DEFAULT_PORT[scheme])
    if not 0 < port < 65536:
        raise ValueError(f"{text!r} is not an origin: there is no such port")
    return Origin(scheme, _without_brackets(host) if host.startswith("[") else host, port)


def _without_brackets(host: str) -> str:
    try:
        return IPv6Address(host[1:-1]).compressed
    except AddressValueError:
        raise ValueError(f"{host!r} is not an IPv6 address") from None


class EndpointPolicy:
    """Allows the known push services over https on port 443, and the origins that the operator named.

    `allowed_services` are origins such as `http://127.0.0.1:9100`; raises ValueError for one that is not.
    """

    def __init__(self, allowed_services: Iterable[str] = ()) -> None:
        self._trusted = frozenset(parse_origin(entry.removesuffix("/")) for entry in allowed_services)
        self._checked = lru_cache(maxsize=1000)(self._check_origin)

    def service_of(self, endpoint: str) -> str:
        """The origin of an endpoint's push service.

        Raises ApiError PUSH_SUBSCRIPTION_INVALID or ENDPOINT_NOT_ALLOWED.
        """
        return str(self.split(endpoint)[0])

    def split(self, endpoint: str) -> tuple[Origin, str]:
        """The same origin as a value, and the rest: path and query."""
        start = endpoint.find("/", len("https://"))
        if start < 0 or len(endpoint) > MAX_ENDPOINT or not _TARGET.fullmatch(endpoint, start):
            raise PUSH_SUBSCRIPTION_INVALID.because("the endpoint is not a plain https URL")
        return self._checked(endpoint[:start]), endpoint[start:]

    def trusts(self, origin: Origin) -> bool:
        """Whether the operator named it, so that it may be on a private address."""
        return origin in self._trusted

    def _check_origin(self, text: str) -> Origin:
        try:
            origin = parse_origin(text)
        except ValueError:
            raise PUSH_SUBSCRIPTION_INVALID.because("the endpoint is not a plain https URL") from None
        if not self.trusts(origin) and not origin.known_service:
            raise ENDPOINT_NOT_ALLOWED
        return origin
