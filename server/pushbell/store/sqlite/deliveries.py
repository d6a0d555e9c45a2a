"""Fan-outs, due deliveries and the ledger in SQLite."""

from collections.abc import Sequence
from typing import Final

import aiosqlite
import msgspec

from pushbell.store import Balance, Delivery, DeliveryState, Due, Fanout, Receipt, Settlement, Target
from pushbell.store.sqlite.devices import COLUMNS as DEVICE
from pushbell.store.sqlite.ledger import SETTLE, SETTLE_REST, as_json
from pushbell.store.sqlite.reader import Reader
from pushbell.store.sqlite.writer import Writer, each

THROTTLED: Final = (406, 429)  # statuses with which a push service asks for patience with one device

SUPERSEDED = """EXISTS (
    SELECT 1 FROM messages later WHERE later.topic = m.topic AND later.sequence_id <> '' AND later.seq > m.seq
        AND later.sequence_id = iif(m.sequence_id = '', m.id, m.sequence_id))"""

OPEN_FANOUTS = f"""
    SELECT f.*, {SUPERSEDED} AS superseded FROM fanouts f JOIN messages m ON m.seq = f.seq
    WHERE f.service = ? AND f.urgent = ? AND f.seq > ? ORDER BY f.seq LIMIT ?
"""
FANOUT = ", ".join(f"'{name}', {name}" for name in ("seq", "service", "topic", "cursor", "upto", "owed")) + (
    ", 'urgent', json(iif(urgent, 'true', 'false')), 'superseded', json(iif(superseded, 'true', 'false'))"
)

TARGETS = """
    SELECT d.*, s.number AS subscription, s.min_priority, s.muted_until, EXISTS (
        SELECT 1 FROM deliveries w WHERE w.device = d.number AND w.state = 'due' AND w.behind = 0 AND w.holds
            AND w.seq < ?1 AND (w.urgent >= ?7 OR w.attempts > 0)
        UNION ALL
        SELECT 1 FROM deliveries w WHERE w.device = d.number AND w.state = 'due' AND w.behind = 1
            AND w.seq < ?1 AND w.urgent >= ?7) AS waits
    FROM subscriptions s JOIN devices d ON d.number = s.device
    WHERE s.topic = ?2 AND s.service = ?3 AND s.number > ?4 AND s.number <= ?5
        AND NOT EXISTS (SELECT 1 FROM deliveries l WHERE l.seq = ?1 AND l.device = s.device)
    ORDER BY s.number LIMIT ?6
"""
TARGET = (
    f"'device', json_object({DEVICE}), 'subscription', subscription, 'min_priority', min_priority, "
    "'muted_until', muted_until, 'waits', json(iif(waits, 'true', 'false'))"
)

# What may be sent to the device of `d`, in its order: what is due, and what waits behind that.
IN_ORDER = """
    SELECT * FROM (
        SELECT seq, attempts, urgent FROM deliveries
        WHERE device = d.device AND state = 'due' AND behind = 0 AND due_at <= ?2
        UNION ALL
        SELECT * FROM (
            SELECT seq, attempts, urgent FROM deliveries WHERE device = d.device AND state = 'due' AND behind = 1
            ORDER BY urgent DESC, seq LIMIT ?4)
        WHERE NOT EXISTS (
            SELECT 1 FROM deliveries
            WHERE device = d.device AND state = 'due' AND behind = 0 AND holds AND due_at > ?2)
    ) ORDER BY urgent DESC, seq LIMIT ?4 + 1
"""
OWED = f"""
    SELECT json_group_array(json_object('seq', m.seq, 'min_priority', s.min_priority, 'muted_until', s.muted_until,
        'attempts', w.attempts, 'superseded', json(iif({SUPERSEDED}, 'true', 'false'))))
    FROM ({IN_ORDER}) w
    CROSS JOIN messages m ON m.seq = w.seq CROSS JOIN subscriptions s ON s.device = d.device AND s.topic = m.topic
"""
DUE_DELIVERIES = f"""
    SELECT v.*, ({OWED}) AS owed FROM deliveries d JOIN devices v ON v.number = d.device
    WHERE d.service = ?1 AND d.state = 'due' AND d.behind = 0 AND d.due_at <= ?2
    ORDER BY d.urgent DESC, d.due_at, d.seq LIMIT ?3
"""
DUE = f"'device', json_object({DEVICE}), 'owed', json(owed)"

WAS_DELIVERED = """
    SELECT EXISTS (
        SELECT 1 FROM messages m JOIN deliveries d ON d.seq = m.seq
        WHERE m.topic = ?1 AND m.sequence_id = ?2 AND m.sequence_id <> '' AND m.event = 'message'
            AND d.device = ?3 AND d.state = 'delivered'
        UNION ALL
        SELECT 1 FROM messages m JOIN deliveries d ON d.seq = m.seq
        WHERE m.id = ?2 AND m.topic = ?1 AND d.device = ?3 AND d.state = 'delivered')
"""

RECORD = """
    INSERT INTO receipts (seq, device, received_at, shown_at, clicked_at, closed_at)
    SELECT m.seq, d.number, r.value ->> 'received_at', r.value ->> 'shown_at', r.value ->> 'clicked_at',
        r.value ->> 'closed_at'
    FROM json_each(?) r JOIN messages m ON m.id = r.value ->> 'id' JOIN devices d ON d.id = ?
    WHERE EXISTS (SELECT 1 FROM deliveries l WHERE l.seq = m.seq AND l.device = d.number)
        OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.device = d.number AND s.topic = m.topic)
    ON CONFLICT (seq, device) DO UPDATE SET
        received_at = coalesce(received_at, excluded.received_at), shown_at = coalesce(shown_at, excluded.shown_at),
        clicked_at = coalesce(clicked_at, excluded.clicked_at), closed_at = coalesce(closed_at, excluded.closed_at)
"""

DELIVERIES_OF = """
    SELECT d.*, r.received_at, r.shown_at, r.clicked_at, r.closed_at
    FROM messages m JOIN deliveries d ON d.seq = m.seq LEFT JOIN receipts r ON r.seq = d.seq AND r.device = d.device
    WHERE m.id = ? ORDER BY d.device LIMIT ?
"""
DELIVERY = ", ".join(f"'{name}', {name}" for name in Delivery.__struct_fields__)

TALLY = """
    SELECT m.owed, (SELECT coalesce(sum(rest), 0) FROM fanouts f WHERE f.seq = m.seq),
        (SELECT json_group_object(state, n) FROM (
            SELECT state, count(*) AS n FROM deliveries d WHERE d.seq = m.seq GROUP BY state)),
        (SELECT json_object('received', count(received_at), 'shown', count(shown_at), 'clicked', count(clicked_at))
            FROM receipts r WHERE r.seq = m.seq)
    FROM messages m WHERE m.id = ?
"""

BALANCE = """
    SELECT state, count FROM totals
    UNION ALL
    SELECT 'pending', (SELECT coalesce(sum(rest), 0) FROM fanouts)
        + (SELECT count(*) FROM deliveries WHERE state = 'due')
"""


class DeliveryTable:
    """Implements `store.Deliveries`."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer, self._reader = writer, reader

    async def services_with_work(self) -> list[str]:
        sql = "SELECT service FROM fanouts UNION SELECT service FROM deliveries WHERE state = 'due' AND behind = 0"
        return [service for (service,) in await self._reader.rows(sql)]

    async def open_fanouts(self, service: str, *, urgent: bool, after: int, limit: int) -> list[Fanout]:
        return await self._reader.structs(Fanout, FANOUT, OPEN_FANOUTS, (service, urgent, after, limit))

    async def targets(self, fanout: Fanout, after: int, limit: int) -> list[Target]:
        values = (fanout.seq, fanout.topic, fanout.service, after, fanout.upto, limit, fanout.urgent)
        return await self._reader.structs(Target, TARGET, TARGETS, values)

    async def settle(self, settlements: Sequence[Settlement], walked: Sequence[Fanout] = ()) -> None:
        await self._writer.write(SETTLE, (settlements, walked))

    async def due_deliveries(self, service: str, now: float, limit: int, behind: int) -> list[Due]:
        return await self._reader.structs(Due, DUE, DUE_DELIVERIES, (service, now, limit, behind))

    async def next_due_at(self, service: str, after: float) -> float | None:
        sql = """SELECT min(due_at) FROM (
            SELECT min(due_at) AS due_at FROM deliveries
                WHERE service = ?1 AND state = 'due' AND behind = 0 AND urgent = 1 AND due_at > ?2
            UNION ALL
            SELECT min(due_at) FROM deliveries
                WHERE service = ?1 AND state = 'due' AND behind = 0 AND urgent = 0 AND due_at > ?2)"""
        found: float | None = await self._reader.value(sql, (service, after))
        return found

    async def hasten(self, service: str, now: float) -> None:
        await self._writer.write(HASTEN, (service, now))

    async def shrink_device(self, device: int, size_limit: int) -> None:
        await self._writer.write(SHRINK_DEVICE, (size_limit, device))

    async def mark_wrong_key(self, device: int, endpoint: str) -> None:
        await self._writer.write(MARK_WRONG_KEY, (device, endpoint))

    async def was_delivered(self, topic: str, sequence: str, device: int) -> bool:
        return bool(await self._reader.value(WAS_DELIVERED, (topic, sequence, device)))

    async def record_receipts(self, device_id: str, receipts: Sequence[Receipt], now: int) -> None:
        await self._writer.write(RECORD_RECEIPTS, (device_id, receipts, now))

    async def deliveries_of(self, message_id: str, limit: int) -> list[Delivery]:
        return await self._reader.structs(Delivery, DELIVERY, DELIVERIES_OF, (message_id, limit))

    async def tally(self, message_id: str) -> dict[str, int]:
        rows = await self._reader.rows(TALLY, (message_id,))
        if not rows:
            return {}
        owed, rest, states, receipts = rows[0]
        counts = dict.fromkeys(DeliveryState, 0) | msgspec.json.decode(states, type=dict[DeliveryState, int])
        counts[DeliveryState.DUE] += rest
        counts[DeliveryState.FILTERED] += owed - sum(counts.values())  # those that left before their turn
        tally = {"owed": owed} | {str(state): count for state, count in counts.items()}
        return tally | msgspec.json.decode(receipts, type=dict[str, int])

    async def balance(self) -> Balance:
        counts = dict(await self._reader.rows(BALANCE))
        return Balance(**counts)


async def _hasten(connection: aiosqlite.Connection, item: tuple[str, float]) -> None:
    service, now = item
    sql = f"""UPDATE deliveries SET due_at = ?2 WHERE service = ?1 AND state = 'due' AND behind = 0 AND due_at > ?2
        AND status NOT IN {THROTTLED}"""
    await connection.execute_fetchall(sql, (service, now))


async def _shrink_device(connection: aiosqlite.Connection, item: tuple[int, int]) -> None:
    await connection.execute_fetchall("UPDATE devices SET size_limit = ? WHERE number = ?", item)


async def _mark_wrong_key(connection: aiosqlite.Connection, item: tuple[int, str]) -> None:
    sql = "UPDATE devices SET state = 'wrong_key' WHERE number = ? AND endpoint = ? RETURNING number"
    if marked := [number for (number,) in await connection.execute_fetchall(sql, item)]:
        reason = "the browser subscribed with another VAPID key"
        await connection.execute_fetchall(SETTLE_REST, (as_json(marked), DeliveryState.FAILED, reason))


async def _record_receipts(connection: aiosqlite.Connection, item: tuple[str, Sequence[Receipt], int]) -> None:
    device_id, receipts, now = item
    await connection.execute_fetchall(RECORD, (as_json(receipts), device_id))
    await connection.execute_fetchall("UPDATE devices SET receipt_at = ? WHERE id = ?", (now, device_id))


HASTEN = each(_hasten)
SHRINK_DEVICE = each(_shrink_device)
MARK_WRONG_KEY = each(_mark_wrong_key)
RECORD_RECEIPTS = each(_record_receipts)
