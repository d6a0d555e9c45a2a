"""A database that this server must not touch: it says so in one line, exits with 3, and leaves the file as it was."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pushbell.message import Message
from pushbell.store.sqlite import SqliteStore

HEADER = 100  # bytes: the file format's own header (sqlite.org/fileformat.html)


def garbage(file: Path) -> None:
    file.write_bytes(b"This is no database. " * 1000)


def broken_header(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[:16] = b"\0" * 16
    file.write_bytes(data)


def broken_schema(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[HEADER:4096] = os.urandom(4096 - HEADER)
    file.write_bytes(data)


def truncated(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2 // 4096 * 4096])


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 9999")


def newer_without_wal(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 9999")
        database.execute("PRAGMA journal_mode = DELETE")


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE messages (id TEXT)")


def directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (garbage, "file is not a database"),
        (truncated, "malformed"),
        (newer, "newer"),
        pytest.param(broken_header, "file is not a database", marks=pytest.mark.long),
        pytest.param(broken_schema, "malformed", marks=pytest.mark.long),
        pytest.param(newer_without_wal, "newer", marks=pytest.mark.long),
        pytest.param(foreign, "another program", marks=pytest.mark.long),
        pytest.param(directory, "Is a directory", marks=pytest.mark.long),
    ],
)
async def test_it_does_not_start_on(damage: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    file = await a_database(tmp_path)
    damage(file)
    before = content(file)
    done = start(tmp_path / "data")
    assert done.returncode == 3
    assert done.stdout == ""
    *_, line = [line for line in done.stderr.splitlines() if "info " not in line]
    assert "cannot start" in line
    assert str(file) in line
    assert said in line
    assert "Traceback" not in done.stderr
    assert content(file) == before


async def a_database(folder: Path) -> Path:
    """One with messages in it."""
    data_dir = folder / "data"
    data_dir.mkdir()
    file = data_dir / "pushbell.db"
    store = await SqliteStore.open(file)
    now = int(time.time())
    for number in range(20):
        await store.messages.add_message(Message(id=f"message{number:05}", topic="door", time=now, expires=now + 3600))
    await store.close()
    return file


def content(file: Path) -> bytes:
    return b"" if file.is_dir() else file.read_bytes()


def start(data_dir: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pushbell", "serve", "--listen", "127.0.0.1:0", "--data-dir", str(data_dir)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
