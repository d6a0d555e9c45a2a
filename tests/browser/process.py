"""A program that we started: ready when it says so, ended by its own process group."""

import asyncio
import os
import re
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

# However a test run ends, no browser stays behind: the kernel kills it together with its parent.
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
START_S = 60  # a cold start on a busy machine
QUIT_S = 15


class StartError(Exception):
    """The program ended, or kept silent, before it was ready."""


class Process:
    """Starts `command` and waits for `ready` on its standard error; `ready_line` is what it found."""

    def __init__(self, command: Sequence[str], ready: str, environment: Mapping[str, str]) -> None:
        self._command = command
        self._ready = re.compile(ready)
        self._environment = {**os.environ, **environment}
        self._last_lines: deque[str] = deque(maxlen=20)
        self._process: asyncio.subprocess.Process
        self._reader: asyncio.Task[None]

    async def start(self) -> re.Match[str]:
        """Return the match of `ready`; raises StartError with the program's last words."""
        self._process = await asyncio.create_subprocess_exec(
            *DIES_WITH_US,
            *self._command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        found: asyncio.Future[re.Match[str]] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read(found))
        try:
            return await asyncio.wait_for(found, START_S)
        except (TimeoutError, EOFError):
            await self.stop()
            words = "".join(self._last_lines)
            raise StartError(f"{self._command[0]} is not ready. It said:\n{words}") from None

    async def ended(self) -> None:
        """Wait for it to end by itself; kill what is left of it."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), QUIT_S)
        await self.stop()

    async def stop(self) -> None:
        """Kill it, its children included. Does no harm when it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._reader

    async def _read(self, found: asyncio.Future[re.Match[str]]) -> None:
        """Keep reading to the end: a program blocks when nobody empties its pipe."""
        assert self._process.stderr
        while raw := await self._process.stderr.readline():
            line = raw.decode(errors="replace")
            self._last_lines.append(line)
            match = self._ready.search(line)
            if match and not found.done():
                found.set_result(match)
        if not found.done():
            found.set_exception(EOFError())
