"""`python -m tests.bench [name…] [--write]`"""

import argparse
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from tests.bench import document, fanout, latency, memory, publish, visit
from tests.bench.figures import Figure, to_text

Measure = Callable[[Path], Awaitable[list[Figure]]]

BENCHMARKS: dict[str, Measure] = {
    "publish": publish.measure,
    "fanout": fanout.measure,
    "memory": memory.measure,
    "latency": latency.measure,
    "visit": visit.measure,
}


async def measure(names: list[str]) -> dict[str, list[Figure]]:
    results = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            results[name] = await BENCHMARKS[name](Path(folder))
        print(to_text(results[name]), end="\n\n", flush=True)
    return results


def main() -> int:
    """Exits with 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Pushbell on this machine.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; without any, all")
    parser.add_argument("--write", action="store_true", help=f"put the figures into {document.FILE}")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results = uvloop.run(measure(arguments.names or list(BENCHMARKS)))
    if arguments.write:
        document.write(results)
    return 0 if all(figure.met for figures in results.values() for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
