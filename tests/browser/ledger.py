"""What the server says about its deliveries: `GET /v1/messages/{id}/deliveries`."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tests.harness.server import Server

LOOK_EVERY_S = 0.05


async def wait_for_deliveries(
    server: Server, message: dict[str, Any], condition: Callable[[dict[str, Any]], object], limit_s: float = 15
) -> dict[str, Any]:
    """Look until the condition holds for the message's deliveries; raises TimeoutError with the last ones."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        deliveries: dict[str, Any] = await server.get(f"/v1/messages/{message['id']}/deliveries")
        if condition(deliveries):
            return deliveries
        await asyncio.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"the ledger still says {deliveries}")
