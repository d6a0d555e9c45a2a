"""What the database file says when nobody writes to it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.harness.server import Server


@dataclass(frozen=True)
class Books:
    """`states` are the totals of the balance sheet, `rows` the ledger's own count of them, `texts` the messages."""

    accepted: int
    pending: int
    states: dict[str, int]
    rows: dict[str, int]
    texts: list[str]

    def faults(self) -> list[str]:
        """What does not add up."""
        found = []
        if self.accepted != sum(self.states.values()) + self.pending:
            found.append(f"accepted {self.accepted} is not {self.states} and {self.pending} pending")
        if self.states != self.rows:
            found.append(f"the totals say {self.states}, the ledger has {self.rows}")
        return found


def read_books(server: Server) -> Books:
    """Only while the server does not run. Fails when SQLite finds the file damaged."""
    return read_file(server.data_dir / "pushbell.db")


def read_file(path: Path) -> Books:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        totals = dict(database.execute("SELECT state, count FROM totals WHERE count > 0"))
        accepted = totals.pop("accepted", 0)
        [(rest,)] = database.execute("SELECT coalesce(sum(rest), 0) FROM fanouts")
        rows = dict(database.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
        texts = [text for (text,) in database.execute("SELECT message FROM messages ORDER BY seq")]
    return Books(accepted, rest + rows.pop("due", 0), totals, rows, texts)
