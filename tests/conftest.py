"""What every test may ask for: a running server, a push service that checks what it gets, devices that use both."""

import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.harness.device import AppDevice
from tests.harness.push_service import PushService
from tests.harness.server import Server


@pytest_asyncio.fixture
async def push_service() -> AsyncIterator[PushService]:
    async with PushService() as service:
        yield service


@pytest_asyncio.fixture
async def server(tmp_path: Path, push_service: PushService) -> AsyncIterator[Server]:
    """A server that knows the scripted push service."""
    server = Server(tmp_path / "data", PUSHBELL_PUSH_ALLOWED_SERVICES=push_service.origin)
    await server.start()
    yield server
    await server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_push_service() -> AsyncIterator[PushService]:
    """One for a module."""
    async with PushService() as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_push_service: PushService
) -> AsyncIterator[Server]:
    """One server for a module whose tests keep to topics of their own. OPTIONS of the module are its configuration.

    Such tests are marked `pytest.mark.asyncio(loop_scope="module")`.
    """
    options: dict[str, str] = {"PUSHBELL_PUSH_ALLOWED_SERVICES": shared_push_service.origin}
    options |= getattr(request.module, "OPTIONS", {})
    server = Server(tmp_path_factory.mktemp("shared") / "data", **options)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def topic() -> str:
    """A topic that nobody else uses."""
    return f"topic-{secrets.token_hex(6)}"


@pytest.fixture
def device(server: Server, push_service: PushService) -> Callable[..., AppDevice]:
    """Makes devices: `device()`, `device("My laptop")`."""

    def make(name: str = "Test phone") -> AppDevice:
        return AppDevice(server, push_service, name)

    return make
