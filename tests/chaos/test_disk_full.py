"""The disk is full: publishes are refused, everything else goes on, and space that comes back is used at once."""

import asyncio
import os
import resource
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.books import read_books
from tests.chaos.ledger import Outcome
from tests.chaos.traffic import Follower, Traffic
from tests.harness.device import AppDevice
from tests.harness.push_service import PushService
from tests.harness.server import Server

TOPICS = tuple(f"topic{number}" for number in range(4))
PUSHED = "pushed"
RECOVERY_S = 2.0


async def test_no_file_may_grow(server, device, push_service):
    """The file system says so late: SQLite sees an I/O error."""
    await survive(server, await device().subscribe(PUSHED), growing_is_refused, rounds=2)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")
async def test_the_file_system_is_full(small_disk):
    server, device = small_disk
    await survive(server, device, nothing_is_left, rounds=2)


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")
async def test_twenty_times_full(small_disk):
    server, device = small_disk
    await survive(server, device, nothing_is_left, rounds=20)


@pytest_asyncio.fixture
async def small_disk(tmp_path: Path, push_service: PushService) -> AsyncIterator[tuple[Server, AppDevice]]:
    """A server whose data directory is a file system of 16 MB, and a device."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(data_dir))
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not allow mounting")
    server = Server(data_dir, PUSHBELL_PUSH_ALLOWED_SERVICES=push_service.origin)
    try:
        await server.start()
        yield server, await AppDevice(server, push_service).subscribe(PUSHED)
    finally:
        await server.close()
        subprocess.run(("umount", "--lazy", str(data_dir)), check=True)


@contextmanager
def growing_is_refused(server: Server) -> Iterator[None]:
    """No file of this process may become longer than its log is now."""
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    size = (server.data_dir / "pushbell.db-wal").stat().st_size
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, hard))
    yield
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def nothing_is_left(server: Server) -> Iterator[None]:
    """Another file takes all the space that there is."""
    ballast = server.data_dir / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


async def survive(server, device, full, rounds):
    traffic = Traffic(server)
    follower = Follower(traffic, ",".join((*TOPICS, PUSHED)))
    async with follower.reading(), traffic.flowing(*TOPICS, PUSHED, pause_s=0.005):
        recoveries_s = [await fill_and_free(server, traffic, follower, full) for _ in range(rounds)]
    async with follower.reading():
        await follower.catch_up()
    pushed = [message["id"] for message in follower.received if message["topic"] == PUSHED]
    await device.service.until(lambda: len(device.phone.pushes) >= 1 + len(pushed), timeout_s=30)
    assert await server.stop() == 0

    assert traffic.ledger.faults(follower.received) == []
    assert traffic.ledger.of(Outcome.UNKNOWN) == []
    assert {entry.status for entry in traffic.ledger.of(Outcome.REFUSED)} == {507}
    books = read_books(server)
    assert books.faults() == []
    assert sorted(books.texts) == sorted(message["message"] for message in follower.received)
    assert (books.accepted, books.states) == (len(pushed), {"delivered": len(pushed)})
    print(
        f"{rounds} times full: {len(books.texts)} stored, "
        f"{len(traffic.ledger.of(Outcome.REFUSED))} refused with 507; "
        f"back after {max(recoveries_s) * 1000:.0f} ms at most; "
        f"{len(device.phone.pushes) - 1 - len(pushed)} pushes twice"
    )


async def fill_and_free(server, traffic, follower, full) -> float:
    """Returns how long after there is room again a message was accepted."""
    resumed = follower.resumed
    entries = traffic.ledger.entries
    before = len(follower.received)
    await follower.until(lambda: len(follower.received) >= before + 20)
    with full(server):
        refused = len(traffic.ledger.of(Outcome.REFUSED))
        async with asyncio.timeout(10):
            while len(traffic.ledger.of(Outcome.REFUSED)) < refused + 20:
                await traffic.publish(TOPICS[0])
        stored = await server.poll(",".join((*TOPICS, PUSHED)))
        known = {message["id"] for message in stored}
        assert all(entry.id in known for entry in list(entries.values()) if entry.id)
        async with server.request("GET", "/v1/health") as answer:
            assert answer.status == 503
    freed_at = time.monotonic()
    await follower.until(lambda: any(e.intended_at > freed_at for e in traffic.ledger.of(Outcome.ACKNOWLEDGED)))
    recovery_s = time.monotonic() - freed_at
    assert recovery_s <= RECOVERY_S
    assert follower.resumed == resumed or resumed == -1, "the stream was cut"
    return recovery_s
