"""Read-only connections, and rows as JSON.

A query is wrapped so that SQLite builds one JSON array of objects, which msgspec decodes straight into structs: one
step of SQLite instead of one per row, for the reason told in `writer.py`.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import msgspec

from pushbell.store.sqlite.connection import open_reader

T = TypeVar("T", bound=msgspec.Struct)

Value = str | int | float | None


class Reader:
    """A fixed number of read-only connections, lent one query at a time."""

    def __init__(self, connections: Sequence[aiosqlite.Connection]) -> None:
        self._connections = connections
        self._free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for connection in connections:
            self._free.put_nowait(connection)

    @classmethod
    async def open(cls, path: Path, count: int = 2) -> "Reader":
        return cls([await open_reader(path) for _ in range(count)])

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()

    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Plain rows, for queries that return a few."""
        connection = await self._free.get()
        try:
            return [tuple(row) for row in await connection.execute_fetchall(sql, parameters)]
        finally:
            self._free.put_nowait(connection)

    async def value(self, sql: str, parameters: Sequence[Value] = ()) -> Any:
        """The first column of the first row, or None."""
        rows = await self.rows(sql, parameters)
        return rows[0][0] if rows else None

    async def structs(self, kind: type[T], columns: str, query: str, parameters: Sequence[Value] = ()) -> list[T]:
        """The rows of `query` (a SELECT) as structs.

        `columns` are the arguments of SQL's `json_object`, or of `json_array` for a struct that is `array_like`.
        """
        shape = "json_array" if kind.__struct_config__.array_like else "json_object"
        text = await self.value(f"SELECT json_group_array({shape}({columns})) FROM ({query})", parameters)
        return msgspec.json.decode(text, type=list[kind])  # type: ignore[valid-type]
