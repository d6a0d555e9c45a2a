"""A push service on loopback, and the real transport towards it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import uvloop

from pushbell.deliver.dialer import Dialer
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.transport import Transport
from tests.browser.certificates import Authority
from tests.harness.engine import Engine
from tests.harness.push_service import PushService


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The server runs on uvloop, whose transports are not quite asyncio's."""
    return {"uvloop": uvloop.new_event_loop}


@pytest_asyncio.fixture
async def push_service() -> AsyncIterator[PushService]:
    async with PushService() as service:
        yield service


@pytest_asyncio.fixture
async def transport(push_service: PushService) -> AsyncIterator[Transport]:
    """A transport that the operator allowed to reach `push_service`."""
    policy = EndpointPolicy([push_service.origin])
    transport = Transport(policy, Dialer(policy, timeout_s=5.0), timeout_s=5.0)
    yield transport
    await transport.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return tmp_path / "vapid.pem"


@pytest_asyncio.fixture
async def service(push_service: PushService) -> PushService:
    return push_service


@pytest_asyncio.fixture
async def engine(service: PushService, tmp_path: Path) -> AsyncIterator[Engine]:
    """The delivery engine with that push service."""
    async with Engine(tmp_path, service) as engine:
        yield engine
