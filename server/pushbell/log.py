"""Logging: one line per event, readable by people (`text`) or machines (`json`).

    event(LOGGER, "device registered", service=host, topics=3)

The text of an event is a constant; what varies goes into fields. A secret is never a field: log the id of a device,
not its endpoint; the name of a user, not the token. Fields whose names say otherwise are masked, as a second net.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

from pushbell.config import Log

LONGEST_VALUE: Final = 300
LONGEST_TEXT: Final = 1000
MASKED: Final = frozenset(
    {"auth", "authorization", "endpoint", "key", "p256dh", "password", "private_key", "secret", "token"}
)

Field = str | int | float | bool | None


def event(
    logger: logging.Logger,
    text: str,
    /,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
    **fields: object,
) -> None:
    """Write one event, with its traceback when `error` is given."""
    logger.log(level, "%s", text, exc_info=error, extra={"fields": fields})


def access(*, method: str, target: str, status: int, took_s: float, remote: str | None) -> None:
    """Write one line about a request. The query string stays out of it: `?auth=` carries credentials."""
    path = target.partition("?")[0]
    logger = logging.getLogger("pushbell.access")
    event(logger, "request", method=method, path=path, status=status, ms=round(took_s * 1000, 1), remote=remote)


def set_up(options: Log, stream: TextIO | None = None) -> None:
    """Send all logging to `stream` (standard error). Libraries are heard from `warning` on: what they say at lower
    levels may hold endpoints and headers."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if options.format == "json" else TextLines())
    level = logging.getLevelNamesMapping()[options.level.upper()]
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    logging.getLogger("pushbell").setLevel(level)
    logging.captureWarnings(capture=True)


class TextLines(logging.Formatter):
    """`2026-11-23T12:00:00Z info     message stored  topic=alerts id=x7Kq`; a traceback follows, indented."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        pairs = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        line = f"{at:%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower():<8} {_text(record)}"
        trace = "".join(f"\n    {escape(part)}" for part in self._traceback(record).splitlines())
        return f"{line} {pairs}{trace}" if pairs else line + trace

    def _traceback(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info else ""


class JsonLines(logging.Formatter):
    """One JSON object per line, in ASCII; a traceback is its field `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Field] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _text(record),
        }
        for name, value in _fields(record).items():
            line[f"{name}_" if name in line else name] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def escape(text: str) -> str:
    """The text without anything that could end the line, colour the terminal or reverse the direction of writing."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _text(record: logging.LogRecord) -> str:
    return _cut(escape(record.getMessage()), LONGEST_TEXT)


def _fields(record: logging.LogRecord) -> dict[str, Field]:
    """The fields of the event, masked and cut."""
    fields: dict[str, object] = getattr(record, "fields", {})
    return {name: "***" if name in MASKED else _plain(value) for name, value in fields.items()}


def _plain(value: object) -> Field:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _cut(str(value), LONGEST_VALUE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _word(value: Field) -> str:
    """A value that ends where the next field begins: quoted when it holds spaces, quotes or `=`."""
    if not isinstance(value, str):
        return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    if value and value.isprintable() and not any(c in value for c in ' "=\\'):
        return value
    quoted = escape(value.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{quoted}"'
