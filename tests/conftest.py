"""What every test may ask for: a running server, and a push service that checks what it gets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.harness.push_service import PushService
from tests.harness.server import Server


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server without any configuration."""
    server = Server(tmp_path / "data")
    await server.start()
    yield server
    await server.close()
