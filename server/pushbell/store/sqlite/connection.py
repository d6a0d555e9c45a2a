"""Opening the database file: pragmas, migrations, and the version of SQLite that this Python carries."""

import logging
import sqlite3
from importlib import resources
from pathlib import Path

import aiosqlite

from pushbell.store import StoreError

log = logging.getLogger(__name__)

# Before this version two connections that write or checkpoint at the same moment can corrupt a WAL database. Here
# exactly one connection ever does, but a second program (sqlite3, Litestream) beside the server would be the second.
SAFE_WITH_TWO_WRITERS = (3, 51, 3)

WRITER_PRAGMAS = (
    "PRAGMA wal_autocheckpoint = 8000",  # 32 MB: under load fewer, larger checkpoints keep the slowest commits short
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a 200 means on disk: NORMAL would lose the last commits with the power
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_size_limit = 67108864",
)

# From then on the writer itself waits for a lock, a little at a time: SQLite would keep all who came meanwhile waiting
# for the whole of its own time once more.
SHORT_WAIT = "PRAGMA busy_timeout = 250"


async def open_writer(path: Path) -> aiosqlite.Connection:
    """The only connection that writes and checkpoints; brings the schema up to date. Raises StoreError."""
    if sqlite3.sqlite_version_info < SAFE_WITH_TWO_WRITERS:
        log.debug("SQLite %s: never write to the database with another program meanwhile", sqlite3.sqlite_version)
    try:
        path.open("ab").close()  # a connection that fails to open leaves a thread behind that outlives the event loop
        # isolation_level=None: transactions begin and end where the writer says so, never implicitly.
        connection = await aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot open {path}: {error}") from error
    try:
        version = await known_version(connection)
        for pragma in WRITER_PRAGMAS:
            await connection.execute_fetchall(pragma)
        await migrate(connection, version)
        await connection.execute_fetchall(SHORT_WAIT)
    except (sqlite3.Error, StoreError) as error:
        await connection.close()
        raise StoreError(f"cannot use {path}: {error}") from error
    return connection


async def open_reader(path: Path) -> aiosqlite.Connection:
    """A connection that cannot write, so that a bug in a query cannot either."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = await aiosqlite.connect(uri, uri=True, isolation_level=None, cached_statements=256)
    await connection.execute_fetchall("PRAGMA busy_timeout = 5000")
    return connection


def migrations() -> list[tuple[int, str]]:
    """The numbered `.sql` files in order: (version, text)."""
    folder = resources.files(__package__) / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(int(file.name[:4]), file.read_text(encoding="utf-8")) for file in files]


async def known_version(connection: aiosqlite.Connection) -> int:
    """The schema's number, 0 of a new file. What a newer server or another program made is refused untouched."""
    [[version]] = await connection.execute_fetchall("PRAGMA user_version")
    [[tables]] = await connection.execute_fetchall("SELECT count(*) FROM sqlite_schema")
    newest = migrations()[-1][0]
    if version > newest:
        raise StoreError(f"its schema {version} is newer than this server's {newest}: install the newer Pushbell")
    if version == 0 and tables:
        raise StoreError("it is the database of another program")
    return int(version)


async def migrate(connection: aiosqlite.Connection, version: int) -> None:
    """Apply what is missing, each file in a transaction of its own with its version number."""
    for number, sql in migrations():
        if number > version:
            try:
                await connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
            except sqlite3.Error:
                await connection.rollback()
                raise
            log.info("database schema %d applied", number)
