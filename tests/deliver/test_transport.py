"""Pushes on their real way: sealed, signed, posted, judged."""

import asyncio
import gzip

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pushbell.clock import SystemClock
from pushbell.deliver.dialer import Dialer
from pushbell.deliver.encrypt import Sealer
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.reader import MAX_ANSWER
from pushbell.deliver.services import (
    Accepted,
    Gone,
    Later,
    Outcome,
    Refused,
    TooLarge,
    Unauthorized,
    WrongKey,
    judge,
    topic_header,
    ttl_s,
    urgency,
)
from pushbell.deliver.transport import Answer, Transport, TransportError
from pushbell.deliver.vapid import VapidKeys
from tests.harness import answers
from tests.harness.answers import Behaviour
from tests.harness.push_service import Phone, PushService

KEYS = VapidKeys(ec.generate_private_key(ec.SECP256R1()), "mailto:ops@pushbell.net", SystemClock())


async def push(transport: Transport, phone: Phone, plaintext: bytes = b"{}") -> Answer:
    headers = {
        "Authorization": KEYS.authorization(phone.service.origin),
        "TTL": str(ttl_s(3, 3600)),
        "Urgency": urgency(3),
        "Topic": topic_header("door", "front"),
        "Content-Encoding": "aes128gcm",
    }
    return await transport.post(phone.endpoint, headers, Sealer().seal(plaintext, phone.point, phone.auth_secret))


async def test_a_push_arrives_whole(push_service: PushService, transport: Transport) -> None:
    phone = push_service.phone()
    assert judge(await push(transport, phone, b'{"title":"caf\xc3\xa9"}')) == Accepted(201)
    arrived = await phone.next_push()
    assert arrived.json == {"title": "café"}
    assert (arrived.ttl, arrived.urgency, arrived.topic) == (3600, "high", topic_header("door", "front"))


async def test_the_largest_push_fits(push_service: PushService, transport: Transport) -> None:
    phone = push_service.phone()
    assert judge(await push(transport, phone, bytes(3993))) == Accepted(201)
    assert (await phone.next_push()).plaintext == bytes(3993)


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (answers.accept, Accepted(201)),
        (answers.answer(400), Refused(400, "Bad Request")),
        (answers.answer(401), Unauthorized(401, "Unauthorized")),
        (answers.answer(403), Unauthorized(403, "Forbidden")),
        (answers.answer(404), Gone(404, "Not Found")),
        (answers.gone, Gone(410, "push subscription has unsubscribed or expired.")),
        (answers.apple(410, "Unregistered"), Gone(410, "Unregistered")),
        (answers.mozilla(410, 106, "No such subscription"), Gone(410, "No such subscription (errno 106)")),
        (
            answers.mozilla(401, 109, "VAPID public key mismatch"),
            WrongKey(401, "VAPID public key mismatch (errno 109)"),
        ),
        (answers.wns_dropped, Refused(400, "Ttl value conflicts with X-WNS-Cache-Policy., dropped, dropped")),
        (answers.wns_throttled(900), Later(406, "channelthrottled", 900.0)),
        (answers.answer(429, Retry_After="3"), Later(429, "Too Many Requests", 3.0)),
        (answers.mozilla(503, 201, "Try later", Retry_After="120"), Later(503, "Try later (errno 201)", 120.0)),
        (answers.answer(500), Later(500, "Internal Server Error")),
        (answers.redirect("http://127.0.0.1/"), Refused(307, "Temporary Redirect")),
    ],
)
async def test_an_answer_on_the_wire_is_judged(
    push_service: PushService, transport: Transport, behaviour: Behaviour, outcome: Outcome
) -> None:
    phone = push_service.phone()
    phone.answer_with(behaviour)
    assert judge(await push(transport, phone)) == outcome


async def test_a_push_that_is_too_large_fits_when_it_is_made_smaller(
    push_service: PushService, transport: Transport
) -> None:
    phone = push_service.phone()
    phone.answer_with(answers.at_most(3015))
    assert isinstance(judge(await push(transport, phone, bytes(2913))), TooLarge)
    assert judge(await push(transport, phone, bytes(2912))) == Accepted(201)


async def test_another_vapid_key_is_the_wrong_one(push_service: PushService, transport: Transport) -> None:
    phone = push_service.phone()
    phone.vapid_key = "BNotThisOne"
    assert isinstance(judge(await push(transport, phone)), WrongKey)
    phone.vapid_key = KEYS.public_key
    assert judge(await push(transport, phone)) == Accepted(201)


@pytest.mark.parametrize(("behaviour", "reason"), [(answers.silent, "in time"), (answers.reset, "broke|closed")])
async def test_no_answer_is_an_error(push_service: PushService, behaviour: Behaviour, reason: str) -> None:
    policy = EndpointPolicy([push_service.origin])
    transport = Transport(policy, Dialer(policy), timeout_s=0.2)
    phone = push_service.phone()
    phone.answer_with(behaviour)
    with pytest.raises(TransportError, match=reason):
        await push(transport, phone)
    assert len(phone.attempts) == 1
    await transport.close()


async def test_an_endless_answer_costs_no_more_than_its_cap(push_service: PushService, transport: Transport) -> None:
    phone = push_service.phone()
    phone.answer_with(answers.endless)
    answer = await push(transport, phone)
    assert judge(answer) == Accepted(201)
    assert len(answer.body) <= MAX_ANSWER


async def test_a_gzip_bomb_stays_packed(push_service: PushService, transport: Transport) -> None:
    phone = push_service.phone()
    phone.answer_with(answers.gzip_bomb)
    answer = await push(transport, phone)
    assert judge(answer) == Accepted(201)
    assert gzip.decompress(answer.body) == bytes(10_000_000)


async def test_no_more_connections_are_open_than_allowed(push_service: PushService) -> None:
    policy = EndpointPolicy([push_service.origin])
    transport = Transport(policy, Dialer(policy), max_connections=3)
    release = asyncio.Event()
    push_service.answer_with(answers.held(release))
    phones = [push_service.phone() for _ in range(10)]
    tasks = [asyncio.create_task(push(transport, phone)) for phone in phones]
    await push_service.until(lambda: len(push_service.attempts) == 3)
    release.set()
    assert {judge(answer) for answer in await asyncio.gather(*tasks)} == {Accepted(201)}
    assert len(push_service.clients) == 3
    await transport.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Topic": "x\r\nX-Injected: y"},
        {"Topic": "x\nX-Injected: y"},
        {"Topic": "x\rX-Injected: y"},
        {"Topic": "x\x00"},
        {"X\r\nX-Injected": "y"},
        {"TTL": "1", "Topic": "\r\n\r\nPOST / HTTP/1.1"},
        {"Topic": "x\x85y"},
        {"Topic": "x\u2028y"},
    ],
)
async def test_a_header_cannot_become_two(
    push_service: PushService, transport: Transport, headers: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="control characters"):
        await transport.post(push_service.phone().endpoint, headers, b"")
    assert push_service.attempts == []
