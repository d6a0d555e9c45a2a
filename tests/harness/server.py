"""The real server as its users run it: a process of its own, a file of its own, a free port."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp

READY = "Pushbell is ready: "
START_TIMEOUT_S = 20


class Server:
    """`pushbell serve` on a data directory. Started again, it comes back on the same port.

    `options` are configuration values by their environment name, such as `PUSHBELL_PUSH_ALLOWED_SERVICES`.
    """

    def __init__(self, data_dir: Path, **options: str) -> None:
        self.data_dir = data_dir
        self.options = options
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session

    @property
    def log(self) -> str:
        """Everything that the server has written to standard error so far."""
        return (self.data_dir.parent / f"{self.data_dir.name}.log").read_text()

    async def start(self) -> "Server":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PUSHBELL_")}
        with (self.data_dir.parent / f"{self.data_dir.name}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pushbell", "serve",
                "--listen", f"127.0.0.1:{self._port}", "--data-dir", str(self.data_dir),
                env=environment | self.options, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(START_TIMEOUT_S):
            line = (await self._process.stdout.readline()).decode()
        assert line.startswith(READY), f"the server did not start: {self.log[-2000:]}"
        self.url = line.removeprefix(READY).strip()
        self._port = int(self.url.rpartition(":")[2])
        return self

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is flushed."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self._process.wait()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._process is not None and self._process.returncode is None:
            await self.stop()

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """An aiohttp request context for a path on this server."""
        return self.session.request(method, self.url + path, **arguments)

    async def publish(self, topic: str, message: str = "", **headers: str) -> dict[str, Any]:
        """Publish like `curl -d message`; headers by their name with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.request("POST", f"/{topic}", data=message.encode(), headers=named) as answer:
            assert answer.status == 200, await answer.text()
            published: dict[str, Any] = await answer.json()
            return published

    async def get(self, path: str, **arguments: Any) -> Any:
        async with self.request("GET", path, **arguments) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def poll(self, topics: str, query: str = "") -> list[dict[str, Any]]:
        """What `GET /<topics>/json?poll=1` returns."""
        async with self.request("GET", f"/{topics}/json?poll=1{query}") as answer:
            assert answer.status == 200, await answer.text()
            return [json.loads(line) for line in (await answer.text()).splitlines()]
