"""Fan-out: one message to 5,000 devices, until the push service has accepted the last push, against pywebpush alone."""

import asyncio
import base64
import json
import os
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
from tests.bench.proc import busy_s, cpu_s
from tests.browser.certificates import Authority
from tests.harness.inspection import open_body, to_text
from tests.harness.server import Server

DEVICES = 5_000
ROUNDS = 5
MOST_ROUNDS = 12  # noisy ones are repeated so often
MOST_FOREIGN = 0.15  # of one processor
PAUSE_S = 0.3  # for the ledger of the message before
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
    """One message to all devices: how long it took, the processor time of whoever sent it per push, and the noise.

    `foreign` is what others used meanwhile, in processors; `at_once` is how many pushes were under way.
    """

    seconds: float
    cpu_us: float
    foreign: float
    at_once: int


@dataclass(frozen=True)
class Round:
    """The first message after a start, the next one, one to a push service that is slow, and pywebpush's."""

    first: Sent
    later: Sent
    slow: Sent
    plain: Sent

    @property
    def noise(self) -> float:
        return max(self.first.foreign, self.later.foreign, self.slow.foreign, self.plain.foreign)


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
                return figures(await rounds(Lab(server, plain, sink, phones)))
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


async def rounds(lab: "Lab") -> list[Round]:
    """The quietest ones: what others use of two processors would be measured, too."""
    done: list[Round] = []
    for _ in range(MOST_ROUNDS):
        done.append(await lab.round())
        if sum(each.noise <= MOST_FOREIGN for each in done) == ROUNDS:
            break
    return sorted(done, key=lambda each: each.noise)[:ROUNDS]


class Lab:
    """Both senders, and the push service that hears both."""

    def __init__(self, server: Server, plain: Child, sink: Child, phones: list[Phone]) -> None:
        self._server, self._plain, self._sink = server, plain, sink
        self._phones = {phone.path: phone for phone in phones}

    async def round(self) -> Round:
        """In turns, so that whatever slows the machine down slows both."""
        await self._server.stop()
        await self._server.start()
        first = await self._send_ours()
        plain = await self._send_plain()
        later = await self._send_ours()
        await self._send_ours(SLOW_S)  # to learn how much such a push service bears
        return Round(first, later, await self._send_ours(SLOW_S), plain)

    async def _send_ours(self, delay_s: float = 0.0) -> Sent:
        await asyncio.sleep(PAUSE_S)
        await self._sink.ask(expect=DEVICES, delay_s=delay_s)
        used, noise, began_at = cpu_s(self._server.pid), self._noise_s(), time.monotonic()
        published = await self._server.publish(TOPIC, TEXT)
        done = await self._sink.hear()
        took_s = done["last_at"] - began_at
        foreign = (self._noise_s() - noise) / took_s
        push = self._phones[done["path"]].read(base64.b64decode(done["body"]))
        assert push["message"]["id"] == published["id"]
        return Sent(took_s, (cpu_s(self._server.pid) - used) / DEVICES * 1e6, foreign, done["at_once"])

    async def _send_plain(self) -> Sent:
        await asyncio.sleep(PAUSE_S)
        payload = {"event": "message", "subscription_id": f"http://127.0.0.1/{TOPIC}", "message": {"message": TEXT}}
        await self._sink.ask(expect=DEVICES, delay_s=0.0)
        noise = self._noise_s()
        self._plain.order(message=json.dumps(payload))
        done = await self._sink.hear()
        sent = await self._plain.hear()
        took_s = done["last_at"] - sent["began_at"]
        foreign = (self._noise_s() - noise) / took_s
        return Sent(took_s, sent["cpu_s"] / DEVICES * 1e6, foreign, done["at_once"])

    def _noise_s(self) -> float:
        """Processor time of everybody who has no part in this; only its growth means something."""
        return busy_s() - sum(map(cpu_s, (os.getpid(), self._server.pid, self._sink.pid, self._plain.pid)))


def figures(done: list[Round]) -> list[Figure]:
    what = f"fan-out to {DEVICES:,} devices"
    plain_s = median(each.plain.seconds for each in done)
    plain = f"pywebpush, {TASKS} tasks: {plain_s:.2f} s, {median(each.plain.cpu_us for each in done):.0f} µs each"
    slow_s = median(each.slow.seconds for each in done)
    return [
        Figure(
            f"{what}: first message after a start",
            median(each.plain.seconds / each.first.seconds for each in done),
            "x pywebpush",
            target=4,
            beside=f"{described([each.first for each in done])}; {plain}",
        ),
        Figure(
            f"{what}: later messages",
            median(each.plain.seconds / each.later.seconds for each in done),
            "x pywebpush",
            target=4,
            beside=f"{described([each.later for each in done])}; "
            f"others used {max(each.noise for each in done):.2f} processors at most",
        ),
        Figure(
            f"{what}: answers take {SLOW_S * 1e3:.0f} ms",
            median(each.slow.seconds / each.later.seconds for each in done),
            "x the time without",
            target=2,
            at_most=True,
            beside=f"{slow_s:.2f} s with up to {done[0].slow.at_once} under way, of which "
            f"{DEVICES / done[0].slow.at_once * SLOW_S:.2f} s is waiting for answers",
        ),
    ]


def described(sent: list[Sent]) -> str:
    seconds = median(each.seconds for each in sent)
    return f"{seconds:.2f} s, {DEVICES / seconds:,.0f} pushes/s, {median(each.cpu_us for each in sent):.0f} µs each"
