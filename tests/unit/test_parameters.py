"""Parameters by any of their names."""

from hypothesis import given
from hypothesis import strategies as st

from pushbell.parameters import Aliases
from pushbell.publish.parameters import PUBLISH
from pushbell.subscribe.filters import SUBSCRIBE

from .adversarial import slowest_s

NAMES = Aliases({"title": ("x-title", "title", "t"), "priority": ("x-priority", "priority", "p")})


def test_headers_count_in_any_case_and_query_keys_only_in_lower_case():
    assert NAMES.collect([("X-TITLE", "a")], []) == {"title": "a"}
    assert NAMES.collect([], [("Title", "a")]) == {}
    assert NAMES.collect([], [("title", "a")]) == {"title": "a"}


def test_the_earliest_name_wins_wherever_it_stands():
    assert NAMES.collect([("t", "late"), ("title", "middle"), ("x-title", "early")], []) == {"title": "early"}
    assert NAMES.collect([("x-title", "early"), ("t", "late")], []) == {"title": "early"}


def test_any_header_beats_any_query_key():
    assert NAMES.collect([("t", "header")], [("x-title", "query")]) == {"title": "header"}


def test_empty_is_absent():
    assert NAMES.collect([("x-title", " "), ("t", "late")], []) == {"title": "late"}
    assert NAMES.collect([("x-title", "\0")], [("t", "query")]) == {"title": "query"}
    assert NAMES.collect([("x-title", "")], [("x-title", ""), ("p", "")]) == {}


def test_the_first_of_the_same_name_wins():
    assert NAMES.collect([("t", "first"), ("T", "second")], []) == {"title": "first"}
    assert NAMES.collect([], [("t", "first"), ("t", "second")]) == {"title": "first"}


def test_the_priority_of_http_is_none_of_ours():
    for value in ("u=1", "u=1, i", "u=5,i", "u=3,  7"):
        assert NAMES.collect([("Priority", value)], []) == {}
        assert NAMES.collect([("Priority", value), ("p", "4")], []) == {"priority": "4"}
    assert NAMES.collect([("Priority", "u=12")], []) == {"priority": "u=12"}
    assert NAMES.collect([("X-Priority", "u=1")], []) == {"priority": "u=1"}


def test_encoded_words_count_in_headers_only():
    assert NAMES.collect([("t", "=?utf-8?q?a?=")], [("p", "=?utf-8?q?a?=")]) == {
        "title": "a",
        "priority": "=?utf-8?q?a?=",
    }


PAIRS = st.lists(st.tuples(st.sampled_from(["x-title", "Title", "t", "p", "other"]), st.text(max_size=5)), max_size=8)


@given(PAIRS, PAIRS)
def test_values_are_never_empty_and_never_from_elsewhere(headers, query):
    found = NAMES.collect(headers, query)
    assert set(found) <= {"title", "priority"}
    assert all(found.values())


def test_nothing_makes_it_slow():
    assert slowest_s(lambda text: PUBLISH.collect([("Title", text), ("X-Message", text)], [("t", text)])) < 0.015
    assert slowest_s(lambda text: SUBSCRIBE.collect([(text, "x")], [(text, "x")])) < 0.005
