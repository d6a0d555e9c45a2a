"""Which endpoints pass, and as which push service."""

import pytest

from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.errors import ENDPOINT_NOT_ALLOWED, PUSH_SUBSCRIPTION_INVALID, ApiError

POLICY = EndpointPolicy(["http://127.0.0.1:9100", "https://Push.Example.ORG/", "http://[0:0::1]:81", "http://ntfy"])


@pytest.mark.parametrize(
    ("endpoint", "service"),
    [
        ("https://fcm.googleapis.com/fcm/send/a:B-_1", "https://fcm.googleapis.com"),
        ("https://fcm.googleapis.com/wp/a", "https://fcm.googleapis.com"),
        ("https://jmt17.google.com/fcm/send/a", "https://jmt17.google.com"),
        ("https://updates.push.services.mozilla.com/wpush/v2/gA", "https://updates.push.services.mozilla.com"),
        ("https://web.push.apple.com/QP", "https://web.push.apple.com"),
        ("https://wns2-par02p.notify.windows.com/w/?token=Bw%2b%3d&x=1", "https://wns2-par02p.notify.windows.com"),
        ("https://fcm.googleapis.com:443/fcm/send/a", "https://fcm.googleapis.com"),
        ("HTTPS://FCM.GoogleAPIs.com/fcm/send/a", "https://fcm.googleapis.com"),
        ("http://127.0.0.1:9100/push/a", "http://127.0.0.1:9100"),
        ("https://push.example.org/a", "https://push.example.org"),
        ("https://push.example.org:443/a", "https://push.example.org"),
        ("http://[::1]:81/a", "http://[::1]:81"),
        ("http://ntfy/a", "http://ntfy"),
        ("http://ntfy:80/a", "http://ntfy"),
        ("https://fcm.googleapis.com/" + "x" * (2048 - 27), "https://fcm.googleapis.com"),
    ],
)
def test_an_endpoint_belongs_to_a_push_service(endpoint: str, service: str) -> None:
    assert POLICY.service_of(endpoint) == service


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1:9100/a",
        "http://127.0.0.1:9101/a",
        "http://127.0.0.1/a",
        "http://localhost:9100/a",
        "http://push.example.org/a",
        "https://push.example.org:8443/a",
        "https://sub.push.example.org/a",
        "http://[::2]:81/a",
        "https://ntfy/a",
        "http://fcm.googleapis.com/a",
        "http://fcm.googleapis.com:443/a",
        "https://fcm.googleapis.com:8443/a",
    ],
)
def test_scheme_host_and_port_must_all_be_the_same(endpoint: str) -> None:
    with pytest.raises(ApiError) as caught:
        POLICY.service_of(endpoint)
    assert caught.value.code == ENDPOINT_NOT_ALLOWED.code


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "/a",
        "https://",
        "https:///a",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com?x",
        "ftp://fcm.googleapis.com/a",
        "https://fcm.googleapis.com:0/a",
        "https://fcm.googleapis.com:65536/a",
        "https://fcm.googleapis.com:/a",
        "https://[::1/a",
        "https://[:::]/a",
        "https://" + "a." * 127 + "push.apple.com/a",
        "https://" + "a" * 64 + ".push.apple.com/a",
        "https://fcm.googleapis.com/" + "x" * 2048,
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/a\r\nX: y",
        "https://fcm.googleapis.com/ä",
        "https://fcm.googleapis.com/a#b",
    ],
)
def test_what_is_no_plain_url_is_refused(endpoint: str) -> None:
    with pytest.raises(ApiError) as caught:
        POLICY.service_of(endpoint)
    assert caught.value.code == PUSH_SUBSCRIPTION_INVALID.code


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "push.example.org",
        "https:",
        "https://push.example.org/path",
        "https://*.example.org",
        "https://u@h",
        "//h",
    ],
)
def test_an_allowed_service_that_is_no_origin_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="is not an origin") as caught:
        EndpointPolicy([entry])
    assert repr(entry) in str(caught.value)
