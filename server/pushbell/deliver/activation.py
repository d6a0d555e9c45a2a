"""The first push to a device: it proves the whole way, from here to the notification, and says so to its owner."""

import asyncio
import logging
from typing import Final

from pushbell.deliver.payload import build_notice
from pushbell.deliver.sender import Sender
from pushbell.deliver.services import Accepted, Later, Outcome
from pushbell.log import event
from pushbell.store import Device
from pushbell.tasks import Supervisor

LOG = logging.getLogger(__name__)

TTL_S: Final = 600
MOST_AT_ONCE: Final = 1000
PAUSES_S: Final = (1.0, 4.0, 15.0)


class Activations:
    """Sends activation pushes; the device posts the token back."""

    def __init__(self, sender: Sender, supervisor: Supervisor) -> None:
        self._sender, self._supervisor = sender, supervisor
        self._under_way = 0

    def announce(self, device: Device, activation: str) -> None:
        """Push the token soon; returns at once. Those beyond MOST_AT_ONCE have to ask again."""
        if self._under_way < MOST_AT_ONCE:
            self._under_way += 1
            self._supervisor.once("activation", lambda: self._send(device, activation))

    async def _send(self, device: Device, activation: str) -> None:
        try:
            for pause_s in (*PAUSES_S, None):
                outcome = await self._push(device, activation)
                if not isinstance(outcome, Later) or pause_s is None:
                    break
                await asyncio.sleep(max(pause_s, outcome.after_s or 0.0))
        finally:
            self._under_way -= 1
        if not isinstance(outcome, Accepted):
            event(
                LOG,
                "activation push failed",
                level=logging.WARNING,
                device=device.id,
                service=device.service,
                status=outcome.status,
                reason=outcome.reason,
            )

    async def _push(self, device: Device, activation: str) -> Outcome:
        payload = build_notice(
            "Notifications are on",
            "New messages will appear here.",
            self._sender.origin_of(device),
            "activation",
            {"event": "activation", "token": activation},
        )
        return await self._sender.push(device, payload, ttl_s=TTL_S, urgency="high")
