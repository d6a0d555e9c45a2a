"""/metrics in Prometheus' text form, where it is switched on."""

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from pushbell import __version__
from pushbell.errors import NOT_FOUND
from pushbell.store import Balance, Store
from pushbell.subscribe.hub import Hub


class Snapshot:
    """A collector that reports what was read just before: prometheus_client collects synchronously."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


class Metrics:
    """Handler."""

    def __init__(self, store: Store, hub: Hub, *, enabled: bool) -> None:
        self._store, self._hub, self._enabled = store, hub, enabled

    async def show(self, _: web.Request) -> web.Response:
        """GET /metrics"""
        if not self._enabled:
            raise NOT_FOUND
        registry = CollectorRegistry()
        registry.register(Snapshot(await self._read()))
        ProcessCollector(registry=registry)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _read(self) -> list[Metric]:
        build = GaugeMetricFamily("pushbell_build_info", "The version that runs", labels=["version"])
        build.add_metric([__version__], 1)
        return [
            build,
            CounterMetricFamily("pushbell_messages", "Messages accepted", await self._store.messages.last_seq()),
            GaugeMetricFamily("pushbell_streams", "Open streams", len(self._hub)),
            GaugeMetricFamily("pushbell_devices", "Registered devices", await self._store.devices.count_devices()),
            *balance_sheet(await self._store.deliveries.balance()),
        ]


def balance_sheet(balance: Balance) -> list[Metric]:
    """accepted = the sum of all states of `pushbell_deliveries`, always."""
    states = GaugeMetricFamily(
        "pushbell_deliveries",
        "Accepted deliveries (one message to one device) by what became of them",
        labels=["state"],
    )
    for state in ("delivered", "gone", "failed", "expired", "filtered", "pending"):
        states.add_metric([state], getattr(balance, state))
    return [CounterMetricFamily("pushbell_deliveries_accepted", "Accepted deliveries", balance.accepted), states]
