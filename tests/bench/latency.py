"""Latency: from publish to the line on a stream, with five hundred streams of three kinds over fifty topics."""

from pathlib import Path
from statistics import median

from tests.bench.child import child
from tests.bench.figures import Figure
from tests.bench.proc import cpu_s
from tests.harness.server import Server

STREAMS = {"json": 167, "sse": 167, "ws": 166}
TOPICS = 50
PER_S = 200
COUNT = 2_000
ROUNDS = 3


async def measure(folder: Path) -> list[Figure]:
    server = Server(folder / "latency")
    await server.start()
    address = ("127.0.0.1", server.url.rpartition(":")[2])
    try:
        async with child("crowd", *address) as crowd, child("rate", *address) as rate:
            await crowd.hear()
            await rate.hear()
            for kind, count in STREAMS.items():
                await crowd.ask(kind=kind, count=count, topics=TOPICS)
            before = cpu_s(server.pid)
            rounds = []
            for _ in range(ROUNDS):
                await crowd.ask(expect=lines())
                rate.order(per_s=PER_S, count=COUNT, topics=TOPICS)
                rounds.append(await crowd.hear())
                await rate.hear()
            share = (cpu_s(server.pid) - before) / (ROUNDS * COUNT / PER_S) * 100
    finally:
        await server.close()
    p99 = sorted(each["p99_ms"] for each in rounds)
    return [
        Figure(
            f"publish to line at {PER_S}/s, {sum(STREAMS.values())} streams: p99",
            median(p99),
            "ms",
            target=50,
            at_most=True,
            beside=f"p50 {median(each['p50_ms'] for each in rounds):.1f} ms, "
            f"worst {max(each['max_ms'] for each in rounds):.0f} ms of {ROUNDS * lines():,} lines; "
            f"p99 of the rounds {', '.join(f'{each:.1f}' for each in p99)} ms; "
            f"the server used {share:.0f} % of one processor",
        )
    ]


def lines() -> int:
    """How many lines the messages of one round become: each topic has its readers of each kind."""
    readers = [sum(len(range(topic, count, TOPICS)) for count in STREAMS.values()) for topic in range(TOPICS)]
    return sum(readers[index % TOPICS] for index in range(COUNT))
