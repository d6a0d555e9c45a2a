"""A child that sends one message to every subscription with pywebpush alone: tasks that share one aiohttp session.

    python -m tests.bench.plain_push SUBSCRIPTIONS CA_FILE

Told `{"message": "…"}`, it sends it to all of them, and says when it began and what it used.
"""

import asyncio
import json
import os
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import webpush_async  # type: ignore[import-untyped]

from tests.bench.child import orders, say
from tests.bench.proc import cpu_s

TASKS = 64


async def send_some(
    session: aiohttp.ClientSession, subscriptions: Iterator[dict[str, Any]], key: Vapid02, text: str
) -> None:
    claims: dict[str, str | int] = {"sub": "mailto:ops@example.com"}
    for subscription in subscriptions:
        answer = await webpush_async(
            subscription, text, vapid_private_key=key, vapid_claims=claims, ttl=86_400, aiohttp_session=session
        )
        assert not isinstance(answer, str)
        assert answer.status == 201


async def main(subscriptions_file: str, ca_file: str) -> None:
    subscriptions = json.loads(Path(subscriptions_file).read_text())
    key = Vapid02()
    key.generate_keys()
    connector = aiohttp.TCPConnector(limit=TASKS, ssl=ssl.create_default_context(cafile=ca_file))
    async with aiohttp.ClientSession(connector=connector) as session:
        say(ready=True)
        async for order in orders():
            before, began_at = cpu_s(os.getpid()), time.monotonic()
            queue = iter(subscriptions)
            await asyncio.gather(*(send_some(session, queue, key, order["message"]) for _ in range(TASKS)))
            say(began_at=began_at, cpu_s=cpu_s(os.getpid()) - before)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2]))
