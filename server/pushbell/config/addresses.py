"""The kinds of values that name a place in the network: listen addresses, URLs, origins, networks."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pushbell.config.kinds import Kind, listing, read_text

_LISTEN: Final = re.compile(r"(?P<host>\[[0-9a-fA-F:.%\w]+\]|[^\s:\[\]/]*):(?P<port>\d{1,5})", re.ASCII)


def parse_listen(text: str) -> tuple[str | None, int]:
    """Host and port of `HOST:PORT`, `[v6]:PORT` or `:PORT`. Host None means all interfaces, port 0 any free one."""
    match = _LISTEN.fullmatch(text)
    if not match or int(match["port"]) > 65535:
        raise ValueError("must be HOST:PORT, [IPv6 address]:PORT or :PORT")
    host: str = match["host"]
    if host.startswith("["):
        host = host[1:-1]
        ipaddress.IPv6Address(host)  # raises ValueError, whose text names the address
    return host or None, int(match["port"])


def read_listen(raw: object) -> str:
    text = read_text(raw)
    parse_listen(text)
    return text


def read_base_url(raw: object) -> str:
    """Scheme, host and port, without a slash at the end; empty when not set."""
    text = read_text(raw)
    return _origin(text, "must be a URL without a path, such as https://push.example.com") if text else ""


def read_origin(raw: object) -> str:
    return _origin(read_text(raw), "must hold origins such as https://push.example.com, without a path")


def read_proxy(raw: object) -> str:
    """An http or https URL, with `user:password@` where the proxy asks for it; empty when not set."""
    text = read_text(raw)
    wanted = "must be the URL of an HTTP proxy, such as http://proxy.example.com:3128"
    if text and _split(text, wanted).path not in ("", "/"):
        raise ValueError(wanted)
    return text


def read_network(raw: object) -> str:
    try:
        return str(ipaddress.ip_network(read_text(raw)))
    except ValueError as error:
        # Strict on purpose: 10.1.2.3/8 written for one machine must not exempt sixteen million.
        raise ValueError(f"must hold networks such as 192.0.2.0/24 or 2001:db8::/32 ({error})") from None


def _origin(text: str, wanted: str) -> str:
    url = _split(text, wanted)
    if url.path not in ("", "/") or url.username is not None or url.password is not None:
        raise ValueError(wanted)
    return f"{url.scheme}://{url.netloc.lower()}"


def _split(text: str, wanted: str) -> SplitResult:
    """The parts of an http or https URL that has a host, a sane port, and neither query nor fragment."""
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 - raises ValueError when it is no port
    except ValueError:
        raise ValueError(wanted) from None
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or " " in text:
        raise ValueError(wanted)
    return url


LISTEN = Kind(read_listen)
BASE_URL = Kind(read_base_url)
PROXY = Kind(read_proxy)
ORIGINS = listing(read_origin)
NETWORKS = listing(read_network)
