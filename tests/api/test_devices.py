"""The device API: register, prove, follow, report, heal, leave (docs/api.md)."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from tests.harness.answers import answer
from tests.harness.device import AppDevice, message_of
from tests.harness.push_service import PushService, accept
from tests.harness.server import Server

MakeDevice = Callable[..., AppDevice]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


@pytest.fixture
def push_service(shared_push_service: PushService) -> PushService:
    return shared_push_service


@pytest_asyncio.fixture(loop_scope="module")
async def device(server: Server, push_service: PushService) -> AsyncIterator[MakeDevice]:
    made: list[AppDevice] = []

    def make(name: str = "Test phone") -> AppDevice:
        made.append(AppDevice(server, push_service, name))
        return made[-1]

    yield make
    for one in made:
        await one.call("DELETE")


async def settled(server: Server, message_id: str) -> dict[str, Any]:
    """The deliveries of a message once none is due any more."""
    async with asyncio.timeout(10):
        while True:
            found: dict[str, Any] = await server.get(f"/v1/messages/{message_id}/deliveries")
            if not found["due"]:
                return found
            await asyncio.sleep(0.02)


async def test_a_device_is_pending_until_it_posts_back_the_token_of_the_activation_push(
    server: Server, device: MakeDevice
) -> None:
    alice = device()
    assert (await alice.register("door"))["state"] == "pending"
    push = await alice.phone.next_push()
    assert push.json["web_push"] == 8030
    assert push.json["notification"]["data"]["event"] == "activation"
    before = await server.publish("door", "too early")
    assert (await alice.call("POST", "/activate", {"token": "wrong"}))[0] == 404
    token = push.json["notification"]["data"]["token"]
    assert await alice.call("POST", "/activate", {"token": token}) == (200, {"state": "active"})
    sent = await server.publish("door", "open")
    assert (await alice.next_message())["id"] == sent["id"]
    assert (await settled(server, before["id"]))["owed"] == 0


async def test_registering_again_with_the_secret_changes_nothing_but_what_was_sent(device: MakeDevice) -> None:
    alice = await device("Kitchen tablet").subscribe("door", min_priority=4)
    first = (await alice.call("GET"))[1]
    assert first["state"] == "active"
    assert first["topics"] == {"door": {"min_priority": 4, "muted_until": 0}}
    assert await alice.register() == first
    assert (await alice.register("window"))["topics"] == {"window": {"min_priority": 1, "muted_until": 0}}


async def test_without_the_right_secret_a_device_does_not_exist(device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    stranger = device()
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/activate", {"token": "x"}),
        ("POST", "/test", None),
        ("PUT", "/topics/other", {}),
        ("DELETE", "/topics/door", None),
    ):
        there = await alice.call(method, path, body, secret=stranger.secret)
        nowhere = await stranger.call(method, path, body)
        assert there == nowhere == (404, {"code": 40401, "http": 404, "error": "not found"})
    body = {"endpoint": stranger.phone.endpoint, "keys": stranger.phone.keys}
    assert (await alice.call("PUT", body=body, secret=stranger.secret))[0] == 404
    unknown = {"state": "unknown", "topics": {}, "messages": [], "more": False, "cursor": ""}
    assert await alice.call("POST", "/heartbeat", {}, secret=stranger.secret) == (200, unknown)
    assert (await alice.call("GET"))[1]["state"] == "active"


async def test_a_stranger_who_knows_an_endpoint_cannot_take_it_over(server: Server, device: MakeDevice) -> None:
    alice, mallory = await device().subscribe("door"), device()
    body = {"endpoint": alice.phone.endpoint, "keys": mallory.phone.keys}
    status, error = await mallory.call("PUT", body=body)
    assert (status, error["code"]) == (400, 40038)
    ntfy = {"endpoint": alice.phone.endpoint, **alice.phone.keys, "topics": []}
    async with server.request("POST", "/v1/webpush", json=ntfy) as taken:
        assert (await taken.json())["code"] == 40038
    async with server.request("DELETE", "/v1/webpush", json={"endpoint": alice.phone.endpoint}) as left:
        assert await left.json() == {"success": True}
    sent = await server.publish("door", "still hers")
    assert (await alice.next_message())["id"] == sent["id"]


async def test_a_browser_that_lost_its_identity_keeps_one_registration(server: Server, device: MakeDevice) -> None:
    old = await device().subscribe("door")
    new = device()
    new.phone = old.phone
    await new.subscribe("door")
    assert (await old.call("GET"))[0] == 404
    await server.publish("door", "once")
    assert (await new.next_message())["message"] == "once"
    second = await server.publish("door", "twice")
    assert (await new.next_message())["id"] == second["id"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"endpoint": "https://evil.example/push"}, 40039),
        ({"endpoint": "http://127.0.0.1:1/push"}, 40039),
        ({"endpoint": "nonsense"}, 40038),
        ({"endpoint": None}, 40024),
        ({"keys": {"p256dh": "BAAA", "auth": "AAAA"}}, 40038),
        ({"keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22}}, 40038),
        ({"vapid_key": "BAnother"}, 40038),
        ({"topics": {"not a topic": {}}}, 40009),
        ({"topics": {"docs": {}}}, 40010),
        ({"topics": {f"t{n}": {} for n in range(201)}}, 40040),
    ],
)
async def test_a_registration_that_cannot_work_is_refused(
    device: MakeDevice, change: dict[str, Any], code: int
) -> None:
    bob = device()
    body = {"endpoint": bob.phone.endpoint, "keys": bob.phone.keys} | change
    status, error = await bob.call("PUT", body=body)
    assert (status, error["code"]) == (400, code)
    assert (await bob.call("GET"))[0] == 404


async def test_a_secret_that_can_be_guessed_is_refused(device: MakeDevice) -> None:
    bob = device()
    bob.secret = "short"
    status, error = await bob.call("PUT", body={"endpoint": bob.phone.endpoint, "keys": bob.phone.keys})
    assert (status, error["code"]) == (400, 40038)


async def test_topics_are_followed_changed_and_left(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    assert await alice.call("PUT", "/topics/window", {"min_priority": 4}) == (
        200, {"topic": "window", "min_priority": 4, "muted_until": 0},
    )  # fmt: skip
    low = await server.publish("window", "draught", Priority="3")
    high = await server.publish("window", "broken", Priority="4")
    assert (await alice.next_message())["id"] == high["id"]
    assert (await settled(server, low["id"]))["filtered"] == 1
    assert await alice.call("DELETE", "/topics/window") == (200, {"success": True})
    assert (await alice.call("DELETE", "/topics/window"))[0] == 404
    left = await server.publish("window", "gone", Priority="5")
    assert (await settled(server, left["id"]))["owed"] == 0


async def test_a_muted_topic_stays_silent_until_its_time(server: Server, device: MakeDevice, topic: str) -> None:
    alice = await device().subscribe(topic)
    await alice.call("PUT", f"/topics/{topic}", {"muted_until": int(time.time()) + 3600})
    muted = await server.publish(topic, "psst")
    found = await settled(server, muted["id"])
    assert (found["owed"], found["filtered"]) == (1, 1)
    await alice.call("PUT", f"/topics/{topic}", {"muted_until": 0})
    loud = await server.publish(topic, "hey")
    assert (await alice.next_message())["id"] == loud["id"]
    assert [one["message"] for one in await server.poll(topic)] == ["psst", "hey"]


async def test_a_receipt_tells_the_ledger_what_the_device_did(server: Server, device: MakeDevice) -> None:
    alice = await device("Alice's phone").subscribe("door")
    sent = await server.publish("door", "open")
    await alice.next_message()
    await settled(server, sent["id"])
    await alice.beat(receipts=[{"id": sent["id"], "received": 300, "shown": 100}, {"id": "unknownunkno", "shown": 1}])
    await alice.beat(receipts=[{"id": sent["id"], "received": 1, "clicked": 50}])
    found = await server.get(f"/v1/messages/{sent['id']}/deliveries")
    assert {name: found[name] for name in ("owed", "delivered", "received", "shown", "clicked")} == {
        "owed": 1, "delivered": 1, "received": 1, "shown": 1, "clicked": 1,
    }  # fmt: skip
    [row] = found["devices"]
    assert (row["device_name"], row["state"], row["status"], row["attempts"]) == ("Alice's phone", "delivered", 201, 1)
    assert row["received_at"] < row["shown_at"] < row["clicked_at"] <= time.time()
    assert row["closed_at"] is None


async def test_a_heartbeat_brings_what_was_missed_and_no_more(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("door", "window")
    first = await server.publish("door", "one")
    second = await server.publish("window", "two")
    await server.publish("elsewhere", "not hers")
    third = await server.publish("door", "three")
    reply = await alice.beat(cursor=first["id"], endpoint_hash=alice.endpoint_hash, permission="granted")
    assert reply["state"] == "ok"
    assert [one["id"] for one in reply["messages"]] == [second["id"], third["id"]]
    assert (reply["more"], reply["cursor"]) == (False, third["id"])
    assert (await alice.beat(cursor=reply["cursor"]))["messages"] == []


async def test_a_heartbeat_of_who_was_away_long_brings_the_newest_and_says_that_there_is_more(
    server: Server, device: MakeDevice
) -> None:
    alice = await device().subscribe("door", min_priority=5)
    cursor = (await alice.call("GET"))[1]["cursor"]
    sent = [await server.publish("door", str(number)) for number in range(203)]
    reply = await alice.beat(cursor=cursor)
    assert [one["id"] for one in reply["messages"]] == [one["id"] for one in sent[-200:]]
    assert reply["more"] is True


async def test_a_heartbeat_with_another_endpoint_is_asked_to_register_again(device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    assert (await alice.beat(endpoint_hash="another"))["state"] == "unknown"
    assert (await alice.beat(endpoint_hash=""))["state"] == "unknown"


async def test_a_dead_device_comes_back_with_its_topics(
    server: Server, device: MakeDevice, push_service: PushService
) -> None:
    alice = await device().subscribe("door", min_priority=2)
    alice.phone.answer_with(answer(410))
    lost = await server.publish("door", "to a dead endpoint")
    assert (await settled(server, lost["id"]))["gone"] == 1
    assert (await alice.beat(endpoint_hash=alice.endpoint_hash))["state"] == "dead"
    unheard = await server.publish("door", "meanwhile")
    assert (await settled(server, unheard["id"]))["owed"] == 0
    cursor = lost["id"]
    alice.phone = push_service.phone()
    again = await alice.register()
    assert again["state"] == "active"
    assert again["topics"] == {"door": {"min_priority": 2, "muted_until": 0}}
    assert [one["id"] for one in (await alice.beat(cursor=cursor))["messages"]] == [unheard["id"]]
    heard = await server.publish("door", "back")
    assert (await alice.next_message())["id"] == heard["id"]


async def test_a_device_that_may_not_show_notifications_is_sent_none(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    await alice.beat(permission="denied")
    silent = await server.publish("door", "nobody may show this")
    assert (await settled(server, silent["id"]))["owed"] == 0
    await alice.beat(permission="granted")
    sent = await server.publish("door", "now again")
    assert (await alice.next_message())["id"] == sent["id"]


async def test_a_removed_device_is_forgotten(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    assert await alice.call("DELETE") == (200, {"success": True})
    assert (await alice.call("GET"))[0] == 404
    sent = await server.publish("door", "nobody there")
    assert (await settled(server, sent["id"]))["owed"] == 0


async def test_an_update_replaces_and_a_delete_closes_the_same_notification(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("backup")
    pushes = []
    for state in ("10 %", "done"):
        await server.publish("backup/job7", state)
        pushes.append(await alice.phone.next_push())
    assert [push.json["notification"]["tag"] for push in pushes] == ["backup/job7"] * 2
    assert pushes[0].topic == pushes[1].topic != ""
    async with server.request("DELETE", "/backup/job7") as deleted:
        assert deleted.status == 200
    closing = await alice.phone.next_push()
    assert "notification" not in closing.json
    assert message_of(closing) | {"id": "", "time": 0, "expires": 0} == {
        "id": "", "sequence_id": "job7", "time": 0, "expires": 0, "event": "message_delete", "topic": "backup",
    }  # fmt: skip


async def test_a_test_push_tells_each_stage(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    stages: list[dict[str, Any]] = []
    headers = {"X-Device-Secret": alice.secret}
    async with server.request("POST", alice.path + "/test", headers=headers) as stream:
        async for line in stream.content:
            stages.append(stage := json.loads(line))
            if stage["stage"] == "accepted":
                data = (await alice.phone.next_push()).json["notification"]["data"]
                assert data["event"] == "test"
                await alice.beat(receipts=[{"id": data["id"], "received": 5, "shown": 1}])
    assert [stage["stage"] for stage in stages] == ["signed", "accepted", "received", "shown"]
    assert all(isinstance(stage["ms"], int) and 0 <= stage["ms"] < 30_000 for stage in stages)
    assert stages[1]["status"] == 201


async def test_a_test_push_that_is_refused_says_why(server: Server, device: MakeDevice) -> None:
    alice = await device().subscribe("door")
    alice.phone.answer_with(answer(403), answer(403), accept)
    headers = {"X-Device-Secret": alice.secret}
    async with server.request("POST", alice.path + "/test", headers=headers) as stream:
        stages = [json.loads(line) async for line in stream.content]
    assert stages[-1]["stage"] == "failed"
    assert stages[-1]["status"] == 403
    assert stages[-1]["reason"]


async def test_ids_of_strangers_cost_nothing(server: Server) -> None:
    for _ in range(50):
        headers = {"X-Device-Secret": secrets.token_urlsafe(24)}
        async with server.request("GET", f"/v1/devices/{secrets.token_urlsafe(16)}", headers=headers) as answered:
            assert answered.status == 404
