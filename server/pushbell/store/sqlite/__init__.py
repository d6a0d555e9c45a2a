"""The SQLite engine: one writer, a few readers, one table class per noun."""

from pathlib import Path

import aiosqlite

from pushbell.clock import Clock, SystemClock
from pushbell.store.sqlite.connection import open_writer
from pushbell.store.sqlite.deliveries import DeliveryTable
from pushbell.store.sqlite.devices import DeviceTable
from pushbell.store.sqlite.messages import MessageTable
from pushbell.store.sqlite.reader import Reader
from pushbell.store.sqlite.writer import Writer, each


class SqliteStore:
    """Implements `store.Store` on one database file."""

    def __init__(self, writer: Writer, reader: Reader, messages: MessageTable) -> None:
        self.messages = messages
        self.devices = DeviceTable(writer, reader)
        self.deliveries = DeliveryTable(writer, reader)
        self._writer, self._reader = writer, reader

    @classmethod
    async def open(cls, path: Path, clock: Clock | None = None, max_pending: int = 10_000) -> "SqliteStore":
        """Open or create the file and bring its schema up to date. Raises StoreError."""
        clock = clock or SystemClock()
        writer = Writer(await open_writer(path), max_pending)
        reader = await Reader.open(path)
        return cls(writer, reader, await MessageTable.load(writer, reader, clock))

    async def check(self) -> None:
        await self._writer.write(TOUCH, None)
        await self._reader.value("SELECT count(*) FROM totals")

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()  # last: only who can write puts the log back into the one file that people copy


async def _touch(connection: aiosqlite.Connection, _: None) -> None:
    """A write that has to reach the disk: SQLite would skip one that leaves every value as it is."""
    await connection.execute_fetchall("UPDATE pulse SET beats = beats + 1")


TOUCH = each(_touch)
