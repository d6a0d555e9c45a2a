"""One event is one line, whatever is in it."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushbell import log
from pushbell.config import Log

LOGGER = logging.getLogger("pushbell.test")
HOSTILE = [
    "two\nlines",
    "two\r\nlines",
    "2026-01-01T00:00:00Z info     faked\n2026-01-01T00:00:00Z error    faked",
    "\x1b[2J\x1b[31mred",
    "\x9b31mred",
    "back\x08\x7fspace",
    "next\x85line",
    "line\u2028and\u2029paragraph",
    "\u202eright to left",
    "vertical\x0b\x0ctab",
    "null\x00byte",
    "half a \udc80 character",
    '" level=error forged="',
    'back\\slash" quote',
    "%s %d %(name)s",
    "{0.__class__}",
]


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    """Puts the root logger back as pytest had it."""
    root, ours = logging.getLogger(), logging.getLogger("pushbell")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
    logging.captureWarnings(capture=False)


def written(form: Literal["text", "json"], act: Callable[[], None], **options: Any) -> str:
    stream = io.StringIO()
    log.set_up(Log(format=form, **options), stream)
    act()
    return stream.getvalue()


def test_a_text_line_can_be_read_by_people() -> None:
    line = written(
        "text", lambda: log.event(LOGGER, "message stored", topic="alerts", devices=3, name="my phone", at=None)
    )
    assert line[10] == "T"
    assert line[20:] == ' info     message stored  topic=alerts devices=3 name="my phone" at=-\n'


def test_a_json_line_can_be_read_by_machines() -> None:
    line = json.loads(written("json", lambda: log.event(LOGGER, "message stored", topic="ünï", devices=3, level_=1)))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info", "logger": "pushbell.test", "event": "message stored", "topic": "ünï", "devices": 3, "level_": 1
    }  # fmt: skip


def test_a_field_cannot_take_the_place_of_what_every_line_has() -> None:
    line = json.loads(written("json", lambda: log.event(LOGGER, "message stored", event="faked", time=1)))
    assert (line["event"], line["event_"], line["time_"]) == ("message stored", "faked", 1)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_value_cannot_break_out_of_its_line(form: Literal["text", "json"], hostile: str) -> None:
    def act() -> None:
        log.event(LOGGER, hostile, value=hostile)
        log.access(method=hostile, target=hostile, status=200, took_s=0.1, remote=hostile)

    output = written(form, act)
    assert len(output.splitlines()) == 2
    assert all(character.isprintable() or character == "\n" for character in output)


@given(st.text())
def test_a_quoted_value_ends_where_its_quotes_end(value: str) -> None:
    line = written("text", lambda: log.event(LOGGER, "x", value=value)).rstrip("\n")
    shown = line.partition("value=")[2]
    if shown.startswith('"'):
        inside = shown[1:-1].replace("\\\\", "")
        assert shown.endswith('"')
        assert '"' not in inside.replace('\\"', "")
    else:
        assert not set(shown) & set(' "=')


def test_a_traceback_is_indented_so_that_none_of_its_lines_looks_like_an_event() -> None:
    error = ValueError("bad\n2026-01-01T00:00:00Z error    faked\x1b[31m")
    first, *rest = written("text", lambda: log.event(LOGGER, "failed", level=logging.ERROR, error=error)).splitlines()
    assert first.endswith("error    failed")
    assert rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_a_traceback_is_one_field_in_json() -> None:
    output = written("json", lambda: log.event(LOGGER, "failed", error=ValueError("bad\nworse")))
    assert len(output.splitlines()) == 1
    assert "ValueError: bad\nworse" in json.loads(output)["exception"]


def test_long_values_are_cut() -> None:
    output = written("text", lambda: log.event(LOGGER, "t" * 5000, value="v" * 5000))
    assert len(output) < 1500


def test_a_request_is_logged_without_its_query_string() -> None:
    def act() -> None:
        log.access(method="GET", target="/a/json?auth=QmVhcmVy", status=200, took_s=0.0123, remote="::1")

    output = written("text", act)
    assert output[20:] == " info     request  method=GET path=/a/json status=200 ms=12.3 remote=::1\n"


@pytest.mark.parametrize("form", ["text", "json"])
def test_fields_named_like_secrets_are_masked(form: Literal["text", "json"]) -> None:
    output = written(form, lambda: log.event(LOGGER, "x", token="canary", endpoint="https://e/canary"))
    assert "canary" not in output


def test_the_level_is_the_least_important_that_is_written() -> None:
    def act() -> None:
        LOGGER.debug("quiet")
        LOGGER.warning("loud")

    assert "quiet" not in written("text", act)
    assert "quiet" in written("text", act, level="debug")
    assert written("text", act, level="error") == ""


def test_libraries_are_heard_from_warning_on_even_when_we_debug() -> None:
    def act() -> None:
        logging.getLogger("urllib3").debug("https://endpoint.example/canary")
        logging.getLogger("urllib3").warning("heard")

    output = written("text", act, level="debug")
    assert "canary" not in output
    assert "heard" in output
