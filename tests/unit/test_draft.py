"""From parameters and a body to a draft. Which request leads to which message is in `tests/wire`."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell.config import Messages
from pushbell.errors import UNSUPPORTED, ApiError
from pushbell.publish.draft import Draft, compose
from pushbell.publish.json_body import parse_json, to_parameters
from pushbell.publish.parameters import PUBLISH

from .adversarial import slowest_s

SIZES = Messages()


def test_nothing_at_all_is_a_message_too():
    assert compose({}, b"", SIZES) == Draft(message="triggered")
    assert compose({"title": "a"}, b" \n", SIZES) == Draft(message="triggered", title="a")


def test_a_body_beats_the_parameter():
    assert compose({"message": "parameter"}, b"body", SIZES).message == "body"
    assert compose({"message": "parameter"}, b"\0", SIZES).message == "parameter"


@pytest.mark.parametrize("name", [name for name in UNSUPPORTED if name != "upload"])
def test_what_is_not_there_yet_is_refused_by_its_name(name):
    with pytest.raises(ApiError) as refused:
        compose({name: "yes"}, b"", SIZES)
    assert refused.value is UNSUPPORTED[name]


@pytest.mark.parametrize("body", [b"\xff", b"a" * 4097, b"\xed\xa0\x80"])
def test_a_body_that_is_no_text_is_an_upload(body):
    for parameters in ({}, {"title": "a"}):
        with pytest.raises(ApiError) as refused:
            compose(parameters, body, SIZES)
        assert refused.value is UNSUPPORTED["upload"]


def test_the_body_limit_counts_before_trimming():
    assert compose({}, b"a" + b" " * 4095, SIZES).message == "a"
    with pytest.raises(ApiError):
        compose({}, b"a" + b" " * 4096, SIZES)


NAMES = st.sampled_from(
    [
        "title",
        "message",
        "priority",
        "tags",
        "click",
        "icon",
        "markdown",
        "content-type",
        "cache",
        "firebase",
        "sequence-id",
    ]
)


@given(st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), min_size=1)), st.binary(max_size=200))
def test_whatever_comes_is_a_draft_within_its_limits_or_an_error(parameters, body):
    with suppress(ApiError):
        draft = compose(parameters, body, SIZES)
        assert draft.message
        assert draft.priority in range(6)
        assert draft.content_type in ("", "text/markdown")
        assert len(draft.title.encode()) <= SIZES.title_size_limit
        assert sum(len(tag.encode()) for tag in draft.tags) <= SIZES.tags_size_limit
        assert msgspec.json.decode(msgspec.json.encode(draft), type=Draft) == draft


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | NAMES | st.just("topic"), inner),
    )
)
def test_any_json_is_read_or_refused(value):
    with suppress(ApiError):
        fields = parse_json(msgspec.json.encode(value))
        assert fields.topic
        assert all(to_parameters(fields).values())


@given(st.binary())
def test_any_bytes_are_read_as_json_or_refused(body):
    with suppress(ApiError):
        parse_json(body)


def test_a_field_of_json_and_a_header_say_the_same():
    fields = parse_json(b'{"topic":"t","title":" a ","tags":["x","y"],"priority":4,"markdown":true,"sequence_id":"s"}')
    headers = {"Title": " a ", "Tags": "x,y", "Priority": "4", "Markdown": "yes", "X-Sequence-ID": "s"}
    assert to_parameters(fields) == PUBLISH.collect(headers.items(), ())


def test_nothing_makes_it_slow():
    for name in ("title", "message", "priority", "tags", "icon", "sequence-id"):
        assert slowest_s(lambda text, name=name: compose(PUBLISH.collect([(name, text)], ()), b"", SIZES)) < 0.01
    assert slowest_s(lambda text: parse_json(text.encode("utf-8", "surrogateescape"))) < 0.015
