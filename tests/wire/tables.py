"""Golden exchanges, read from the tables of the Markdown files in this folder (`publish.md` says how they are read)."""

import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Self

HERE = Path(__file__).parent

_ESCAPE = re.compile(r"\\(?:x([0-9A-F]{2})|([nrt\\]))")
_REPEAT = re.compile(r"\{(\d+)\*([^{}]{1,9})\}")
_PLAIN = {"n": b"\n", "r": b"\r", "t": b"\t", "\\": b"\\"}


@dataclass(frozen=True)
class Row:
    """One exchange, its cells as written. Cells of missing columns are empty."""

    request: str
    headers: str = ""
    body: str = ""
    answer: str = ""
    answer_headers: str = ""

    def filled(self, values: dict[str, str]) -> Self:
        """With `{5*a}` written out and `$name` replaced."""
        return type(self)(*(fill(cell, values) for cell in astuple(self)))


@dataclass(frozen=True)
class Table:
    """A conversation: its rows are sent one after the other."""

    name: str
    rows: tuple[Row, ...]


def read_tables() -> Iterator[Table]:
    """All tables of all files, one under each heading of the second level."""
    for file in sorted(HERE.glob("*.md")):
        for section in file.read_text().split("\n## ")[1:]:
            title, _, text = section.partition("\n")
            lines = [line for line in text.splitlines() if line.startswith("|")]
            yield Table(f"{file.stem}: {title}", tuple(_rows(lines)))


def _rows(lines: list[str]) -> Iterator[Row]:
    names = [name.replace(" ", "_") for name in _cells(lines[0])]
    for line in lines[2:]:
        cells = _cells(line)
        assert len(cells) == len(names), f"{len(names)} columns, but: {line}"
        yield Row(**dict(zip(names, cells, strict=True)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def entries(cell: str) -> list[str]:
    """What stands between backquotes: each entry of a cell."""
    return re.findall(r"`([^`]*)`", cell)


def entry(cell: str) -> str:
    return "".join(entries(cell))


def fill(text: str, values: dict[str, str]) -> str:
    text = _REPEAT.sub(lambda match: match[2] * int(match[1]), text)
    return re.sub(r"\$(\w+)", lambda match: values.get(match[1], match[0]), text)


def to_bytes(text: str) -> bytes:
    """The text in UTF-8, with its escapes replaced: `\\n`, `\\xEF`."""
    pieces = _ESCAPE.split(text)
    made = pieces[0].encode()
    for code, letter, plain in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        made += (bytes.fromhex(code) if code else _PLAIN[letter]) + plain.encode()
    return made
