"""The one writer: everything that waits is written in as few transactions as possible (group commit).

An operation takes *many* items at once and ideally is a single SQL statement over `json_each`. That matters twice: a
commit costs one fsync however many items it carries, and SQLite runs a single statement in one step, without the GIL,
while the event loop goes on. Row by row, the thread would have to fight for the GIL after each row.
"""

import asyncio
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import aiosqlite

from pushbell.store import StoreBusy, StoreError, StoreFull

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")

PATIENCE_S = 5.0  # so long a write waits while another program holds the database's lock
LARGEST_BATCH = 2_000  # items in one transaction, so that the first of them does not wait for thousands of others
IDLE_BEFORE_CHECKPOINT_S = 5.0


@dataclass(frozen=True, eq=False)
class Operation(Generic[T, R]):
    """Writes `items` and returns one result for each. With `single`, it is one statement and needs no BEGIN.

    It may run twice: when a transaction with many items fails, each item gets a transaction of its own.
    `committed` is called on the loop with the results, before their callers go on; it must not block or raise.
    """

    run: Callable[[aiosqlite.Connection, Sequence[T]], Awaitable[Sequence[R]]]
    single: bool = False
    committed: Callable[[Sequence[R]], None] | None = None


def each(function: Callable[[aiosqlite.Connection, T], Awaitable[R]]) -> Operation[T, R]:
    """An operation that handles its items one after the other in one transaction."""

    async def run(connection: aiosqlite.Connection, items: Sequence[T]) -> list[R]:
        return [await function(connection, item) for item in items]

    return Operation(run)


class Entry(NamedTuple):
    """One caller of `write`. At `until` (loop time) it stops waiting for another program's lock."""

    item: Any
    done: asyncio.Future[Any]
    until: float


class Writer:
    """Owns the writing connection and the queue before it, which holds at most `max_pending` items."""

    def __init__(self, connection: aiosqlite.Connection, max_pending: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._max_pending = max_pending
        self._pending = 0
        self._queues: OrderedDict[Operation[Any, Any], list[Entry]] = OrderedDict()
        self._wakeup = asyncio.Event()
        self._closing = False
        self._in_trouble = False
        self._task = self._loop.create_task(self._run(), name="store-writer")

    async def write(self, operation: Operation[T, R], item: T) -> R:
        """Durable when it returns. Raises StoreBusy when too much waits, StoreFull, StoreError."""
        if self._pending >= self._max_pending or self._closing:
            raise StoreBusy("too many writes are waiting")
        done: asyncio.Future[R] = self._loop.create_future()
        self._queues.setdefault(operation, []).append(Entry(item, done, self._loop.time() + PATIENCE_S))
        self._pending += 1
        self._wakeup.set()
        return await done

    async def close(self) -> None:
        """Write what is queued, then close the connection."""
        self._closing = True
        self._wakeup.set()
        await self._task
        await self._connection.close()

    async def _run(self) -> None:
        while not (self._closing and not self._queues):
            if not self._queues:
                self._wakeup.clear()
                await self._wait_or_checkpoint()
                continue
            operation, entries = self._queues.popitem(last=False)
            if len(entries) > LARGEST_BATCH:
                self._queues[operation] = entries[LARGEST_BATCH:]
                entries = entries[:LARGEST_BATCH]
            await self._commit(operation, entries)

    async def _wait_or_checkpoint(self) -> None:
        try:
            async with asyncio.timeout(IDLE_BEFORE_CHECKPOINT_S):
                await self._wakeup.wait()
        except TimeoutError:
            # Nobody waits: a good moment to give the log's space back. A reader in the way only makes it do less.
            try:
                await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                log.warning("checkpoint failed: %s", error)
            await self._wakeup.wait()

    async def _commit(self, operation: Operation[Any, Any], entries: Sequence[Entry]) -> None:
        try:
            results = await self._transact(operation, [entry.item for entry in entries])
        except sqlite3.Error as error:
            problem = translate(error)
            if len(entries) > 1 and type(problem) is StoreError:
                for entry in entries:  # one bad item must not take the others with it
                    await self._commit(operation, [entry])
                return
            self._note_trouble(error)
            self._settle(self._put_back(operation, entries) if type(problem) is StoreBusy else entries, problem)
            return
        self._note_success()
        if operation.committed:
            operation.committed(results)
        self._settle(entries, results)

    def _put_back(self, operation: Operation[Any, Any], entries: Sequence[Entry]) -> Sequence[Entry]:
        """Queue those again that may wait for the lock some more; return the others."""
        now = self._loop.time()
        if patient := [entry for entry in entries if now < entry.until]:
            self._queues[operation] = patient + self._queues.get(operation, [])
        return [entry for entry in entries if now >= entry.until]

    def _note_trouble(self, error: sqlite3.Error) -> None:
        """One line for a whole outage: the log may be on the disk that is full."""
        if not self._in_trouble:
            log.error("writes fail: %s", error)
        self._in_trouble = True

    def _note_success(self) -> None:
        if self._in_trouble:
            log.warning("writes succeed again")
        self._in_trouble = False

    def _settle(self, entries: Sequence[Entry], outcome: Sequence[Any] | StoreError) -> None:
        self._pending -= len(entries)
        for index, entry in enumerate(entries):
            if entry.done.done():  # its caller was cancelled; the write stands
                continue
            if isinstance(outcome, StoreError):
                entry.done.set_exception(outcome)
            else:
                entry.done.set_result(outcome[index])

    async def _transact(self, operation: Operation[Any, Any], items: Sequence[Any]) -> Sequence[Any]:
        if operation.single:
            return await operation.run(self._connection, items)
        await self._connection.execute_fetchall("BEGIN IMMEDIATE")
        try:
            results = await operation.run(self._connection, items)
            await self._connection.execute_fetchall("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                await self._connection.execute_fetchall("ROLLBACK")
            raise
        return results


def translate(error: sqlite3.Error) -> StoreError:
    """SQLite's result code as the store's own word."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # A write that fails on a full disk comes as FULL, or as IOERR when the file system says so late.
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return StoreFull(str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(str(error))
    return StoreError(str(error))
