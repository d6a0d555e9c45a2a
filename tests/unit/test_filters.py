"""What a reader wants to see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell.errors import ApiError
from pushbell.message import Event, Message
from pushbell.subscribe.filters import NO_FILTERS, Filters, parse_filters

from .adversarial import slowest_s

MESSAGE = Message(
    id="abcdefghijkl",
    topic="doors",
    time=1,
    expires=2,
    title="Door",
    message="open",
    priority=4,
    tags=("door", "north"),
)
PLAIN = Message(id="mnopqrstuvwx", topic="doors", time=1, expires=2, message="hello")
CLEAR = Message(id="ABCDEFGHIJKL", topic="doors", time=1, expires=2, event=Event.CLEAR, sequence_id="abcdefghijkl")


@pytest.mark.parametrize(
    ("parameters", "passing"),
    [
        ({}, (MESSAGE, PLAIN, CLEAR)),
        ({"id": "abcdefghijkl"}, (MESSAGE,)),
        ({"message": "open"}, (MESSAGE,)),
        ({"message": "ope"}, ()),
        ({"title": "Door"}, (MESSAGE,)),
        ({"title": "door"}, ()),
        ({"priority": "4"}, (MESSAGE,)),
        ({"priority": "high,max"}, (MESSAGE,)),
        ({"priority": "3"}, (PLAIN, CLEAR)),
        ({"priority": "default, 4"}, (MESSAGE, PLAIN, CLEAR)),
        ({"priority": ",,"}, (MESSAGE, PLAIN, CLEAR)),
        ({"tags": "door"}, (MESSAGE,)),
        ({"tags": "north,door"}, (MESSAGE,)),
        ({"tags": "north,,door,"}, (MESSAGE,)),
        ({"tags": "door,south"}, ()),
        ({"tags": "north, door"}, ()),
        ({"tags": "door", "priority": "4", "title": "Door", "message": "open", "id": "abcdefghijkl"}, (MESSAGE,)),
        ({"tags": "door", "priority": "5"}, ()),
    ],
)
def test_only_what_matches_all_of_them_passes(parameters, passing):
    filters = parse_filters(parameters)
    assert tuple(message for message in (MESSAGE, PLAIN, CLEAR) if filters.accept(message)) == passing


@pytest.mark.parametrize("words", ["6", "0", "3,x", "u=1"])
def test_a_priority_that_is_none_is_refused(words):
    with pytest.raises(ApiError) as refused:
        parse_filters({"priority": words})
    assert refused.value.code == 40007


def test_without_parameters_there_are_no_filters():
    assert parse_filters({"since": "all"}) == NO_FILTERS == Filters()


@given(st.lists(st.sampled_from("abcd"), unique=True), st.lists(st.sampled_from("abcd")))
def test_tags_match_when_all_of_the_wanted_are_there(present, wanted):
    message = Message(id="abcdefghijkl", topic="t", time=1, expires=2, tags=tuple(present))
    assert parse_filters({"tags": ",".join(wanted)}).accept(message) == set(wanted).issubset(present)


def test_nothing_makes_it_slow():
    assert slowest_s(lambda text: parse_filters({"tags": text, "priority": text}).accept(MESSAGE)) < 0.005
