"""Topic names, sequence IDs, priorities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell.errors import ApiError
from pushbell.priority import parse_priority
from pushbell.topic import RESERVED, check_sequence_id, check_topic

from .adversarial import slowest_s

NAMES = st.from_regex(r"[-_A-Za-z0-9]{1,64}", fullmatch=True)
NO_NAMES = ["", "a" * 65, "a b", "a/b", "a.b", "a,b", "ä", "a\n", "\n", "a\0", "٣", "~", "..", "a%20"]


@given(NAMES)
def test_names_are_names(name):
    assert check_sequence_id(name) == name
    if name not in RESERVED:
        assert check_topic(name) == name


@pytest.mark.parametrize("name", NO_NAMES)
def test_other_strings_are_not(name):
    for check, code in ((check_topic, 40009), (check_sequence_id, 40049)):
        with pytest.raises(ApiError) as refused:
            check(name)
        assert refused.value.code == code


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_the_path_words_of_the_protocols_are_no_topics(name):
    with pytest.raises(ApiError) as refused:
        check_topic(name)
    assert refused.value.code == 40010
    assert check_topic(name.upper() if name != name.upper() else name.title()) != name
    assert check_sequence_id(name) == name


@pytest.mark.parametrize(
    ("words", "priority"),
    [
        (("", "  "), 0),
        (("1", "min", "MIN"), 1),
        (("2", "low"), 2),
        (("3", "default", " 3 "), 3),
        (("4", "high"), 4),
        (("5", "max", "urgent", "Urgent"), 5),
    ],
)
def test_priorities_have_numbers_and_words(words, priority):
    assert {parse_priority(word) for word in words} == {priority}


@pytest.mark.parametrize("word", ["0", "6", "-1", "1.0", "01", "u=1", "none", "٣", "hi gh"])
def test_other_words_are_none(word):
    with pytest.raises(ApiError) as refused:
        parse_priority(word)
    assert refused.value.code == 40007


def test_nothing_makes_them_slow():
    assert max(slowest_s(check) for check in (check_topic, check_sequence_id, parse_priority)) < 0.005
