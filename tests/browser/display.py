"""A virtual screen (Xvfb) with a free number, for browsers that behave differently without one."""

from .process import Process


class Display:
    """`name` is what the environment variable DISPLAY must be."""

    def __init__(self) -> None:
        # -displayfd makes Xvfb choose a free number and tell it there: no race for one between parallel runs.
        command = ["Xvfb", "-displayfd", "2", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
        self._process = Process(command, r"^(\d+)\n", {})
        self.name = ""

    async def start(self) -> None:
        self.name = ":" + (await self._process.start())[1]

    async def stop(self) -> None:
        await self._process.stop()
