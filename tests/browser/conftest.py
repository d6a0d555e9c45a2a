"""One Firefox and one Chromium for the whole run. A test is alone with its origin: its own server on its own port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.harness.server import Server

from .app import App
from .browser import Browser
from .lab import ChromiumLab, FirefoxLab, Lab, PushService, may_be_missing, missing_programs

HERE = Path(__file__).parent
LABS: dict[str, type[FirefoxLab] | type[ChromiumLab]] = {"firefox": FirefoxLab, "chromium": ChromiumLab}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browsers outlive a test, so all tests of this folder share their event loop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["firefox", "chromium"])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    missing = missing_programs(request.param)
    if missing and may_be_missing():
        pytest.skip(f"NOT PROVEN IN {request.param.upper()}: {' and '.join(missing)} not installed")
    assert not missing, f"not installed: {missing}"
    lab: Lab = LABS[request.param]()
    await lab.start()
    yield lab
    await lab.stop()
    if isinstance(lab, ChromiumLab):
        assert lab.proxy.refused == [], "a server has reached for more than the push service"


@pytest_asyncio.fixture(loop_scope="session")
async def browser(lab: Lab) -> AsyncIterator[Browser]:
    """A browser at an empty page, with an empty console."""
    lab.browser.console.clear()
    yield lab.browser
    await lab.browser.put_away_notifications()
    await lab.browser.open("about:blank")


@pytest.fixture
def push(lab: Lab) -> PushService:
    """The browser's push service, in order, with nothing waiting from the test before."""
    lab.push.endpoints.accept()
    lab.push.endpoints.clear()
    return lab.push


@pytest_asyncio.fixture(loop_scope="session")
async def server(lab: Lab, tmp_path: Path) -> AsyncIterator[Server]:
    """The real server, which reaches this browser's push service by its settings alone."""
    server = Server(tmp_path / "data", PUSHBELL_PUSH_CONTACT="mailto:owner@example.com", **lab.server_options)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def app(browser: Browser, push: PushService, server: Server) -> App:
    return App(browser, server.url)
