"""Durations and sizes: what people write is what is meant."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell.config.units import format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30d", 2_592_000),
        ("12h", 43_200),
        ("1h30m", 5_400),
        ("45s", 45),
        ("100ms", 0.1),
        ("2w", 1_209_600),
        ("1.5h", 5_400),
        ("90", 90),
        (" 7s ", 7),
        ("0s", 0),
    ],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "-5s", "5 s", "5y", "1h-30m", "1e3", "٣s", "5s\n6s", "nan", "inf", "9" * 50])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**12))
def test_every_duration_survives_being_written_and_read(milliseconds: int) -> None:
    assert round(parse_duration(format_duration(milliseconds / 1000)) * 1000) == milliseconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512", 512),
        ("4k", 4096),
        ("4K", 4096),
        ("4kb", 4096),
        ("15M", 15_728_640),
        ("1G", 1 << 30),
        ("7b", 7),
        ("0", 0),
    ],
)
def test_a_size_is_read_as_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "k", "-1k", "1.5k", "1T", "0x10", "٣k", "4k4k", "9" * 50])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="size"):
        parse_size(text)


@given(st.integers(min_value=0, max_value=10**15))
def test_every_size_survives_being_written_and_read(size: int) -> None:
    assert parse_size(format_size(size)) == size


@given(st.text())
def test_whatever_is_written_either_has_a_meaning_or_is_refused(text: str) -> None:
    for parse in (parse_duration, parse_size):
        with suppress(ValueError):
            assert parse(text) >= 0
