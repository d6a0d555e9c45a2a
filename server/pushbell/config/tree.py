"""Every option there is, with its type, its default and what it is for. Only `app` sees the whole of it."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pushbell.config import addresses, kinds
from pushbell.config.kinds import Kind


class Option(msgspec.Struct, frozen=True):
    """What the annotation of a field adds to its type. A secret is never shown, and may come from a `_FILE`."""

    help: str
    kind: Kind
    secret: bool = False


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One group of options."""


def default_data_dir() -> Path:
    """`pushbell` in the user's data directory (XDG Base Directory Specification), or a system's for who has no home."""
    home = Path(os.environ.get("XDG_DATA_HOME", ""))
    if home.is_absolute():  # the specification says to ignore a relative one
        return home / "pushbell"
    try:
        return Path.home() / ".local/share/pushbell"
    except RuntimeError:
        return Path("/var/lib/pushbell")


class Server(Section, frozen=True, kw_only=True):
    """Where the server listens, and where it keeps everything."""

    listen: Annotated[
        str,
        Option("HOST:PORT to listen on; without a host, all interfaces; port 0 takes any free one", addresses.LISTEN),
    ] = ":8080"
    base_url: Annotated[str, Option("the server's public URL, without a path", addresses.BASE_URL)] = ""
    data_dir: Annotated[Path, Option("the one directory with database and keys: back it up", kinds.DIRECTORY)] = (
        msgspec.field(default_factory=default_data_dir)
    )
    shutdown_timeout: Annotated[
        float, Option("how long open requests may take to finish when the server stops", kinds.duration(least_s=0))
    ] = 3.0

    @property
    def address(self) -> tuple[str | None, int]:
        """Host (None: all interfaces) and port to bind."""
        return addresses.parse_listen(self.listen)


class Messages(Section, frozen=True, kw_only=True):
    """What a message may be, and how long it is kept."""

    keep_for: Annotated[
        float, Option("how long messages stay in the history and are still worth delivering", kinds.duration(least_s=1))
    ] = 30 * 86_400.0
    size_limit: Annotated[int, Option("the largest message text, in bytes", kinds.size())] = 4096
    title_size_limit: Annotated[int, Option("the longest title, in bytes", kinds.size())] = 1024
    tags_size_limit: Annotated[
        int, Option("the longest list of tags, in bytes, all of them together", kinds.size())
    ] = 512


class Streams(Section, frozen=True, kw_only=True):
    """Open readers: json, sse, raw and WebSocket."""

    keepalive: Annotated[
        float, Option("how often a quiet stream is given a sign of life", kinds.duration(least_s=5))
    ] = 45.0
    queue: Annotated[
        int, Option("how many messages may wait for one slow reader before it is closed", kinds.count())
    ] = 256
    write_timeout: Annotated[
        float, Option("how long a reader may take to accept data before it is closed", kinds.duration(least_s=0.1))
    ] = 15.0


class Push(Section, frozen=True, kw_only=True):
    """Web Push: the way from here to the push services of the browsers."""

    contact: Annotated[
        str,
        Option(
            "mailto: or https: address by which a push service can reach the operator; default: base_url", kinds.TEXT
        ),
    ] = ""
    allowed_services: Annotated[
        tuple[str, ...], Option("origins of further push services; those of the browsers are known", addresses.ORIGINS)
    ] = ()
    proxy: Annotated[str, Option("URL of an HTTP proxy for outgoing pushes", addresses.PROXY, secret=True)] = ""
    ca_file: Annotated[
        Path | None, Option("PEM file with further certificates to trust for outgoing pushes", kinds.FILE)
    ] = None
    concurrency: Annotated[int, Option("how many pushes may be under way at once", kinds.count())] = 256
    timeout: Annotated[float, Option("how long one push may take", kinds.duration(least_s=0.1))] = 10.0
    key_life: Annotated[
        float,
        Option(
            "how long one key pair of ours encrypts for many devices; 0: a new one for each message",
            kinds.duration(least_s=0),
        ),
    ] = 3_600.0
    vapid_key_file: Annotated[
        Path | None,
        Option("the VAPID private key; default: vapid.pem in data_dir, made at the first start", kinds.FILE),
    ] = None


class Limits(Section, frozen=True, kw_only=True):
    """What the server lets happen at the same time."""

    connections: Annotated[int, Option("open connections", kinds.count())] = 20_000
    streams: Annotated[int, Option("open streams", kinds.count())] = 15_000
    devices: Annotated[int, Option("registered devices", kinds.count())] = 100_000
    topics_per_device: Annotated[int, Option("topics that one device may follow", kinds.count())] = 200
    pending_writes: Annotated[
        int, Option("requests that may wait for the disk before the server says it is busy", kinds.count())
    ] = 10_000
    request_timeout: Annotated[
        float, Option("how long a request may take to arrive completely", kinds.duration(least_s=0.1))
    ] = 15.0
    header_timeout: Annotated[
        float, Option("how long a connection may be idle or its header incomplete", kinds.duration(least_s=0.1))
    ] = 75.0
    exempt: Annotated[
        tuple[str, ...], Option("networks to which no per-visitor limit applies", addresses.NETWORKS)
    ] = ()


class Log(Section, frozen=True, kw_only=True):
    """What the server writes to standard error."""

    format: Annotated[
        Literal["text", "json"], Option("text for people or json for machines", kinds.choice("text", "json"))
    ] = "text"
    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Option("the least important level to write", kinds.choice("debug", "info", "warning", "error")),
    ] = "info"
    access: Annotated[bool, Option("one line per request, without its query string", kinds.FLAG)] = False


class Metrics(Section, frozen=True, kw_only=True):
    """Numbers for Prometheus."""

    enabled: Annotated[bool, Option("serve /metrics", kinds.FLAG)] = False


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole configuration; its defaults are a working server."""

    server: Server = msgspec.field(default_factory=Server)
    messages: Messages = msgspec.field(default_factory=Messages)
    streams: Streams = msgspec.field(default_factory=Streams)
    push: Push = msgspec.field(default_factory=Push)
    limits: Limits = msgspec.field(default_factory=Limits)
    log: Log = msgspec.field(default_factory=Log)
    metrics: Metrics = msgspec.field(default_factory=Metrics)

    @property
    def vapid_key_file(self) -> Path:
        """Where the VAPID private key is."""
        return self.push.vapid_key_file or self.server.data_dir / "vapid.pem"
