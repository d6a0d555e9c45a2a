"""Whom the transport believes: the system's certificates and the operator's, for the very name it wanted."""

from pathlib import Path

import pytest

from pushbell.deliver.dialer import Dialer, tls_context
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.services import Accepted, judge
from pushbell.deliver.transport import Transport, TransportError
from tests.browser.certificates import Authority
from tests.deliver.test_transport import push
from tests.harness import answers
from tests.harness.push_service import PushService
from tests.harness.raw_server import Peer, RawServer


def transport_to(origin: str, ca_file: Path | None) -> Transport:
    policy = EndpointPolicy([origin])
    return Transport(policy, Dialer(policy, tls=tls_context(ca_file), timeout_s=2.0), timeout_s=2.0)


async def test_the_operators_certificate_authority_is_believed(authority: Authority) -> None:
    async with PushService(tls=authority.issue("localhost").server_context(), name="localhost") as service:
        transport = transport_to(service.origin, authority.ca_file)
        for _ in range(3):
            assert judge(await push(transport, service.phone())) == Accepted(201)
        assert len(service.clients) == 1
        await transport.close()


async def test_an_address_may_have_a_certificate_of_its_own(authority: Authority) -> None:
    async with PushService(tls=authority.issue("127.0.0.1").server_context()) as service:
        transport = transport_to(service.origin, authority.ca_file)
        assert judge(await push(transport, service.phone())) == Accepted(201)
        await transport.close()


async def test_an_unknown_authority_is_not_believed(authority: Authority) -> None:
    async with PushService(tls=authority.issue("localhost").server_context(), name="localhost") as service:
        with pytest.raises(TransportError, match="certificate of localhost is refused: unable to get local issuer"):
            await push(transport_to(service.origin, None), service.phone())
        assert service.attempts == []


async def test_another_hosts_certificate_is_not_believed(authority: Authority) -> None:
    async with PushService(tls=authority.issue("push.example.com").server_context(), name="localhost") as service:
        with pytest.raises(TransportError, match="certificate of localhost is refused: Hostname mismatch"):
            await push(transport_to(service.origin, authority.ca_file), service.phone())
        assert service.attempts == []


async def test_the_name_is_sent_so_that_one_server_can_have_many(authority: Authority) -> None:
    names: list[str | None] = []
    context = authority.issue("localhost").server_context()
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with PushService(tls=context, name="localhost") as service:
        transport = transport_to(service.origin, authority.ca_file)
        await push(transport, service.phone())
        assert names == ["localhost"]
        await transport.close()


async def test_a_server_without_tls_is_an_error(authority: Authority) -> None:
    async def talk(peer: Peer) -> None:
        await peer.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with RawServer(talk) as server:
        origin = f"https://127.0.0.1:{server.port}"
        with pytest.raises(TransportError, match="no connection"):
            await transport_to(origin, authority.ca_file).post(f"{origin}/x", {}, b"")


async def test_a_server_that_never_finishes_the_handshake_is_given_up() -> None:
    async def talk(peer: Peer) -> None:
        await peer.hear_end()

    async with RawServer(talk) as server:
        origin = f"https://127.0.0.1:{server.port}"
        policy = EndpointPolicy([origin])
        transport = Transport(policy, Dialer(policy, timeout_s=0.1))
        with pytest.raises(TransportError, match=r"no connection to 127\.0\.0\.1 in time"):
            await transport.post(f"{origin}/x", {}, b"")


async def test_a_connection_reset_inside_tls_is_an_error(authority: Authority) -> None:
    async with PushService(tls=authority.issue("localhost").server_context(), name="localhost") as service:
        service.answer_with(answers.reset)
        with pytest.raises(TransportError):
            await push(transport_to(service.origin, authority.ca_file), service.phone())


def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("not a certificate")
    for path in (tmp_path / "missing.pem", tmp_path, garbage):
        with pytest.raises(ValueError, match=rf"push\.ca_file {path} cannot be used"):
            tls_context(path)
