"""Ten kilobytes each of what makes a careless parser slow."""

import time
from collections.abc import Callable
from contextlib import suppress

from pushbell.errors import ApiError

SIZE = 10_000
SEEDS = (
    "a", " ", "\0", ",", "=", "?", "=?", "?=", "=?=?", "=?a", "=?utf-8?", "=?utf-8?q?", "=?utf-8?b?", "=?utf-8?q?a?=",
    "=?utf-8?q?a?= ", "=?utf-8?b?=?=", "=?a?q?", "=?x?q?a?=", "?= =?", "\udcff", "\u0661", "0", "1", ".", "1.", "1h",
    "1m", "1ms", "ms", "h", "-", "+", "9", "999999999999h", "0.0000000000001s", "\\", "\\n", "ß", "🎉", "\t", "\u2028",
)  # fmt: skip
STRINGS = [
    text
    for seed in SEEDS
    for filled in [seed * (SIZE // len(seed))]
    for text in (filled, "=?utf-8?q?" + filled, filled + "!", "1" + filled, f" {filled} ")
]


def slowest_s(parse: Callable[[str], object]) -> float:
    """How long the slowest of the strings takes, each at its best of three: other processes do not count."""
    return max(min(_duration_s(parse, text) for _ in range(3)) for text in STRINGS)


def _duration_s(parse: Callable[[str], object], text: str) -> float:
    started = time.perf_counter()
    with suppress(ApiError):
        parse(text)
    return time.perf_counter() - started
