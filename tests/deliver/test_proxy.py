"""Pushes through the company's proxy."""

import base64
from collections.abc import Sequence

import pytest
from aiohappyeyeballs import AddrInfoType

from pushbell.deliver.dialer import Dialer, tls_context
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.proxy import Proxy, parse_proxy
from pushbell.deliver.services import Accepted, judge
from pushbell.deliver.transport import Transport, TransportError
from tests.browser.certificates import Authority
from tests.browser.proxy import ConnectProxy
from tests.deliver.test_transport import push
from tests.harness.canary import address_info
from tests.harness.push_service import PushService
from tests.harness.raw_server import Peer, RawServer

APPLE = "web.push.apple.com"


def transport_through(proxy: Proxy, authority: Authority) -> Transport:
    """The built-in push services only; no name but the proxy's is ever resolved."""

    async def resolve(host: str, port: int) -> Sequence[AddrInfoType]:
        assert host == "127.0.0.1"
        return [address_info(host, port)]

    policy = EndpointPolicy()
    return Transport(policy, Dialer(policy, tls=tls_context(authority.ca_file), proxy=proxy, resolve=resolve))


async def test_a_push_goes_through_the_proxy_which_resolves_the_name(authority: Authority) -> None:
    async with PushService(tls=authority.issue(APPLE).server_context()) as service:
        service.origin = f"https://{APPLE}"
        proxy = ConnectProxy({APPLE: service.port})
        await proxy.start()
        transport = transport_through(parse_proxy(proxy.url), authority)
        for _ in range(3):
            assert judge(await push(transport, service.phone())) == Accepted(201)
        assert proxy.tunnelled == [APPLE]
        await transport.close()
        await proxy.stop()


async def test_the_certificate_is_checked_inside_the_tunnel(authority: Authority) -> None:
    async with PushService(tls=authority.issue("evil.example").server_context()) as service:
        proxy = ConnectProxy({APPLE: service.port})
        await proxy.start()
        with pytest.raises(TransportError, match=f"certificate of {APPLE} is refused"):
            await transport_through(parse_proxy(proxy.url), authority).post(f"https://{APPLE}/x", {}, b"")
        assert service.attempts == []
        await proxy.stop()


async def test_the_proxy_is_told_who_asks(authority: Authority) -> None:
    requests: list[bytes] = []

    async def talk(peer: Peer) -> None:
        requests.append(await peer.request())
        await peer.say(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno")

    async with RawServer(talk) as server:
        proxy = parse_proxy(f"http://user%40corp:p%3Ass@127.0.0.1:{server.port}")
        with pytest.raises(TransportError, match=r"the proxy refused: HTTP/1\.1 407 Proxy Authentication Required"):
            await transport_through(proxy, authority).post(f"https://{APPLE}/x", {}, b"")
    credentials = base64.b64encode(b"user@corp:p:ss").decode()
    lines = ["CONNECT web.push.apple.com:443 HTTP/1.1", "Host: web.push.apple.com:443"]
    lines += [f"Proxy-Authorization: Basic {credentials}", "", ""]
    assert requests == ["\r\n".join(lines).encode()]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "gave no answer"),
        (b"HTTP/1.1 200 OK\r\n", "gave no answer"),
        (b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03", "out of turn"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "refused: HTTP/1.1 403 Forbidden"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", "refused: HTTP/1.1 302 Found"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "refused: SSH-2.0-OpenSSH"),
        (b"\r\n\r\n", "refused: "),
    ],
)
async def test_a_proxy_that_makes_no_tunnel_is_an_error(authority: Authority, said: bytes, reason: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(said)

    async with RawServer(talk) as server:
        with pytest.raises(TransportError, match=reason):
            await transport_through(Proxy("127.0.0.1", server.port), authority).post(f"https://{APPLE}/x", {}, b"")


async def test_a_proxys_endless_head_is_given_up(authority: Authority) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000)
        await peer.hear_end()

    async with RawServer(talk) as server:
        with pytest.raises(TransportError, match="the proxy gave no answer"):
            await transport_through(Proxy("127.0.0.1", server.port), authority).post(f"https://{APPLE}/x", {}, b"")


async def test_the_proxy_does_not_widen_what_is_allowed(authority: Authority) -> None:
    proxy = ConnectProxy({})
    await proxy.start()
    with pytest.raises(TransportError, match="not allowed"):
        await transport_through(parse_proxy(proxy.url), authority).post("https://evil.example/x", {}, b"")
    assert proxy.refused == []
    await proxy.stop()


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://proxy:3128", Proxy("proxy", 3128)),
        ("http://proxy.corp/", Proxy("proxy.corp", 80)),
        ("http://[::1]:3128", Proxy("::1", 3128)),
        ("http://u:p@proxy:1", Proxy("proxy", 1, "Basic dTpw")),
        ("http://u@proxy:1", Proxy("proxy", 1, "Basic dTo=")),
    ],
)
def test_a_proxy_url_is_understood(url: str, proxy: Proxy) -> None:
    assert parse_proxy(url) == proxy


@pytest.mark.parametrize(
    "url",
    [
        "",
        "proxy:3128",
        "https://proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "http://proxy:99999",
        "http://p/x",
        "http://[::1",
    ],
)
def test_a_proxy_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"push\.proxy must be"):
        parse_proxy(url)
