"""docs/benchmarks.md: the part of it that is measured is between two marks, one table per benchmark."""

import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.figures import Figure, to_markdown

ROOT = Path(__file__).parents[2]
FILE = Path("docs/benchmarks.md")


def write(results: Mapping[str, list[Figure]]) -> None:
    """Replace the tables of these benchmarks, with the day and the machine."""
    path = ROOT / FILE
    text = path.read_text(encoding="utf-8")
    for name, figures in results.items():
        table = f"<!-- {name} -->\n{conditions(name)}\n\n{to_markdown(figures)}\n<!-- end of {name} -->"
        text, count = re.subn(rf"<!-- {name} -->.*<!-- end of {name} -->", lambda _: table, text, flags=re.DOTALL)  # noqa: B023
        if count != 1:
            raise ValueError(f"{FILE} has no place for {name}")
    path.write_text(text, encoding="utf-8")


def conditions(name: str) -> str:
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"`python -m tests.bench {name}`, {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} processors {processor()}, "
        f"{memory_gib:.0f} GiB, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}, "
        f"aiohttp {version('aiohttp')}, uvloop {version('uvloop')}"
    )


def processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
