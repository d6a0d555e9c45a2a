"""Fan-out: one message to 5,000 devices, until the push service has accepted the last push, against pywebpush alone."""

import asyncio
import base64
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.bench.child import Child, child
from tests.bench.figures import Figure
from tests.bench.plain_push import TASKS
from tests.bench.proc import cpu_s
from tests.browser.certificates import Authority
from tests.harness.inspection import open_body, to_text
from tests.harness.server import Server

DEVICES = 5_000
ROUNDS = 3
SLOW_S = 0.05  # a push service far away
TOPIC = "alerts"
TEXT = "Backup of nas01 finished: 412 GiB in 3 h 12 min. ".ljust(200, ".")


class Phone:
    """A subscription with real keys."""

    def __init__(self, origin: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)
        self.path = f"/push/{secrets.token_urlsafe(32)}"
        self.endpoint = origin + self.path

    @property
    def keys(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": to_text(point), "auth": to_text(self._auth)}

    def read(self, body: bytes) -> Any:
        return json.loads(open_body(body, self._key, self._auth))


@dataclass(frozen=True)
class Sent:
    """One message to all devices: how long it took, and the processor time of whoever sent it."""

    seconds: float
    cpu_us: float
    at_once: int


async def measure(folder: Path) -> list[Figure]:
    authority = Authority(folder)
    authority.issue("127.0.0.1")
    async with child("sink", folder / "127.0.0.1.pem") as sink:
        origin = f"https://127.0.0.1:{(await sink.hear())['port']}"
        phones = [Phone(origin) for _ in range(DEVICES)]
        server = Server(
            folder / "fanout", PUSHBELL_PUSH_ALLOWED_SERVICES=origin, PUSHBELL_PUSH_CA_FILE=str(authority.ca_file)
        )
        await server.start()
        try:
            await register(server, phones)
            subscriptions = folder / "subscriptions.json"
            subscriptions.write_text(json.dumps([{"endpoint": each.endpoint, "keys": each.keys} for each in phones]))
            async with child("plain_push", subscriptions, authority.ca_file) as plain:
                await plain.hear()
                return await compare(server, plain, sink, {phone.path: phone for phone in phones})
        finally:
            await server.close()


async def register(server: Server, phones: list[Phone]) -> None:
    """By ntfy's `POST /v1/webpush`, which needs no activation."""
    queue = iter(phones)

    async def register_some() -> None:
        for phone in queue:
            body = {"endpoint": phone.endpoint, **phone.keys, "topics": [TOPIC]}
            async with server.request("POST", "/v1/webpush", json=body) as answer:
                assert answer.status == 200, await answer.text()

    await asyncio.gather(*(register_some() for _ in range(64)))


async def compare(server: Server, plain: Child, sink: Child, phones: dict[str, Phone]) -> list[Figure]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await send_ours(server, sink, phones))
        theirs.append(await send_plain(plain, sink))
    slow = [await send_ours(server, sink, phones, SLOW_S) for _ in range(ROUNDS)]
    return figures(ours, theirs, slow)


async def send_ours(server: Server, sink: Child, phones: dict[str, Phone], delay_s: float = 0.0) -> Sent:
    await sink.ask(expect=DEVICES, delay_s=delay_s)
    used, began_at = cpu_s(server.pid), time.monotonic()
    published = await server.publish(TOPIC, TEXT)
    done = await sink.hear()
    push = phones[done["path"]].read(base64.b64decode(done["body"]))
    assert push["message"]["id"] == published["id"]
    return Sent(done["last_at"] - began_at, (cpu_s(server.pid) - used) / DEVICES * 1e6, done["at_once"])


async def send_plain(plain: Child, sink: Child) -> Sent:
    payload = {"event": "message", "subscription_id": f"http://127.0.0.1/{TOPIC}", "message": {"message": TEXT}}
    await sink.ask(expect=DEVICES, delay_s=0.0)
    sent = await plain.ask(message=json.dumps(payload))
    done = await sink.hear()
    return Sent(done["last_at"] - sent["began_at"], sent["cpu_s"] / DEVICES * 1e6, done["at_once"])


def figures(ours: list[Sent], theirs: list[Sent], slow: list[Sent]) -> list[Figure]:
    first, later = ours[0], ours[1:]
    plain_s, later_s = median(each.seconds for each in theirs), median(each.seconds for each in later)
    slow_s = median(each.seconds for each in slow)
    what = f"fan-out to {DEVICES:,} devices"
    return [
        Figure(
            f"{what}: first message",
            plain_s / first.seconds,
            "x pywebpush",
            target=4,
            beside=f"{described(first)}; pywebpush with {TASKS} tasks {plain_s:.1f} s, "
            f"{median(each.cpu_us for each in theirs):.0f} µs each",
        ),
        Figure(f"{what}: later ones", plain_s / later_s, "x pywebpush", target=4, beside=described(later[-1])),
        Figure(
            f"{what}: answers take {SLOW_S * 1e3:.0f} ms",
            slow_s / later_s,
            "x the time without",
            target=2,
            at_most=True,
            beside=f"{slow_s:.2f} s, up to {slow[-1].at_once} under way; the first {slow[0].seconds:.2f} s",
        ),
    ]


def described(sent: Sent) -> str:
    return f"{sent.seconds:.2f} s, {DEVICES / sent.seconds:,.0f} pushes/s, {sent.cpu_us:.0f} µs each"
