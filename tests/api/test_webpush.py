"""ntfy's own Web Push API: what its web app sends, and what its service worker gets."""

from typing import Any

import pytest

from tests.harness.answers import answer
from tests.harness.push_service import Phone, PushService
from tests.harness.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


@pytest.fixture
def push_service(shared_push_service: PushService) -> PushService:
    return shared_push_service


async def post(server: Server, phone: Phone, *topics: str, **changes: Any) -> tuple[int, dict[str, Any]]:
    body = {"endpoint": phone.endpoint, **phone.keys, "topics": list(topics)} | changes
    async with server.request("POST", "/v1/webpush", json=body) as answered:
        return answered.status, await answered.json()


async def test_a_subscription_is_active_at_once_and_gets_ntfys_payload(
    server: Server, push_service: PushService
) -> None:
    phone = push_service.phone()
    assert await post(server, phone, "door", "window") == (200, {"success": True})
    sent = await server.publish("window", "broken", Title="Alarm", Tags="warning")
    payload = (await phone.next_push()).json
    assert payload["event"] == "message"
    assert payload["subscription_id"].endswith("/window")
    assert payload["message"] == sent


async def test_topics_are_replaced_as_a_whole(server: Server, push_service: PushService) -> None:
    phone = push_service.phone()
    await post(server, phone, "door", "window")
    await post(server, phone, "window")
    await server.publish("door", "left")
    sent = await server.publish("window", "kept")
    assert (await phone.next_push()).json["message"]["id"] == sent["id"]
    assert len(phone.attempts) == 1


async def test_deleting_needs_only_the_endpoint_and_always_succeeds(server: Server, push_service: PushService) -> None:
    phone, other = push_service.phone(), push_service.phone()
    await post(server, phone, "door")
    await post(server, other, "door")
    for _ in range(2):
        async with server.request("DELETE", "/v1/webpush", json={"endpoint": phone.endpoint}) as answered:
            assert (answered.status, await answered.json()) == (200, {"success": True})
    await server.publish("door", "who is there")
    await other.next_push()
    assert phone.attempts == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"endpoint": ""}, 40038),
        ({"auth": ""}, 40038),
        ({"p256dh": None}, 40038),
        ({"p256dh": "AAAA"}, 40038),
        ({"endpoint": "https://attacker.example/x.google.com/"}, 40039),
        ({"topics": [f"t{n}" for n in range(51)]}, 40040),
        ({"topics": ["app"]}, 40010),
        ({"topics": "door"}, 40038),
    ],
)
async def test_what_is_refused(server: Server, push_service: PushService, changes: dict[str, Any], code: int) -> None:
    status, error = await post(server, push_service.phone(), "door", **changes)
    assert (status, error["code"], error["http"]) == (400, code, 400)


async def test_only_gone_removes_a_subscription(server: Server, push_service: PushService) -> None:
    phone = push_service.phone()
    await post(server, phone, "door")
    for status in (400, 401, 403):
        phone.answer_with(answer(status))
        await server.publish("door", f"refused with {status}")
    phone.answer_with(answer(201))
    sent = await server.publish("door", "still there")
    while (await phone.next_push()).json["message"]["id"] != sent["id"]:
        pass
    phone.answer_with(answer(404))
    await server.publish("door", "gone")
    await push_service.until(lambda: len(phone.attempts) > 4, 10)
    again = await post(server, phone, "door")
    assert again == (200, {"success": True})
