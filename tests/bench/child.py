"""Processes of their own, for load and for baselines: orders go in and reports come out as lines of JSON."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

ANSWER_WITHIN_S = 300


class Child:
    """`python -m tests.bench.<module>`; its first line says that it is ready, and may say more."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def hear(self) -> dict[str, Any]:
        """The next thing that it says."""
        assert self._process.stdout is not None
        async with asyncio.timeout(ANSWER_WITHIN_S):
            line = await self._process.stdout.readline()
        assert line, "the process has ended"
        heard: dict[str, Any] = json.loads(line)
        return heard

    def order(self, **words: Any) -> None:
        """Have it do something; what comes of it is to be heard later."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")

    async def ask(self, **words: Any) -> dict[str, Any]:
        """Have it do something, and wait for what comes of it."""
        self.order(**words)
        return await self.hear()

    async def close(self) -> None:
        """End its input, which ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


@asynccontextmanager
async def child(module: str, *arguments: object) -> AsyncIterator[Child]:
    """Start it, and end it on leaving."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24,
    )  # fmt: skip
    started = Child(process)
    try:
        yield started
    finally:
        await started.close()


def say(**words: Any) -> None:
    """In the child: tell the parent."""
    print(json.dumps(words), flush=True)


async def orders() -> AsyncIterator[dict[str, Any]]:
    """In the child: what the parent asks for, until it goes."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)
