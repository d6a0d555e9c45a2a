"""Retention in one transaction: what is still owed of an expired message is settled as expired, then all of it goes."""

from collections.abc import Sequence

import aiosqlite

from pushbell.store.sqlite.writer import each

# How long the ledger of an uncached message can still be asked for when all of it is settled.
UNCACHED_FOR_S = 3_600

CANDIDATES = """
    SELECT seq FROM messages WHERE expires <= ?1
    UNION
    SELECT seq FROM messages m WHERE cached = 0 AND time <= ?2
        AND NOT EXISTS (SELECT 1 FROM fanouts f WHERE f.seq = m.seq)
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = m.seq AND d.state = 'due')
    LIMIT ?3
"""

STEPS = (
    "UPDATE deliveries SET state = 'expired', due_at = 0 WHERE state = 'due' AND seq IN (SELECT seq FROM pruned)",
    # Whoever a fan-out had not reached yet has no row in the ledger, and expired with the message all the same.
    """UPDATE totals SET count = count + (
           SELECT coalesce(sum(rest), 0) FROM fanouts WHERE seq IN (SELECT seq FROM pruned))
       WHERE state = 'expired'""",
    "UPDATE fanouts SET rest = 0 WHERE seq IN (SELECT seq FROM pruned)",
    "DELETE FROM fanouts WHERE seq IN (SELECT seq FROM pruned)",
    "DELETE FROM deliveries WHERE seq IN (SELECT seq FROM pruned)",
    "DELETE FROM receipts WHERE seq IN (SELECT seq FROM pruned)",
    "DELETE FROM messages WHERE seq IN (SELECT seq FROM pruned)",
)


async def _prune(connection: aiosqlite.Connection, item: tuple[int, int]) -> int:
    now, limit = item
    await connection.execute_fetchall("CREATE TEMP TABLE IF NOT EXISTS pruned (seq INTEGER PRIMARY KEY)")
    await connection.execute_fetchall("DELETE FROM pruned")
    values: Sequence[int] = (now, now - UNCACHED_FOR_S, limit)
    await connection.execute_fetchall(f"INSERT INTO pruned {CANDIDATES}", values)
    [[count]] = await connection.execute_fetchall("SELECT count(*) FROM pruned")
    if count:
        for step in STEPS:
            await connection.execute_fetchall(step)
    return int(count)


PRUNE = each(_prune)
