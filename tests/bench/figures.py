"""Figures, and the table of them: on the screen, and in docs/benchmarks.md."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. `target` is the least (or with `at_most` the largest) that is good; None: for information.

    `beside` says what it was compared with, or what else was seen in the same run.
    """

    what: str
    value: float
    unit: str
    target: float | None = None
    at_most: bool = False
    beside: str = ""

    @property
    def met(self) -> bool:
        if self.target is None:
            return True
        return self.value <= self.target if self.at_most else self.value >= self.target

    def row(self) -> tuple[str, str, str, str]:
        target = ""
        if self.target is not None:
            target = f"{'≤' if self.at_most else '≥'} {number(self.target)} {self.unit}"
        measured = f"{number(self.value)} {self.unit}" + ("" if self.met else " (missed)")
        return self.what, measured, target, self.beside


HEAD = ("what", "measured", "target", "beside")


def number(value: float) -> str:
    """Three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def to_text(figures: Sequence[Figure]) -> str:
    """Columns for a terminal."""
    rows = [HEAD, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )


def to_markdown(figures: Sequence[Figure]) -> str:
    rows = [HEAD, ("---",) * 4, *(figure.row() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
