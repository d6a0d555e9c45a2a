"""Which endpoints this server pushes to.

An endpoint is text from a stranger that we are going to connect to. It is parsed once, by a pattern that knows only
what browsers hand out, and its scheme, host and port are compared as values, never as text.
"""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address
from typing import Final

import msgspec

from pushbell.deliver.known import KnownService, known_service
from pushbell.errors import ENDPOINT_NOT_ALLOWED, PUSH_SUBSCRIPTION_INVALID

MAX_ENDPOINT: Final = 2048

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_FORM = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])(?::(?P<port>[0-9]{{1,5}}))?"
    r"(?P<target>/[!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_NOT_IN_TARGET = frozenset('#\\"<>^`{|}')
_DEFAULT_PORT = {"http": 80, "https": 443}


class Endpoint(msgspec.Struct, frozen=True):
    """A parsed endpoint. `host` is in lower case, an IPv6 address without brackets; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """As browsers write it, and as the VAPID claim `aud` wants it (RFC 8292 §2)."""
        return f"{self.scheme}://{self.authority}"


def parse_endpoint(text: str) -> Endpoint:
    """Raises ValueError for everything but plain http and https URLs."""
    form = _FORM.fullmatch(text) if len(text) <= MAX_ENDPOINT else None
    if not form:
        raise ValueError("not a plain http or https URL")
    scheme, host, target = form["scheme"].lower(), form["host"].lower(), form["target"] or "/"
    port = int(form["port"]) if form["port"] else _DEFAULT_PORT[scheme]
    if not 0 < port < 65536 or len(host) > 253 or not _NOT_IN_TARGET.isdisjoint(target):
        raise ValueError("not a plain http or https URL")
    return Endpoint(scheme, _without_brackets(host), port, target)


def _without_brackets(host: str) -> str:
    if not host.startswith("["):
        return host
    try:
        return IPv6Address(host[1:-1]).compressed
    except AddressValueError:
        raise ValueError("not an IPv6 address") from None


class EndpointPolicy:
    """The known push services over https on port 443, and the origins that the operator allowed.

    `allowed_services` are origins such as `http://127.0.0.1:9100`; raises ValueError naming the one that is not.
    """

    def __init__(self, allowed_services: Iterable[str] = ()) -> None:
        self._allowed = frozenset(_origin(entry) for entry in allowed_services)

    def service_of(self, endpoint: str) -> str:
        """The origin of an endpoint's push service.

        Raises ApiError PUSH_SUBSCRIPTION_INVALID or ENDPOINT_NOT_ALLOWED.
        """
        return self.check(endpoint).origin

    def check(self, endpoint: str) -> Endpoint:
        """The same, but all of the endpoint."""
        try:
            parsed = parse_endpoint(endpoint)
        except ValueError:
            raise PUSH_SUBSCRIPTION_INVALID.because("the endpoint is not a plain https URL") from None
        if not self.is_trusted(parsed) and not _is_built_in(parsed):
            raise ENDPOINT_NOT_ALLOWED
        return parsed

    def is_trusted(self, endpoint: Endpoint) -> bool:
        """Whether the operator named this origin, so that it may be on a private address."""
        return endpoint.origin in self._allowed


def _is_built_in(endpoint: Endpoint) -> bool:
    return endpoint.scheme == "https" and endpoint.port == 443 and known_service(endpoint.host) is not None


def service_at(origin: str) -> KnownService | None:
    """The known push service at an origin that `service_of` gave."""
    return known_service(origin.removeprefix("https://")) if origin.startswith("https://") else None


def _origin(entry: str) -> str:
    try:
        parsed = parse_endpoint(entry)
    except ValueError:
        parsed = None
    if not parsed or parsed.target != "/":
        raise ValueError(f"{entry!r} is not an origin such as https://push.example.com")
    return parsed.origin
