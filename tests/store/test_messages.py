"""Messages: numbered in order, durable when the call returns, read back as they were written."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from pushbell.message import Event, Message
from pushbell.store import StoreBusy, StoreError, StoreFull
from pushbell.store.sqlite import SqliteStore
from tests.harness.clock import ManualClock

NOW = 1_800_000_000


def message(number: int, topic: str = "door", **fields: object) -> Message:
    values = {
        "id": f"{number:012d}",
        "topic": topic,
        "time": NOW + number,
        "expires": NOW + 1000,
        "message": f"n{number}",
    }
    return Message(**(values | fields))  # type: ignore[arg-type]


async def test_what_is_written_is_read_back_whole(store: SqliteStore) -> None:
    wanted = message(
        1,
        event=Event.DELETE,
        sequence_id="job",
        title="ünï — 🔔",
        message='quotes " and \\ and\nnewlines and \x7f',
        priority=5,
        tags=("warning", "a, b", ""),
        click="https://example.org/?a=1&b=2",
        icon="https://example.org/i.png",
        content_type="text/markdown",
        extras='{"client::display":{"contentType":"text/markdown"}}',
        gotify_priority=-2,
    )
    stored = await store.messages.add_message(wanted)
    assert stored == wanted.numbered(1)
    assert await store.messages.message(wanted.id) == stored


async def test_seqs_follow_the_order_of_calls_and_listeners_hear_them_in_order(store: SqliteStore) -> None:
    heard: list[int] = []

    def listen(messages: object, _: object) -> None:
        heard.extend(one.seq for one in messages)  # type: ignore[attr-defined]

    store.messages.on_commit(listen)
    stored = await asyncio.gather(*(store.messages.add_message(message(n)) for n in range(300)))
    assert [one.seq for one in stored] == list(range(1, 301))
    assert heard == list(range(1, 301))


async def test_a_seq_is_never_used_again(tmp_path: Path, clock: ManualClock) -> None:
    store = await SqliteStore.open(tmp_path / "again.db", clock)
    for number in range(3):
        await store.messages.add_message(message(number))
    assert await store.messages.prune_messages(NOW + 5000, 100) == 3
    await store.close()
    store = await SqliteStore.open(tmp_path / "again.db", clock)
    assert (await store.messages.add_message(message(9))).seq == 4
    await store.close()


async def test_a_committed_message_is_in_the_file_for_everybody(store: SqliteStore, tmp_path: Path) -> None:
    await store.messages.add_message(message(1))
    with sqlite3.connect(tmp_path / "pushbell.db") as other:
        assert other.execute("SELECT message FROM messages").fetchall() == [("n1",)]
    other.close()


async def test_reading_several_topics_merges_by_seq_in_pages(store: SqliteStore) -> None:
    for number in range(30):
        await store.messages.add_message(message(number, topic=f"t{number % 3}"))
    read: list[int] = []
    while page := await store.messages.messages_since(["t0", "t2"], read[-1] if read else 0, 25, 7):
        read += [one.seq for one in page]
    assert read == [seq for seq in range(1, 26) if (seq - 1) % 3 != 1]
    newest = await store.messages.messages_before(["t0", "t1", "t2"], 20, 5)
    assert [one.seq for one in newest] == [19, 18, 17, 16, 15]


async def test_more_topics_than_one_union_takes(store: SqliteStore) -> None:
    for number in range(900):
        await store.messages.add_message(message(number, topic=f"t{number}"))
    topics = [f"t{number}" for number in range(900)]
    assert [one.seq for one in await store.messages.messages_since(topics, 0, 10_000, 500)] == list(range(1, 501))
    assert [one.seq for one in await store.messages.messages_before(topics, 10_000, 3)] == [900, 899, 898]


async def test_uncached_and_expired_messages_are_never_replayed(store: SqliteStore, clock: ManualClock) -> None:
    kept = await store.messages.add_message(message(1))
    await store.messages.add_message(message(2, cached=False))
    await store.messages.add_message(message(3, expires=NOW))
    clock.advance(1)
    assert await store.messages.messages_since(["door"], 0, 99, 99) == [kept]
    assert await store.messages.messages_before(["door"], 99, 99) == [kept]
    assert await store.messages.latest_messages(["door"]) == [kept]


async def test_since_a_time_starts_at_the_first_message_that_is_not_older(store: SqliteStore) -> None:
    for number in range(10):
        await store.messages.add_message(message(number))
    after = await store.messages.seq_before_time(["door"], NOW + 4)
    assert (await store.messages.messages_since(["door"], after, 99, 1))[0].time == NOW + 4
    assert await store.messages.seq_before_time(["door"], NOW + 999) == 10
    assert await store.messages.seq_before_time(["nothing"], 0) == 10


async def test_pruning_takes_only_what_expired_and_only_as_many_as_asked(store: SqliteStore) -> None:
    for number in range(10):
        await store.messages.add_message(message(number, expires=NOW + number))
    assert await store.messages.prune_messages(NOW + 6, 4) == 4
    assert await store.messages.prune_messages(NOW + 6, 4) == 3
    assert await store.messages.prune_messages(NOW + 6, 4) == 0
    assert [one.seq for one in await store.messages.messages_since(["door"], 0, 99, 99)] == [8, 9, 10]


async def test_an_uncached_message_goes_an_hour_after_it_was_delivered_to_nobody(store: SqliteStore) -> None:
    await store.messages.add_message(message(1, cached=False, time=NOW, expires=NOW + 10**6))
    assert await store.messages.prune_messages(NOW + 60, 10) == 0
    assert await store.messages.prune_messages(NOW + 3601, 10) == 1


async def test_one_message_that_cannot_be_stored_does_not_take_its_neighbours_with_it(store: SqliteStore) -> None:
    results = await asyncio.gather(
        *(store.messages.add_message(message(n, id="same-id" if n in (3, 5) else f"id{n}")) for n in range(8)),
        return_exceptions=True,
    )
    failed = [index for index, result in enumerate(results) if isinstance(result, StoreError)]
    assert failed == [5]
    seqs = [result.seq for result in results if isinstance(result, Message)]
    assert seqs == sorted(seqs)
    assert len(await store.messages.messages_since(["door"], 0, 99, 99)) == 7


async def test_a_full_disk_refuses_writes_keeps_reading_and_recovers(store: SqliteStore) -> None:
    await store.messages.add_message(message(1))
    connection = store._writer._connection
    [[pages]] = await connection.execute_fetchall("PRAGMA page_count")
    await connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")
    large = [store.messages.add_message(message(number, message="x" * 4000)) for number in range(2, 200)]
    with pytest.raises(StoreFull):
        await asyncio.gather(*large)
    before = await store.messages.messages_since(["door"], 0, 999, 500)
    assert before[0].message == "n1"
    await connection.execute_fetchall("PRAGMA max_page_count = 1000000")
    stored = await store.messages.add_message(message(999))
    assert await store.messages.messages_since(["door"], 0, 999, 500) == [*before, stored]


async def test_more_waiting_writes_than_allowed_are_refused_at_once(tmp_path: Path, clock: ManualClock) -> None:
    store = await SqliteStore.open(tmp_path / "small.db", clock, max_pending=5)
    results = await asyncio.gather(*(store.messages.add_message(message(n)) for n in range(20)), return_exceptions=True)
    assert sum(isinstance(result, StoreBusy) for result in results) == 15
    assert len(await store.messages.messages_since(["door"], 0, 99, 99)) == 5
    await store.close()


async def test_closing_writes_what_is_queued(tmp_path: Path, clock: ManualClock) -> None:
    store = await SqliteStore.open(tmp_path / "closing.db", clock)
    writes = [asyncio.create_task(store.messages.add_message(message(n))) for n in range(50)]
    await asyncio.sleep(0)  # let them queue
    await store.close()
    assert len(await asyncio.gather(*writes)) == 50


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 999")
        database.execute("CREATE TABLE future (x)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer"):
        await SqliteStore.open(path)
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n" * 500)
    with pytest.raises(StoreError, match="not a database"):
        await SqliteStore.open(path)
    assert path.read_text() == "my notes\n" * 500
