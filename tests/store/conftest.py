"""A store on a real file, with a clock that the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pushbell.store.sqlite import SqliteStore
from tests.harness.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest_asyncio.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "pushbell.db", clock)
    yield store
    await store.close()
