"""What a push contains."""

import re
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell.deliver.payload import SMALLEST, build_payload
from pushbell.deliver.shorten import json_length, shorten
from pushbell.message import Event, Message
from pushbell.store import DeviceKind

ORIGIN = "https://push.example.com"
NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_", min_size=1, max_size=64)
TEXTS = st.one_of(
    st.text(max_size=5000),
    st.text('🇩🇪👩‍👩‍👧e\u0301🏽"\\\n\x01', max_size=1500),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=8), st.integers(1, 1000)),
)


@st.composite
def messages(draw):
    return Message(
        id=draw(st.text("abcdefgh12345678", min_size=12, max_size=12)),
        topic=draw(NAMES),
        time=1_767_225_600,
        expires=1_769_817_600,
        event=draw(st.sampled_from([Event.MESSAGE, Event.DELETE, Event.CLEAR])),
        sequence_id=draw(st.one_of(st.just(""), NAMES)),
        title=draw(st.one_of(st.just(""), st.text(min_size=1, max_size=1000))),
        message=draw(TEXTS),
        priority=draw(st.integers(0, 5)),
        tags=tuple(draw(st.lists(st.one_of(st.sampled_from(["warning", "tada"]), st.text(max_size=60)), max_size=20))),
        click=draw(st.one_of(st.just(""), st.text(max_size=300), st.just("https://example.com/a?b=c#d"))),
        icon=draw(st.one_of(st.just(""), st.text(max_size=300))),
        content_type=draw(st.sampled_from(["", "text/markdown"])),
    )


def message(**fields):
    return Message(
        **{"id": "x7KqAbCdEfGh", "topic": "alerts", "time": 1_767_225_600, "expires": 1_769_817_600} | fields
    )


def build(message, kind=DeviceKind.APP, limit=3993):
    return msgspec.json.decode(build_payload(message, kind, ORIGIN, limit))


@given(messages(), st.sampled_from(DeviceKind), st.sampled_from([SMALLEST, 501, 700, 1000, 2000, 2700, 3993]))
def test_any_message_fits_any_limit(message, kind, limit):
    payload = build_payload(message, kind, ORIGIN, limit)
    assert len(payload) <= limit
    msgspec.json.decode(payload)


@given(messages(), st.sampled_from([SMALLEST, 700, 1500, 3993]))
def test_what_is_shown_is_always_a_valid_declaration(message, limit):
    push = build(message, limit=limit)
    if message.event is not Event.MESSAGE:
        assert "notification" not in push
        assert push["data"]["event"] == message.event
        return
    shown = push["notification"]
    assert push["web_push"] == 8030
    assert push["mutable"] is True
    assert shown["title"]
    assert all(isinstance(shown[field], str) for field in shown.keys() - {"data"})
    url = urlsplit(shown["navigate"])
    assert url.scheme in ("http", "https")
    assert url.hostname
    assert shown["tag"] == f"{message.topic}/{message.sequence}"
    assert shown["data"]["id"] == message.id


@given(messages(), st.sampled_from([SMALLEST, 700, 1500, 3993]))
def test_what_was_cut_is_marked(message, limit):
    push = build(message, limit=limit)
    if message.event is Event.MESSAGE and not push["notification"]["data"].get("truncated"):
        assert push["notification"]["body"] == message.message
        assert push["notification"]["title"].endswith(message.title or message.topic)


@given(TEXTS, st.integers(0, 4000))
def test_shortened_text_is_a_beginning_that_fits(text, limit):
    short = shorten(text, limit)
    assert json_length(short) <= limit
    if short != text:
        assert not short or text.startswith(short.removesuffix("…"))


def test_a_whole_message_reads_as_documented():
    sent = message(title="Disk full", message="nas01: 98 %", priority=5, tags=("warning", "nas"))
    assert build(sent) == {
        "web_push": 8030,
        "mutable": True,
        "notification": {
            "title": "⚠️ Disk full",
            "body": "nas01: 98 %",
            "navigate": "https://push.example.com/alerts",
            "tag": "alerts/x7KqAbCdEfGh",
            "data": {
                "id": "x7KqAbCdEfGh",
                "time": 1_767_225_600,
                "expires": 1_769_817_600,
                "event": "message",
                "topic": "alerts",
                "title": "Disk full",
                "priority": 5,
                "tags": ["warning", "nas"],
            },
        },
    }


def test_a_message_without_title_shows_its_topic():
    shown = build(message(message="open"))["notification"]
    assert (shown["title"], shown["body"], shown["data"]["untitled"]) == ("alerts", "open", True)
    assert "title" not in shown["data"]


def test_an_update_carries_the_tag_of_what_it_replaces():
    assert build(message(sequence_id="backup-7", message="60 %"))["notification"]["tag"] == "alerts/backup-7"


def test_a_click_url_is_where_a_tap_leads():
    assert build(message(click="https://grafana.example.com:3000/d/1?x=a%20b"))["notification"]["navigate"] == (
        "https://grafana.example.com:3000/d/1?x=a%20b"
    )


@pytest.mark.parametrize(
    "click", ["mailto:a@example.com", "https://exa mple.com", "https://[bad", "//x", "https://ü.de"]
)
def test_a_click_that_safari_might_refuse_stays_out_of_navigate(click):
    shown = build(message(click=click))["notification"]
    assert shown["navigate"] == "https://push.example.com/alerts"
    assert shown["data"]["click"] == click


def test_a_delete_shows_nothing():
    push = build(message(event=Event.DELETE, sequence_id="backup-7"))
    assert push == {
        "data": {
            "id": "x7KqAbCdEfGh",
            "sequence_id": "backup-7",
            "time": 1_767_225_600,
            "event": "message_delete",
            "topic": "alerts",
        }
    }


def test_a_long_body_is_cut_before_anything_that_is_needed_for_a_tap():
    sent = message(title="Log", message="line\n" * 1000, click="https://example.com/log", tags=("computer",))
    shown = build(sent)["notification"]
    assert shown["body"].endswith("…")
    assert len(shown["body"].encode()) > 3000
    assert shown["data"]["truncated"] is True
    assert (shown["navigate"], shown["data"]["click"]) == ("https://example.com/log", "https://example.com/log")


@pytest.mark.parametrize("character", ["👩‍👩‍👧", "🇩🇪", "👍🏽", "e\u0301", "⚠️"])
def test_a_character_is_never_torn(character):
    text = character * 30
    for limit in range(4, json_length(text)):
        kept = shorten(text, limit).removesuffix("…")
        assert re.fullmatch(f"(?:{character})*", kept)


def test_ntfys_worker_gets_ntfys_payload():
    sent = message(title="Disk full", message="98 %", tags=("warning",))
    assert build(sent, DeviceKind.NTFY) == {
        "event": "message",
        "subscription_id": "https://push.example.com/alerts",
        "message": msgspec.to_builtins(sent.to_wire()) | {"tags": ["warning"]},
    }
