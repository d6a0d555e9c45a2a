"""Devices and their subscriptions in SQLite. Which subscriptions can receive is kept by triggers: see the schema."""

from collections.abc import Sequence
from typing import Any

import aiosqlite
import msgspec

from pushbell.store import Device, DeviceState, StoreError, Subscription
from pushbell.store.sqlite.reader import Reader
from pushbell.store.sqlite.writer import Writer, each

FIELDS = Device.__struct_fields__
COLUMNS = ", ".join(f"'{field}', {field}" for field in FIELDS)
KEPT = {"number", "id", "created_at", "receipt_at"}

UPSERT = f"""
    INSERT INTO devices ({", ".join(field for field in FIELDS if field != "number")})
    SELECT {", ".join(f"value ->> '{field}'" for field in FIELDS if field != "number")} FROM json_each(?) WHERE true
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{field} = excluded.{field}" for field in FIELDS if field not in KEPT)}
"""

SUBSCRIBE = """
    INSERT INTO subscriptions (device, topic, service, min_priority, muted_until)
    SELECT number, ?, iif(state = 'active', service, ''), ?, ? FROM devices WHERE id = ?
    ON CONFLICT (device, topic) DO UPDATE SET min_priority = excluded.min_priority, muted_until = excluded.muted_until
"""

FILTER_OWED = "UPDATE deliveries SET state = 'filtered', reason = ?, due_at = 0 WHERE state = 'due' AND device = ?"

# A device that moves to another push service takes along what it is owed: what fan-outs have not reached yet becomes
# due rows.
OWE_UNREACHED = """
    INSERT OR IGNORE INTO deliveries
        (seq, device, device_name, service, urgent, state, attempts, status, reason, at, due_at, holds)
    SELECT f.seq, d.number, d.name, f.service, f.urgent, 'due', 0, 0, '', 0, 0, 1
    FROM devices d
    JOIN subscriptions s ON s.device = d.number
    JOIN fanouts f ON f.topic = s.topic AND f.service = s.service AND s.number > f.cursor AND s.number <= f.upto
    WHERE d.number = ?
"""


class DeviceTable:
    """Implements `store.Devices`."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer, self._reader = writer, reader

    async def device(self, device_id: str) -> Device | None:
        return await self._find("id = ?", device_id)

    async def device_by_endpoint(self, endpoint: str) -> Device | None:
        return await self._find("endpoint = ?", endpoint)

    async def _find(self, where: str, value: str) -> Device | None:
        found = await self._reader.structs(Device, COLUMNS, f"SELECT * FROM devices WHERE {where}", (value,))
        return found[0] if found else None

    async def count_devices(self) -> int:
        return int(await self._reader.value("SELECT count(*) FROM devices"))

    async def subscriptions(self, device_id: str) -> list[Subscription]:
        return await self._reader.structs(
            Subscription,
            "'topic', topic, 'min_priority', min_priority, 'muted_until', muted_until",
            "SELECT s.* FROM subscriptions s JOIN devices d ON d.number = s.device WHERE d.id = ? ORDER BY topic",
            (device_id,),
        )

    async def put_device(self, device: Device, subscriptions: Sequence[Subscription] | None = None) -> Device:
        await self._writer.write(PUT_DEVICE, (device, subscriptions))
        stored = await self.device(device.id)
        if stored is None:
            raise StoreError("the device was removed meanwhile")
        return stored

    async def touch_device(self, device_id: str, now: int, state: DeviceState | None = None) -> None:
        await self._writer.write(TOUCH_DEVICE, (now, state, device_id))

    async def activate_device(self, device_id: str) -> None:
        await self._writer.write(ACTIVATE_DEVICE, device_id)

    async def remove_device(self, device_id: str) -> bool:
        return await self._writer.write(REMOVE_DEVICE, device_id)

    async def put_subscription(self, device_id: str, subscription: Subscription) -> None:
        await self._writer.write(PUT_SUBSCRIPTION, (device_id, subscription))

    async def remove_subscription(self, device_id: str, topic: str) -> bool:
        return await self._writer.write(REMOVE_SUBSCRIPTION, (device_id, topic))

    async def prune_devices(self, pending_before: int, dead_before: int) -> int:
        return await self._writer.write(PRUNE_DEVICES, (pending_before, dead_before))


async def number_of(connection: aiosqlite.Connection, device_id: str) -> int:
    """The device's key, or 0."""
    rows = list(await connection.execute_fetchall("SELECT number FROM devices WHERE id = ?", (device_id,)))
    return int(rows[0][0]) if rows else 0


async def _put_device(connection: aiosqlite.Connection, item: tuple[Device, Sequence[Subscription] | None]) -> None:
    device, subscriptions = item
    rows = await connection.execute_fetchall(
        "SELECT id, number, service FROM devices WHERE id = ? OR endpoint = ?", (device.id, device.endpoint)
    )
    for known_id, number, service in rows:
        if known_id != device.id:
            await _remove_number(connection, number, "registered anew")
        elif service != device.service:
            await _move(connection, number, device.service)
    await connection.execute_fetchall(UPSERT, (msgspec.json.encode([device]).decode(),))
    if subscriptions is not None:
        await _replace_subscriptions(connection, device.id, subscriptions)


async def _move(connection: aiosqlite.Connection, number: int, new: str) -> None:
    await connection.execute_fetchall(OWE_UNREACHED, (number,))
    await connection.execute_fetchall(
        "UPDATE deliveries SET service = ? WHERE device = ? AND state = 'due'", (new, number)
    )


async def _touch_device(connection: aiosqlite.Connection, item: tuple[int, DeviceState | None, str]) -> None:
    now, state, device_id = item
    sql = "UPDATE devices SET seen_at = ?, state = coalesce(?, state) WHERE id = ?"
    await connection.execute_fetchall(sql, (now, state, device_id))


async def _activate_device(connection: aiosqlite.Connection, device_id: str) -> None:
    sql = "UPDATE devices SET state = 'active', activation = '' WHERE id = ? AND state = 'pending'"
    await connection.execute_fetchall(sql, (device_id,))


async def _remove_device(connection: aiosqlite.Connection, device_id: str) -> bool:
    number = await number_of(connection, device_id)
    if number:
        await _remove_number(connection, number, "device removed")
    return bool(number)


async def _remove_number(connection: aiosqlite.Connection, number: int, reason: str) -> None:
    await connection.execute_fetchall(FILTER_OWED, (reason, number))
    await connection.execute_fetchall("DELETE FROM devices WHERE number = ?", (number,))


async def _put_subscription(connection: aiosqlite.Connection, item: tuple[str, Subscription]) -> None:
    device_id, wanted = item
    values = (wanted.topic, wanted.min_priority, wanted.muted_until, device_id)
    await connection.execute_fetchall(SUBSCRIBE, values)


async def _replace_subscriptions(
    connection: aiosqlite.Connection, device_id: str, wanted: Sequence[Subscription]
) -> None:
    kept = {subscription.topic for subscription in wanted}
    rows = await connection.execute_fetchall(
        "SELECT topic FROM subscriptions WHERE device = (SELECT number FROM devices WHERE id = ?)", (device_id,)
    )
    for (topic,) in rows:
        if topic not in kept:
            await _remove_subscription(connection, (device_id, topic))
    for subscription in wanted:
        await _put_subscription(connection, (device_id, subscription))


async def _remove_subscription(connection: aiosqlite.Connection, item: tuple[str, str]) -> bool:
    device_id, topic = item
    number = await number_of(connection, device_id)
    owed = FILTER_OWED + " AND seq IN (SELECT seq FROM messages WHERE topic = ?)"
    await connection.execute_fetchall(owed, ("unsubscribed", number, topic))
    before = connection.total_changes
    await connection.execute_fetchall("DELETE FROM subscriptions WHERE device = ? AND topic = ?", (number, topic))
    return connection.total_changes > before


async def _prune_devices(connection: aiosqlite.Connection, item: tuple[int, int]) -> int:
    rows: Any = await connection.execute_fetchall(
        """SELECT number FROM devices WHERE state = 'pending' AND seen_at < ?
           UNION ALL SELECT number FROM devices WHERE state = 'dead' AND seen_at < ?""",
        item,
    )
    for (number,) in rows:
        await _remove_number(connection, number, "device forgotten")
    return len(rows)


PUT_DEVICE = each(_put_device)
TOUCH_DEVICE = each(_touch_device)
ACTIVATE_DEVICE = each(_activate_device)
REMOVE_DEVICE = each(_remove_device)
PUT_SUBSCRIPTION = each(_put_subscription)
REMOVE_SUBSCRIPTION = each(_remove_subscription)
PRUNE_DEVICES = each(_prune_devices)
