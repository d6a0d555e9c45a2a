"""The test push: shows its owner, stage by stage, how far a push gets (docs/api.md, `POST /v1/devices/{id}/test`)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from pushbell.clock import Clock
from pushbell.deliver.payload import build_notice
from pushbell.deliver.sender import Sender
from pushbell.deliver.services import Accepted, Gone, Outcome, WrongKey
from pushbell.ids import token
from pushbell.store import Device, Devices, DeviceState, Receipt

LONGEST_S: Final = 30.0
MOST_AT_ONCE: Final = 100

Stage = dict[str, Any]


class Trials:
    """Runs test pushes. Nothing of them is in the ledger, but a device that is gone is noted as such."""

    def __init__(self, devices: Devices, sender: Sender, clock: Clock, longest_s: float = LONGEST_S) -> None:
        self._devices, self._sender, self._clock = devices, sender, clock
        self._longest_s = longest_s
        self._running: dict[str, asyncio.Queue[str]] = {}

    def note(self, receipt: Receipt) -> bool:
        """Whether the receipt was for a running test."""
        stages = self._running.get(receipt.id)
        if stages is None:
            return False
        for stage, at in (("received", receipt.received_at), ("shown", receipt.shown_at)):
            if at is not None and not stages.full():
                stages.put_nowait(stage)
        return True

    async def run(self, device: Device) -> AsyncIterator[Stage]:
        """The stages as they happen, until `shown`, `failed` or `timeout`."""
        watch = Stopwatch(self._clock)
        if len(self._running) >= MOST_AT_ONCE:
            yield watch.stage("failed", status=0, reason="too many tests are running: try again in a minute")
            return
        test = token()
        stages = self._running[test] = asyncio.Queue(maxsize=8)
        try:
            self._sender.sign(device)
            yield watch.stage("signed")
            outcome = await self._push(device, test)
            await self._note_fate(device, outcome)
            if not isinstance(outcome, Accepted):
                yield watch.stage("failed", status=outcome.status, reason=outcome.reason or "no reason was given")
                return
            yield watch.stage("accepted", status=outcome.status)
            async for stage in self._reports(stages, watch):
                yield stage
        finally:
            del self._running[test]

    async def _reports(self, stages: asyncio.Queue[str], watch: "Stopwatch") -> AsyncIterator[Stage]:
        """What the device says, each stage once."""
        known: set[str] = set()
        while "shown" not in known:
            try:
                async with asyncio.timeout(max(self._longest_s - watch.passed_s, 0.0)):
                    stage = await stages.get()
            except TimeoutError:
                yield watch.stage("timeout")
                return
            if stage not in known:
                known.add(stage)
                yield watch.stage(stage)

    async def _push(self, device: Device, test: str) -> Outcome:
        payload = build_notice(
            "It works",
            "This is the test notification that you asked for.",
            self._sender.origin_of(device),
            f"test/{test}",
            {"event": "test", "id": test},
        )
        return await self._sender.push(device, payload, ttl_s=int(self._longest_s) or 1, urgency="high")

    async def _note_fate(self, device: Device, outcome: Outcome) -> None:
        """The app asks for the device's state next, and heals what it can."""
        if isinstance(outcome, Gone):
            await self._devices.touch_device(device.id, int(self._clock.now()), DeviceState.DEAD)
        elif isinstance(outcome, WrongKey):
            await self._devices.touch_device(device.id, int(self._clock.now()), DeviceState.WRONG_KEY)


class Stopwatch:
    """Writes down stages with the time since the start."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_at = clock.monotonic()

    @property
    def passed_s(self) -> float:
        return self._clock.monotonic() - self._began_at

    def stage(self, name: str, **details: object) -> Stage:
        return {"stage": name, "ms": round(self.passed_s * 1000)} | details
