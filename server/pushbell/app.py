"""The only file that knows everyone: it builds the parts, starts them, waits, and stops them in order."""

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import msgspec
import uvloop
from aiohttp import web

from pushbell import __version__
from pushbell.access import OpenAccess
from pushbell.api.access_log import log_access
from pushbell.api.assets import Assets
from pushbell.api.body import Bodies
from pushbell.api.connection import Connection
from pushbell.api.devices import DeviceApi
from pushbell.api.gate import Gate
from pushbell.api.history import History
from pushbell.api.info import Health, Info
from pushbell.api.metrics import Metrics
from pushbell.api.pages import Pages
from pushbell.api.publishing import Publishing
from pushbell.api.routes import Handlers, add_routes, route_table
from pushbell.api.streams import Streams
from pushbell.api.webpush import WebPush
from pushbell.clock import Clock, SystemClock
from pushbell.config import Config
from pushbell.deliver.contact import check_contact
from pushbell.deliver.deliverer import Deliverer
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.heartbeat import Heartbeats
from pushbell.deliver.key_file import KeyFileError
from pushbell.deliver.registry import Registry
from pushbell.deliver.vapid import VapidKeys
from pushbell.emoji import short_codes
from pushbell.listener import listen, url_of
from pushbell.log import event
from pushbell.paths import web_root
from pushbell.pruning import Pruning
from pushbell.publish.post import Post
from pushbell.store import Store, StoreError
from pushbell.store.sqlite import SqliteStore
from pushbell.subscribe.hub import Hub
from pushbell.tasks import Supervisor
from pushbell.topic import RESERVED

LOG = logging.getLogger(__name__)

DATABASE = "pushbell.db"

# A header line of the largest message (`X-Message`, or the query of a GET publish), percent-encoded.
LONGEST_HEADER = 65_536

# How long the event loop may keep the GIL when the database's thread needs it to say that it has committed. With
# Python's 5 ms the commits wait for that, and a busy server takes a fifth fewer messages.
SWITCH_INTERVAL_S = 0.0001

# How many objects come into being between two searches for garbage. Almost everything here goes without a search, and
# Python's 700 would have a fan-out search through the thousands of deliveries that it has in hand, again and again.
OBJECTS_BETWEEN_SEARCHES = 10_000


class StartError(Exception):
    """The server cannot start; the text says what to do about it."""


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Exits with 3 and one clear line when the server cannot start."""
    raise_file_limit()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    os.umask(0o077)  # what the server writes is its own, also in a data directory that others may read
    try:
        uvloop.run(serve(config))
    except (StartError, StoreError, KeyFileError, OSError) as error:
        event(LOG, "cannot start", level=logging.CRITICAL, reason=str(error))
        sys.exit(3)


async def serve(config: Config) -> None:
    """Start everything, say so on standard output, and stop when told to."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(config, SystemClock()) as url:
        print(f"Pushbell is ready: {url}", flush=True)  # noqa: T201 - the one line that scripts wait for
        await stop.wait()
        event(LOG, "stopping")


@asynccontextmanager
async def running(config: Config, clock: Clock) -> AsyncIterator[str]:
    """The whole server; yields its URL. Leaving it finishes what is in flight, then closes in reverse order."""
    async with AsyncExitStack() as stack:
        parts = await build(config, clock, stack)
        runner = web.AppRunner(
            parts.application,
            handler_cancellation=True,  # a stream whose client has gone ends at once, not at its next keepalive
            shutdown_timeout=config.server.shutdown_timeout,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(parts.hub.end)  # streams end first: they would hold up the rest
        server = runner.server
        if server is None:
            raise StartError("aiohttp made no server")
        connection = partial(
            Connection,
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # None is documented
            auto_decompress=False,  # a body is what was sent: no bomb can unfold
            keepalive_timeout=config.limits.header_timeout,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            lingering_time=1.0,
        )
        listener = await listen(
            config.server.address, connection, lambda: server.connections, config.limits.connections
        )
        stack.callback(listener.close)
        event(LOG, "ready", url=url_of(listener), version=__version__)
        yield url_of(listener)


@dataclass(frozen=True)
class Parts:
    """What `running` needs of what `build` made."""

    application: web.Application
    hub: Hub


async def build(config: Config, clock: Clock, stack: AsyncExitStack) -> Parts:
    """Make every part and hand it what it needs; `stack` closes what must be closed."""
    data_dir = config.server.data_dir
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = await SqliteStore.open(data_dir / DATABASE, clock, config.limits.pending_writes)
    stack.push_async_callback(store.close)
    keys = VapidKeys.open(config.vapid_key_file, contact_of(config), clock)
    policy = EndpointPolicy(config.push.allowed_services)
    supervisor = Supervisor(clock)
    stack.push_async_callback(supervisor.close)
    deliverer = Deliverer.build(store, policy, keys, supervisor, config.push, config.server.base_url, clock)
    stack.push_async_callback(deliverer.close)
    hub = Hub(await store.messages.last_seq(), config.streams.queue, config.limits.streams)
    # Streams first: they are the quick ones.
    store.messages.on_commit(lambda messages, _: hub.dispatch(messages))
    store.messages.on_commit(deliverer.on_commit)
    await deliverer.start()
    supervisor.start("pruning", Pruning(store, clock).run)
    registry = Registry(store.devices, policy, deliverer, keys.public_key, config.limits, clock)
    return Parts(make_application(config, clock, supervisor, store, hub, deliverer, registry, keys.public_key), hub)


def make_application(
    config: Config,
    clock: Clock,
    supervisor: Supervisor,
    store: Store,
    hub: Hub,
    deliverer: Deliverer,
    registry: Registry,
    public_key: str,
) -> web.Application:
    access = OpenAccess()
    gate = Gate(access, store.devices)
    bodies = Bodies(config.limits.request_timeout)
    post = Post(store.messages, clock, config.messages.keep_for)
    heartbeats = Heartbeats(store.messages, store.devices, store.deliveries, deliverer.trials, clock)
    assets = Assets(web_root(), {"emoji.json": msgspec.json.encode(short_codes())}, RESERVED)
    base_url = config.server.base_url
    handlers = Handlers(
        publishing=Publishing(post, bodies, access, config.messages),
        streams=Streams(hub, store.messages, clock, config.streams),
        devices=DeviceApi(registry, heartbeats, deliverer.trials, store.devices, gate, bodies, access, base_url),
        webpush=WebPush(registry, bodies, access),
        history=History(store.messages, store.deliveries, access),
        info=Info(Health(store, supervisor, clock), public_key),
        metrics=Metrics(store, hub, enabled=config.metrics.enabled),
        pages=Pages(assets),
    )
    application = web.Application(middlewares=[log_access] if config.log.access else [])
    add_routes(application, route_table(handlers), gate)
    return application


def contact_of(config: Config) -> str | None:
    try:
        contact = check_contact(config.push.contact, config.server.base_url)
    except ValueError as error:
        raise StartError(str(error)) from error
    if contact is None:
        event(
            LOG,
            "no VAPID contact: Apple refuses pushes until server.base_url (https) or push.contact is set",
            level=logging.WARNING,
        )
    return contact


def raise_file_limit() -> None:
    """Each stream is a file descriptor, and the usual soft limit of 1024 is a relic of select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
