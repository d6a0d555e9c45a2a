"""A stranger's endpoint leads to no machine that the stranger chose: whatever it is, the canary sees nobody."""

import codecs
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiohappyeyeballs import AddrInfoType

from pushbell.deliver.dialer import Dialer, Resolve
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.transport import Transport, TransportError
from tests.harness.answers import redirect
from tests.harness.canary import Canary, address_info
from tests.harness.push_service import PushService

KNOWN = "fcm.googleapis.com"

_LINES = (Path(__file__).parent / "hostile_endpoints.txt").read_text().splitlines()
CORPUS = [codecs.decode(line, "unicode_escape") for line in _LINES if not line.startswith("#")]


def transport_with(resolve: Resolve, *allowed: str) -> Transport:
    policy = EndpointPolicy(allowed)
    return Transport(policy, Dialer(policy, resolve=resolve))


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) == len(CORPUS) >= 120


async def test_no_endpoint_of_the_corpus_reaches_the_canary() -> None:
    async with Canary() as canary:
        transport = transport_with(canary.resolve, "http://allowed.example:8080")
        for url in CORPUS + [url.replace("/x", f":{canary.port}/x") for url in CORPUS]:
            with pytest.raises(TransportError):
                await transport.post(url, {}, b"")
        with pytest.raises(TransportError):  # the canary is alive: an origin that the operator allowed reaches it
            await transport.post("http://allowed.example:8080/x", {}, b"")
        assert canary.connections == 1
        await transport.close()


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:8.8.8.8"],
        ["fe80::1%lo"],
        ["9.9.9.9", "127.0.0.1"],
        ["127.0.0.1", "9.9.9.9"],
        ["2620:fe::fe", "fd00::1"],
        [],
    ],
)
async def test_one_address_that_is_not_public_spoils_the_name(addresses: list[str]) -> None:
    async def resolve(_host: str, port: int) -> Sequence[AddrInfoType]:
        return [address_info(address, port) for address in addresses]

    transport = transport_with(resolve)
    with pytest.raises(TransportError, match=r"not public|has no address"):
        await transport.post(f"https://{KNOWN}/x", {}, b"")


async def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to() -> None:
    async with Canary() as checked, Canary() as rebound:
        answers = [checked, rebound]

        async def resolve(host: str, port: int) -> Sequence[AddrInfoType]:
            return await answers.pop(0).resolve(host, port)

        transport = transport_with(resolve, "http://allowed.example")
        with pytest.raises(TransportError):
            await transport.post("http://allowed.example/x", {}, b"")
        assert (checked.connections, rebound.connections) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(push_service: PushService, transport: Transport, status: int) -> None:
    push_service.faults.clear()
    async with Canary() as canary:
        phone = push_service.phone()
        phone.answer_with(redirect(f"http://127.0.0.1:{canary.port}/x", status))
        answer = await transport.post(phone.endpoint, {}, b"")
        assert answer.status == status
        assert canary.connections == 0
    push_service.faults.clear()
