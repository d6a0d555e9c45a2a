"""What each push service's answer means, in the words that it really uses."""

import json

import pytest

from pushbell.deliver.answer import Answer
from pushbell.deliver.known import APPLE, FCM, MOZILLA, WINDOWS, KnownService, known_service
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


def mozilla(status: int, errno: int, message: str) -> Answer:
    body = {"code": status, "errno": errno, "error": "", "message": message, "more_info": "http://autopush"}
    return Answer(status, {}, json.dumps(body).encode())


def apple(status: int, reason: str) -> Answer:
    return Answer(status, {"apns-id": "1"}, json.dumps({"reason": reason}).encode())


WNS_DROPPED = {
    "x-wns-error-description": "Ttl value conflicts with X-WNS-Cache-Policy.",
    "x-wns-status": "dropped",
    "x-wns-notificationstatus": "dropped",
}
FCM_MISMATCH = (
    b"the VAPID credentials in the authorization header do not correspond to the credentials used to create the "
    b"subscriptions.\n"
)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_accepted(status: int) -> None:
    assert judge(Answer(status, {}, b"whatever")) == Accepted(status)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (mozilla(404, 102, "Invalid URL endpoint."), Gone(404, "Invalid URL endpoint. (errno 102)")),
        (mozilla(410, 103, "No such user"), Gone(410, "No such user (errno 103)")),
        (mozilla(410, 106, "No such subscription"), Gone(410, "No such subscription (errno 106)")),
        (apple(410, "Unregistered"), Gone(410, "Unregistered")),
        (
            Answer(410, {}, b"push subscription has unsubscribed or expired.\n"),
            Gone(410, "push subscription has unsubscribed or expired."),
        ),
        (mozilla(413, 104, "too big"), TooLarge(413, "too big (errno 104)")),
        (apple(413, "PayloadTooLarge"), TooLarge(413, "PayloadTooLarge")),
        (
            mozilla(401, 109, "VAPID public key mismatch"),
            WrongKey(401, "VAPID public key mismatch (errno 109)"),
        ),
        (
            apple(400, "VapidPkHashMismatch"),
            WrongKey(400, "VapidPkHashMismatch: the browser subscribed with another VAPID key"),
        ),
        (Answer(403, {}, FCM_MISMATCH), WrongKey(403, FCM_MISMATCH.decode().strip())),
        (mozilla(401, 109, "Invalid aud"), Unauthorized(401, "Invalid aud (errno 109)")),
        (
            apple(403, "BadJwtToken"),
            Unauthorized(403, "BadJwtToken: Apple refuses the VAPID token; is push.contact a real address?"),
        ),
        (apple(403, "ExpiredJwtToken"), Unauthorized(403, "ExpiredJwtToken: is this machine's clock right?")),
        (Answer(403, {}, b""), Unauthorized(403, "Forbidden")),
        (mozilla(400, 110, "Invalid encryption"), Refused(400, "Invalid encryption (errno 110)")),
        (apple(400, "BadWebPushTopic"), Refused(400, "BadWebPushTopic")),
        (Answer(400, WNS_DROPPED), Refused(400, "Ttl value conflicts with X-WNS-Cache-Policy., dropped, dropped")),
        (Answer(405, {}), Refused(405, "Method Not Allowed")),
        (Answer(302, {"location": "http://127.0.0.1/"}), Refused(302, "Found")),
        (Answer(308, {}), Refused(308, "Permanent Redirect")),
        (Answer(418, {}), Refused(418, "I'm a Teapot")),
        (
            Answer(406, {"x-wns-status": "channelthrottled", "retry-after": "900"}),
            Later(406, "channelthrottled", 900.0),
        ),
        (Answer(408, {}), Later(408, "Request Timeout")),
        (apple(429, "TooManyRequests"), Later(429, "TooManyRequests")),
        (Answer(429, {"retry-after": "2"}), Later(429, "Too Many Requests", 2.0)),
        (Answer(500, {}), Later(500, "Internal Server Error")),
        (Answer(503, {"retry-after": "120"}), Later(503, "Service Unavailable", 120.0)),
        (Answer(502, {}, b"<html><head><title>502 Bad Gateway</title></head>"), Later(502, "502 Bad Gateway")),
        (Answer(599, {}), Later(599, "HTTP status 599")),
    ],
)
def test_an_answer_means(answer: Answer, outcome: Outcome) -> None:
    assert judge(answer) == outcome


@pytest.mark.parametrize("status", range(200, 600))
def test_only_404_and_410_ever_remove_a_device(status: int) -> None:
    assert isinstance(judge(Answer(status, {}, b"Unregistered, gone, expired")), Gone) == (status in {404, 410})


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("3600", 3600),
        ("86400", 3600),
        ("9" * 400, 3600),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Tue, 24 Nov 2026 12:00:00 GMT", 3600),
        ("Mon, 23 Nov 2026 12:02:00 -0000", None),
        ("-5", None),
        ("1.5", None),
        ("\u0663", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_an_hour(retry_after: str, seconds: float | None) -> None:
    headers = {"retry-after": retry_after, "date": "Mon, 23 Nov 2026 12:00:00 GMT"}
    assert judge(Answer(503, headers)) == Later(503, "Service Unavailable", seconds)


def test_a_date_to_retry_after_means_nothing_without_the_answers_own_date() -> None:
    answer = Answer(503, {"retry-after": "Mon, 23 Nov 2026 12:02:00 GMT"})
    assert judge(answer) == Later(503, "Service Unavailable", None)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        b'{"reason": 5}',
        b'{"errno": "x"}',
        b'{"message": null}',
        b"[]",
        b"null",
        b"{" * 10_000,
        b'{"x":' + b"[" * 60_000,
        b"<title>" * 9_000,
        b"\x1b[31mred\x1b[0m\r\nSet-Cookie: x",
        b"https://fcm.googleapis.com/fcm/send/dXk3c2VjcmV0LXRva2VuLXNlY3JldC10b2tlbi1zZWNyZXQ",
        b"x " * 5000,
    ],
)
def test_whatever_the_body_is_the_reason_is_one_short_printable_line_without_secrets(body: bytes) -> None:
    reason = judge(Answer(400, {}, body)).reason
    assert 0 < len(reason) <= 200
    assert reason.isprintable()
    assert "c2VjcmV0" not in reason


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("fcm.googleapis.com", FCM),
        ("jmt17.google.com", FCM),
        ("updates.push.services.mozilla.com", MOZILLA),
        ("autopush.stage.push.services.mozilla.com", MOZILLA),
        ("web.push.apple.com", APPLE),
        ("wns2-par02p.notify.windows.com", WINDOWS),
        ("push.apple.com", None),
        ("evilpush.apple.com", None),
        ("evilfcm.googleapis.com", None),
        ("a.jmt17.google.com", None),
        ("google.com", None),
    ],
)
def test_a_host_belongs_to_its_maker(host: str, service: KnownService | None) -> None:
    assert known_service(host) == service


def test_urgency_rises_with_the_priority_and_unset_means_3() -> None:
    assert [urgency(priority) for priority in range(6)] == ["high", "low", "normal", "high", "high", "high"]


@pytest.mark.parametrize(
    ("priority", "remaining_s", "seconds"),
    [
        (3, 43_200, 43_200),
        (3, 43_200.9, 43_200),
        (0, 10**9, 604_800),
        (3, 10**9, 604_800),
        (1, 10**9, 21_600),
        (2, 10**9, 86_400),
        (4, 10**9, 2_419_200),
        (5, 10**9, 2_419_200),
        (5, 31, 31),
        (5, 29, 30),
        (5, 0, 30),
        (1, -100, 30),
    ],
)
def test_a_push_service_keeps_a_message_no_longer_than_it_lives_but_never_zero(
    priority: int, remaining_s: float, seconds: int
) -> None:
    assert ttl_s(priority, remaining_s) == seconds


def test_mozilla_keeps_what_is_not_urgent_for_three_days_at_most() -> None:
    assert [ttl_s(priority, 10**9, MOZILLA) for priority in range(6)] == [
        259_200, 21_600, 86_400, 259_200, 2_419_200, 2_419_200
    ]  # fmt: skip
    assert ttl_s(3, 3600, MOZILLA) == 3600


def test_a_topic_slot_is_a_valid_header_and_one_per_notification() -> None:
    slot = topic_header("doors", "front")
    assert len(slot) == 30
    assert slot.replace("-", "").replace("_", "").isalnum()
    assert slot == topic_header("doors", "front")
    assert (
        len({slot, topic_header("doors", "back"), topic_header("door", "s/front"), topic_header("doorsf", "ront")}) == 4
    )
