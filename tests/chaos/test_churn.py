"""Readers that come and go, as phones do all day."""

from pathlib import Path

import pytest

from tests.harness.reader import FORMS
from tests.harness.server import Server
from tests.harness.stalled import StalledReader, open_streams

ROUNDS, READERS = 5, 500


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
async def test_a_reader_that_has_gone_leaves_nothing_behind(tmp_path, form):
    server = await Server(tmp_path / "data", PUSHBELL_METRICS_ENABLED="true").start()
    try:
        for _ in range(ROUNDS):  # until Python has as much memory as it likes to have
            await come_and_go(server, form)
        before = resident_bytes(server)
        for _ in range(ROUNDS):
            await come_and_go(server, form)
        assert resident_bytes(server) - before < ROUNDS * READERS * 3_000
        assert "Traceback" not in server.log
    finally:
        await server.close()


async def come_and_go(server: Server, form: str) -> None:
    """Open many streams, then break all of the connections."""
    readers = [await StalledReader.open(server, f"topic-{number}", form) for number in range(READERS)]
    assert await open_streams(server) == READERS
    for reader in readers:
        reader.close()
    while await open_streams(server):
        pass


def resident_bytes(server: Server) -> int:
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * 4096
