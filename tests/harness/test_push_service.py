"""The test push service takes what pywebpush sends, and finds fault with what a real one would refuse."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import webpush_async

from pushbell.clock import SystemClock
from pushbell.deliver.encrypt import Sealer
from pushbell.deliver.vapid import VapidKeys
from tests.harness.answers import accept, answer
from tests.harness.clock import ManualClock
from tests.harness.push_service import Phone, PushService

PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS = VapidKeys(PRIVATE_KEY, "mailto:ops@pushbell.net", SystemClock())
SEALER = Sealer()


@pytest_asyncio.fixture
async def phone() -> AsyncIterator[Phone]:
    """Of a push service that is expected to find faults."""
    async with PushService() as service:
        yield service.phone()
        service.faults.clear()


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def headers(phone: Phone, **changes: str | None) -> dict[str, str]:
    good = {
        "Authorization": KEYS.authorization(phone.service.origin),
        "TTL": "60",
        "Urgency": "high",
        "Topic": "abc",
        "Content-Encoding": "aes128gcm",
    }
    changed = good | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in changed.items() if value is not None}


async def send(session: aiohttp.ClientSession, phone: Phone, headers: Mapping[str, str], body: bytes = b"") -> int:
    body = body or SEALER.seal(b"{}", phone.point, phone.auth_secret)
    async with session.post(phone.endpoint, data=body, headers=headers, skip_auto_headers=["Content-Type"]) as answer:
        return answer.status


async def test_what_pywebpush_sends_is_faultless(session: aiohttp.ClientSession) -> None:
    async with PushService() as service:
        phone = service.phone()
        subscription: dict[str, Any] = {"endpoint": phone.endpoint, "keys": phone.keys}
        claims: dict[str, str | int] = {"sub": "mailto:ops@pushbell.net"}
        vapid = Vapid02(PRIVATE_KEY)
        await webpush_async(subscription, '{"a": 1}', vapid, claims, ttl=60, aiohttp_session=session)
        assert (await phone.next_push()).json == {"a": 1}


async def test_scripts_are_followed_in_order_and_the_last_answer_stays(session: aiohttp.ClientSession) -> None:
    async with PushService() as service:
        phone, other = service.phone(), service.phone()
        phone.answer_with(answer(503), answer(429), accept)
        service.answer_with(answer(500))
        assert [await send(session, phone, headers(phone)) for _ in range(4)] == [503, 429, 201, 201]
        assert await send(session, other, headers(other)) == 500
        assert (len(phone.attempts), len(phone.pushes), len(service.attempts)) == (4, 2, 5)


async def test_waiting_in_vain_says_what_came_instead() -> None:
    async with PushService() as service:
        with pytest.raises(AssertionError, match="0 pushes came"):
            await service.phone().next_push(timeout_s=0.01)


async def test_an_unknown_endpoint_is_404(session: aiohttp.ClientSession) -> None:
    async with PushService() as service:
        stranger = Phone(service)
        assert await send(session, stranger, headers(stranger)) == 404


async def test_a_fault_fails_the_test_that_leaves_it(session: aiohttp.ClientSession) -> None:
    service = await PushService().__aenter__()
    phone = service.phone()
    await send(session, phone, headers(phone, TTL="0"))
    with pytest.raises(AssertionError, match="TTL is '0'"):
        await service.__aexit__(None)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"TTL": None}, "TTL is None"),
        ({"TTL": "0"}, "TTL is '0'"),
        ({"TTL": "-1"}, "TTL is '-1'"),
        ({"TTL": "2419201"}, "TTL is '2419201'"),
        ({"Urgency": "urgent"}, "Urgency is 'urgent'"),
        ({"Topic": "a/b"}, "Topic is 'a/b'"),
        ({"Topic": "x" * 33}, f"Topic is '{'x' * 33}'"),
        ({"Content_Encoding": "aesgcm"}, "Content-Encoding is 'aesgcm'"),
        ({"Authorization": None}, "Authorization is ''"),
        ({"Authorization": "Bearer x"}, "Authorization is 'Bearer x'"),
    ],
)
async def test_headers_that_a_real_service_refuses_are_faults(
    session: aiohttp.ClientSession, phone: Phone, changes: dict[str, str | None], fault: str
) -> None:
    await send(session, phone, headers(phone, **changes))
    assert phone.service.faults == [fault]


@pytest.mark.parametrize(
    ("subject", "clock", "fault"),
    [
        ("ops@pushbell.net", SystemClock(), "sub is 'ops@pushbell.net'"),
        (None, ManualClock(now=1_000_000_000), "exp is 1000043200"),
        (None, ManualClock(now=4_000_000_000), "exp is 4000043200"),
    ],
)
async def test_claims_that_a_real_service_refuses_are_faults(
    session: aiohttp.ClientSession, phone: Phone, subject: str | None, clock: SystemClock | ManualClock, fault: str
) -> None:
    keys = VapidKeys(PRIVATE_KEY, subject, clock)
    await send(session, phone, headers(phone, Authorization=keys.authorization(phone.service.origin)))
    assert [text.partition(" at ")[0] for text in phone.service.faults] == [fault]


async def test_a_token_for_another_service_is_a_fault(session: aiohttp.ClientSession, phone: Phone) -> None:
    await send(session, phone, headers(phone, Authorization=KEYS.authorization("https://other.example")))
    assert phone.service.faults == [f"aud is 'https://other.example', not '{phone.service.origin}'"]


async def test_a_forged_signature_is_a_fault(session: aiohttp.ClientSession, phone: Phone) -> None:
    other = VapidKeys(ec.generate_private_key(ec.SECP256R1()), None, SystemClock())
    forged = KEYS.authorization(phone.service.origin).replace(KEYS.public_key, other.public_key)
    await send(session, phone, headers(phone, Authorization=forged))
    assert phone.service.faults == ["the VAPID signature is wrong"]


@pytest.mark.parametrize("body", [b"x", bytes(120), bytes(4097)])
async def test_a_body_that_a_browser_cannot_read_is_a_fault(
    session: aiohttp.ClientSession, phone: Phone, body: bytes
) -> None:
    await send(session, phone, headers(phone), body)
    [fault] = phone.service.faults
    assert fault.startswith(("the body cannot be decrypted", "the body has 4097 bytes"))


async def test_the_same_salt_for_two_bodies_is_a_fault(session: aiohttp.ClientSession, phone: Phone) -> None:
    for text in (b"one", b"two", b"two"):
        await send(session, phone, headers(phone), SEALER.seal(text, phone.point, phone.auth_secret, salt=bytes(16)))
    assert phone.service.faults == ["two bodies have the same salt"] * 2
