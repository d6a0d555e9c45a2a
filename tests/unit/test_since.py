"""Where a reader starts."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell.errors import ApiError
from pushbell.subscribe.since import AfterId, FromTime, Point, parse_duration, parse_since

from .adversarial import slowest_s

NOW = 1_800_000_000.7


@pytest.mark.parametrize(
    ("value", "since"),
    [
        ("all", Point.ALL),
        ("latest", Point.LATEST),
        ("none", Point.NONE),
        ("abcDEF123456", AfterId("abcDEF123456")),
        ("123456789012", AfterId("123456789012")),
        ("1700000000", FromTime(1_700_000_000)),
        ("0", FromTime(0)),
        ("-5", FromTime(-5)),
        ("1234567890123", FromTime(1_234_567_890_123)),
        ("10m", FromTime(1_799_999_400)),
        ("1h30m", FromTime(1_799_994_600)),
        ("1.5h", FromTime(1_799_994_600)),
        (".5m", FromTime(1_799_999_970)),
        ("1.h", FromTime(1_799_996_400)),
        ("100ms", FromTime(1_800_000_000)),
        ("2us3µs4μs5ns", FromTime(1_800_000_000)),
        ("-1h", FromTime(1_800_003_600)),
        ("+1h", FromTime(1_799_996_400)),
    ],
)
def test_these_are_starts(value, since):
    assert parse_since(value, NOW, poll=False) == since


def test_without_it_a_poll_starts_at_the_beginning_and_a_stream_now():
    assert parse_since("", NOW, poll=True) is Point.ALL
    assert parse_since("", NOW, poll=False) is Point.NONE


@pytest.mark.parametrize(
    "value",
    [
        "ALL", "1d", "1 h", "h", "1x", "1h ", "--1h", "1h-1m", "1e3s", "0x5", "1_000", "٣", "٣h", ".h", ".", "1..5h",
        "-", "+", "abcDEF12345", "abcDEF1234567", "2562048h", "999999999999h", "9" * 19, "all\n", "1h\n",
    ],
)  # fmt: skip
def test_these_are_none(value):
    with pytest.raises(ApiError) as refused:
        parse_since(value, NOW, poll=False)
    assert refused.value.code == 40008


@given(st.integers(0, 10**9), st.sampled_from([("h", 3600), ("m", 60), ("s", 1), ("ms", 0.001)]))
def test_a_duration_is_what_it_says(number, unit):
    name, seconds = unit
    with suppress(ApiError):
        assert parse_duration(f"{number}{name}") == pytest.approx(number * seconds)


@given(st.one_of(st.text(), st.from_regex(r"[-+]?([0-9.]{1,20}(h|m|s|ms|ns)?){1,5}", fullmatch=True)))
def test_whatever_comes_is_a_start_that_fits_the_database_or_is_refused(value):
    with suppress(ApiError):
        since = parse_since(value, NOW, poll=True)
        if isinstance(since, FromTime):
            assert abs(since.time) < 2**63


def test_nothing_makes_it_slow():
    assert slowest_s(lambda text: parse_since(text, NOW, poll=False)) < 0.005
