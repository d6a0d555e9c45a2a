"""Messages in SQLite. Fan-outs come into being by a trigger of the same statement: see the schema."""

from collections.abc import Sequence
from typing import Any

import aiosqlite
import msgspec

from pushbell.clock import Clock
from pushbell.message import Message
from pushbell.store import Fanout, OnCommit
from pushbell.store.sqlite.prune import PRUNE
from pushbell.store.sqlite.reader import Reader
from pushbell.store.sqlite.writer import Operation, Writer

FIELDS = Message.__struct_fields__

# A message travels as a JSON array in the order of its fields. `->>` gives SQL's 0 and 1 for JSON's booleans and JSON
# text for arrays, just what the columns hold.
INSERT = f"""
    INSERT INTO messages ({", ".join(FIELDS)})
    SELECT {", ".join(f"value ->> {index}" for index in range(len(FIELDS)))} FROM json_each(?)
"""
_AS_JSON = {"tags": "json(tags)", "cached": "json(iif(cached, 'true', 'false'))"}
COLUMNS = ", ".join(_AS_JSON.get(field, field) for field in FIELDS)

# Larger lists of topics than this are cut into pieces: SQLite joins at most 500 SELECTs by UNION.
LARGEST_UNION = 400


class MessageTable:
    """Implements `store.Messages`."""

    def __init__(self, writer: Writer, reader: Reader, clock: Clock, last_seq: int) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock
        self._last_seq = last_seq
        self._listeners: list[OnCommit] = []
        self._add = Operation(self._insert, single=True, committed=self._announce)

    @classmethod
    async def load(cls, writer: Writer, reader: Reader, clock: Clock) -> "MessageTable":
        # sqlite_sequence remembers the highest seq even when its message was pruned: a cursor is never reused.
        last = await reader.value("SELECT seq FROM sqlite_sequence WHERE name = 'messages'")
        return cls(writer, reader, clock, last or 0)

    def on_commit(self, listener: OnCommit) -> None:
        self._listeners.append(listener)

    async def add_message(self, message: Message) -> Message:
        stored, _ = await self._writer.write(self._add, message)
        return stored

    async def _insert(
        self, connection: aiosqlite.Connection, items: Sequence[Message]
    ) -> Sequence[tuple[Message, list[Fanout]]]:
        messages = [message.numbered(self._last_seq + index) for index, message in enumerate(items, 1)]
        before = connection.total_changes
        await connection.execute_fetchall(INSERT, (msgspec.json.encode(messages).decode(),))
        self._last_seq = messages[-1].seq
        fanouts: dict[int, list[Fanout]] = {}
        if connection.total_changes - before > len(messages):  # the trigger found somebody to tell
            rows = await connection.execute_fetchall(
                "SELECT seq, service, topic, urgent, cursor, upto, owed FROM fanouts WHERE seq BETWEEN ? AND ?",
                (messages[0].seq, messages[-1].seq),
            )
            for row in rows:
                fanout = to_fanout(row)
                fanouts.setdefault(fanout.seq, []).append(fanout)
        return [(message, fanouts.get(message.seq, [])) for message in messages]

    def _announce(self, results: Sequence[tuple[Message, list[Fanout]]]) -> None:
        messages = [message for message, _ in results]
        fanouts = [fanout for _, those in results for fanout in those]
        for listener in self._listeners:
            listener(messages, fanouts)

    async def seq_of(self, message_id: str) -> int | None:
        seq: int | None = await self._reader.value("SELECT seq FROM messages WHERE id = ? AND cached", (message_id,))
        return seq

    async def message(self, message_id: str) -> Message | None:
        found = await self._select("WHERE id = ?", message_id)
        return found[0] if found else None

    async def messages_by_seq(self, seqs: Sequence[int]) -> dict[int, Message]:
        wanted = msgspec.json.encode(seqs).decode()
        found = await self._select("WHERE seq IN (SELECT value FROM json_each(?))", wanted)
        return {message.seq: message for message in found}

    async def messages_since(self, topics: Sequence[str], after: int, upto: int, limit: int) -> list[Message]:
        now = int(self._clock.now())
        return await self._merge(
            topics, "AND cached AND expires > ? AND seq > ? AND seq <= ?", (now, after, upto), limit
        )

    async def messages_before(self, topics: Sequence[str], before: int, limit: int) -> list[Message]:
        now = int(self._clock.now())
        return await self._merge(topics, "AND cached AND expires > ? AND seq < ?", (now, before), limit, newest=True)

    async def latest_messages(self, topics: Sequence[str]) -> list[Message]:
        now = int(self._clock.now())
        wanted = msgspec.json.encode(topics).decode()
        return await self._select(
            """WHERE seq IN (
                SELECT (SELECT max(seq) FROM messages WHERE topic = value AND cached AND expires > ?) FROM json_each(?)
            ) ORDER BY seq""",
            now,
            wanted,
        )

    async def seq_before_time(self, topics: Sequence[str], time: int) -> int:
        wanted = msgspec.json.encode(topics).decode()
        first: int | None = await self._reader.value(
            """SELECT min((SELECT min(seq) FROM messages WHERE topic = value AND time >= ? AND cached))
               FROM json_each(?)""",
            (time, wanted),
        )
        return self._last_seq if first is None else first - 1

    async def last_seq(self) -> int:
        return self._last_seq

    async def prune_messages(self, now: int, limit: int) -> int:
        return await self._writer.write(PRUNE, (now, limit))

    async def _merge(
        self, topics: Sequence[str], where: str, parameters: tuple[int, ...], limit: int, *, newest: bool = False
    ) -> list[Message]:
        """One walk along the index per topic, each at most `limit` long, then their merge."""
        order = f"ORDER BY seq {'DESC' if newest else 'ASC'} LIMIT {limit:d}"
        found: list[Message] = []
        for start in range(0, len(topics), LARGEST_UNION):
            part = topics[start : start + LARGEST_UNION]
            walk = f"SELECT * FROM (SELECT * FROM messages WHERE topic = ? {where} {order})"
            query = " UNION ALL ".join([walk] * len(part)) + f" {order}"
            values: list[str | int] = []
            for topic in part:
                values += (topic, *parameters)
            found += await self._reader.structs(Message, COLUMNS, query, values)
        if len(topics) > LARGEST_UNION:
            found.sort(key=lambda message: message.seq, reverse=newest)
        return found[:limit]

    async def _select(self, where: str, *parameters: str | int) -> list[Message]:
        return await self._reader.structs(Message, COLUMNS, f"SELECT * FROM messages {where}", parameters)


def to_fanout(row: Any) -> Fanout:
    seq, service, topic, urgent, cursor, upto, owed = row
    return Fanout(seq=seq, service=service, topic=topic, urgent=bool(urgent), cursor=cursor, upto=upto, owed=owed)
