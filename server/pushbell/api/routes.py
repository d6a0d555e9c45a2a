"""Every path there is, with what a request needs to be allowed. First match wins."""

from dataclasses import dataclass

from aiohttp import web

from pushbell.access import Permission
from pushbell.api.devices import DeviceApi
from pushbell.api.errors import answering_errors
from pushbell.api.gate import Gate, Handler
from pushbell.api.history import History
from pushbell.api.info import Info
from pushbell.api.metrics import Metrics
from pushbell.api.pages import Pages
from pushbell.api.publishing import Publishing
from pushbell.api.streams import Streams
from pushbell.api.webpush import WebPush
from pushbell.topic import NAME

TOPIC = f"{{topic:{NAME}}}"
TOPICS = f"{{topics:{NAME}(?:,{NAME})*}}"
SEQUENCE = f"{{sequence:{NAME}}}"
ANYTHING = "/{path:(?s:.*)}"  # a path may even contain a line feed; what matches nothing would get aiohttp's own 404
DEVICE = "/v1/devices/{device:[-_A-Za-z0-9]{1,80}}"

PUBLIC, READ, WRITE = Permission.PUBLIC, Permission.READ, Permission.WRITE
ASKED_LATER, DEVICE_ONLY = Permission.ASKED_LATER, Permission.DEVICE


@dataclass(frozen=True)
class Handlers:
    """One of each."""

    publishing: Publishing
    streams: Streams
    devices: DeviceApi
    webpush: WebPush
    history: History
    info: Info
    metrics: Metrics
    pages: Pages


Route = tuple[str, str, Permission, Handler]


def route_table(on: Handlers) -> list[Route]:
    """Method (several by `|`), path, permission, handler."""
    return [
        ("GET|HEAD", "/", PUBLIC, on.pages.index),
        ("PUT|POST", "/", ASKED_LATER, on.publishing.publish_json),
        ("PUT|POST", f"/{TOPIC}", WRITE, on.publishing.publish),
        ("PUT|POST", f"/{TOPIC}/{SEQUENCE}", WRITE, on.publishing.publish),
        ("GET", f"/{TOPIC}/{{verb:publish|send|trigger}}", WRITE, on.publishing.publish),
        ("DELETE", f"/{TOPIC}/{SEQUENCE}", WRITE, on.publishing.delete),
        ("GET", f"/{TOPIC}/{SEQUENCE}/delete", WRITE, on.publishing.delete),
        ("GET|PUT", f"/{TOPIC}/{SEQUENCE}/{{verb:clear|read}}", WRITE, on.publishing.clear),
        ("GET", f"/{TOPICS}/json", READ, on.streams.json),
        ("GET", f"/{TOPICS}/sse", READ, on.streams.sse),
        ("GET", f"/{TOPICS}/raw", READ, on.streams.raw),
        ("GET", f"/{TOPICS}/ws", READ, on.streams.ws),
        ("GET", f"/{TOPICS}/auth", READ, on.streams.auth),
        ("GET|HEAD", "/v1/health", PUBLIC, on.info.ntfy_health),
        ("GET|HEAD", "/health", PUBLIC, on.info.gotify_health),
        ("GET", "/v1/config", PUBLIC, on.info.config),
        ("GET", "/metrics", PUBLIC, on.metrics.show),
        ("POST", "/v1/webpush", ASKED_LATER, on.webpush.subscribe),
        ("DELETE", "/v1/webpush", ASKED_LATER, on.webpush.unsubscribe),
        ("PUT", DEVICE, ASKED_LATER, on.devices.register),
        ("GET", DEVICE, DEVICE_ONLY, on.devices.show),
        ("DELETE", DEVICE, DEVICE_ONLY, on.devices.remove),
        ("POST", f"{DEVICE}/activate", DEVICE_ONLY, on.devices.activate),
        ("POST", f"{DEVICE}/heartbeat", ASKED_LATER, on.devices.heartbeat),
        ("POST", f"{DEVICE}/test", DEVICE_ONLY, on.devices.test),
        ("PUT", f"{DEVICE}/topics/{TOPIC}", DEVICE_ONLY, on.devices.subscribe),
        ("DELETE", f"{DEVICE}/topics/{TOPIC}", DEVICE_ONLY, on.devices.unsubscribe),
        ("GET", "/v1/messages", READ, on.history.messages),
        ("GET", "/v1/messages/{message:[A-Za-z0-9]{12}}/deliveries", ASKED_LATER, on.history.deliveries),
        ("GET|HEAD", "/sw.js", PUBLIC, on.pages.worker),
        ("GET|HEAD", "/manifest.webmanifest", PUBLIC, on.pages.manifest),
        ("GET|HEAD", "/favicon.ico", PUBLIC, on.pages.favicon),
        ("GET|HEAD", "/static/{version}/{path:.+}", PUBLIC, on.pages.static),
        ("GET|HEAD", "/settings", PUBLIC, on.pages.index),
        ("GET|HEAD", "/app{path:(?:/.*)?}", PUBLIC, on.pages.index),
        ("GET|HEAD", f"/{TOPIC}", PUBLIC, on.pages.index),
        ("OPTIONS", ANYTHING, PUBLIC, on.info.options),
        ("*", ANYTHING, PUBLIC, on.info.missing),
    ]


def add_routes(application: web.Application, table: list[Route], gate: Gate) -> None:
    for methods, path, permission, handler in table:
        for method in methods.split("|"):
            application.router.add_route(method, path, answering_errors(gate.guard(permission, handler)))
