"""Writing down outcomes. The sums of the balance sheet are kept by triggers: see the schema."""

from collections.abc import Sequence
from typing import Any

import aiosqlite
import msgspec

from pushbell.store import DeliveryState, Fanout, Settlement
from pushbell.store.sqlite.writer import Operation

Entry = tuple[Sequence[Settlement], Sequence[Fanout]]

# A row that is due is replaced; any other row is final. Why a delivery expired is what its last attempt came to.
REPLACE = """
    UPDATE deliveries SET
        state = s.value ->> 'state', attempts = s.value ->> 'attempts', at = s.value ->> 'at',
        due_at = s.value ->> 'due_at', holds = s.value ->> 'holds', behind = 0,
        status = iif(s.value ->> 'state' = 'expired', status, s.value ->> 'status'),
        reason = iif(s.value ->> 'state' = 'expired', reason, s.value ->> 'reason')
    FROM json_each(?) s
    WHERE deliveries.seq = s.value ->> 'seq' AND deliveries.device = s.value ->> 'device' AND deliveries.state = 'due'
"""
# A first outcome needs its open fan-out: without one, the delivery was counted when the fan-out closed. Nothing becomes
# due to a device that unsubscribed during the attempt.
INSERT = """
    INSERT INTO deliveries
        (seq, device, device_name, service, urgent, state, attempts, status, reason, at, due_at, holds)
    SELECT f.seq, d.number, d.name, f.service, f.urgent,
        iif(o.value ->> 'state' = 'due' AND s.number IS NULL, 'filtered', o.value ->> 'state'),
        o.value ->> 'attempts', o.value ->> 'status', o.value ->> 'reason', o.value ->> 'at',
        iif(s.number IS NULL, 0, o.value ->> 'due_at'), iif(s.number IS NULL, 0, o.value ->> 'holds')
    FROM json_each(?) o
    JOIN fanouts f ON f.seq = o.value ->> 'seq' AND f.service = o.value ->> 'service'
    JOIN devices d ON d.number = o.value ->> 'device'
    LEFT JOIN subscriptions s ON s.device = d.number AND s.topic = f.topic
    WHERE true
    ON CONFLICT (seq, device) DO NOTHING
"""
# What is due is due where the device is now, also when it changed its push service during the attempt.
FOLLOW_DEVICE = """
    UPDATE deliveries SET service = d.service FROM devices d
    WHERE deliveries.device = d.number AND deliveries.state = 'due' AND deliveries.service <> d.service
        AND deliveries.device IN (SELECT value FROM json_each(?))
"""
LINE_UP = """
    UPDATE deliveries INDEXED BY deliveries_in_front SET behind = 1
    WHERE state = 'due' AND behind = 0 AND holds AND device IN (SELECT value FROM json_each(?)) AND EXISTS (
        SELECT 1 FROM deliveries e
        WHERE e.device = deliveries.device AND e.state = 'due' AND e.holds AND e.seq < deliveries.seq)
"""
ADVANCE = """
    UPDATE fanouts SET cursor = w.value ->> 'cursor' FROM json_each(?) w
    WHERE fanouts.seq = w.value ->> 'seq' AND fanouts.service = w.value ->> 'service'
"""
CLOSE = """
    DELETE FROM fanouts WHERE (seq, service) IN (
        SELECT value ->> 'seq', value ->> 'service' FROM json_each(?) WHERE value ->> 'cursor' >= value ->> 'upto')
"""
BURY = "UPDATE devices SET state = 'dead' WHERE number IN (SELECT value FROM json_each(?))"
SETTLE_REST = """
    UPDATE deliveries SET state = ?2, reason = ?3, due_at = 0
    WHERE state = 'due' AND device IN (SELECT value FROM json_each(?1))
"""


async def settle(connection: aiosqlite.Connection, entries: Sequence[Entry]) -> Sequence[None]:
    """Settle what several callers brought, each with `Deliveries.settle`'s meaning."""
    settlements = await _excuse_replaced_endpoints(connection, [each for entry in entries for each in entry[0]])
    walked = as_json([each for entry in entries for each in entry[1]])
    if settlements:
        outcomes = as_json(settlements)
        await connection.execute_fetchall(REPLACE, (outcomes,))
        await connection.execute_fetchall(INSERT, (outcomes,))
        await _keep_order(connection, settlements)
        await _bury(connection, [each.device for each in settlements if each.state is DeliveryState.GONE])
    await connection.execute_fetchall(ADVANCE, (walked,))
    await connection.execute_fetchall(CLOSE, (walked,))
    return [None] * len(entries)


async def _excuse_replaced_endpoints(
    connection: aiosqlite.Connection, settlements: Sequence[Settlement]
) -> Sequence[Settlement]:
    """A refusal of an endpoint that the device has replaced meanwhile becomes a delivery due to the new one."""
    refused = {each.device for each in settlements if _is_refusal(each)}
    if not refused:
        return settlements
    sql = "SELECT number, endpoint FROM devices WHERE number IN (SELECT value FROM json_each(?))"
    rows: Any = await connection.execute_fetchall(sql, (as_json(sorted(refused)),))
    present = dict(rows)
    return [
        _due_again(each) if _is_refusal(each) and present.get(each.device, each.endpoint) != each.endpoint else each
        for each in settlements
    ]


def _is_refusal(settlement: Settlement) -> bool:
    return settlement.state in (DeliveryState.GONE, DeliveryState.FAILED) and bool(settlement.endpoint)


def _due_again(settlement: Settlement) -> Settlement:
    return msgspec.structs.replace(settlement, state=DeliveryState.DUE, due_at=settlement.at, holds=True)


async def _keep_order(connection: aiosqlite.Connection, settlements: Sequence[Settlement]) -> None:
    due = sorted({each.device for each in settlements if each.state is DeliveryState.DUE})
    if due:
        await connection.execute_fetchall(FOLLOW_DEVICE, (as_json(due),))
        await connection.execute_fetchall(LINE_UP, (as_json(due),))


async def _bury(connection: aiosqlite.Connection, gone: Sequence[int]) -> None:
    """Tombstones keep their subscriptions, but none of these can receive until the device comes back."""
    if gone:
        await connection.execute_fetchall(BURY, (as_json(gone),))
        await connection.execute_fetchall(SETTLE_REST, (as_json(gone), DeliveryState.GONE, "the device is gone"))


def as_json(items: Sequence[Any]) -> str:
    return msgspec.json.encode(items).decode()


SETTLE: Operation[Entry, None] = Operation(settle)
