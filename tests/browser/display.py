"""A virtual screen (Xvfb) with a free number, for browsers that behave differently without one."""

import asyncio
import os

from .process import Process

WIDTH, HEIGHT = 1400, 1000


class Display:
    """`name` is what the environment variable DISPLAY must be."""

    def __init__(self) -> None:
        # -displayfd makes Xvfb choose a free number and tell it there: no race for one between parallel runs.
        command = ["Xvfb", "-displayfd", "2", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
        self._process = Process(command, r"^(\d+)\n", {})
        self.name = ""

    async def start(self) -> None:
        self.name = ":" + (await self._process.start())[1]

    async def click(self, right: int, bottom: int) -> None:
        """A real click, so many pixels from the lower right corner."""
        x, y = WIDTH - right, HEIGHT - bottom
        command = ["xdotool", "mousemove", str(x), str(y), "click", "1"]
        tool = await asyncio.create_subprocess_exec(*command, env={**os.environ, "DISPLAY": self.name})
        if await tool.wait():
            raise OSError("xdotool could not click")

    async def stop(self) -> None:
        await self._process.stop()
