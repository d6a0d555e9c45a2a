"""One push service, as the delivery engine sees it."""

from typing import Self

import msgspec

from pushbell.deliver.endpoints import parse_origin
from pushbell.deliver.known import APPLE, KnownService


class Service(msgspec.Struct, frozen=True):
    """`origin` is what devices and the ledger call it; `known` is None for one that the operator allowed."""

    origin: str
    known: KnownService | None

    @classmethod
    def at(cls, origin: str) -> Self:
        return cls(origin, parse_origin(origin).known_service)

    @property
    def host(self) -> str:
        """For people and logs."""
        return self.origin.partition("://")[2]

    @property
    def limits_device(self) -> bool:
        """Whether a 429 is about the one device: Apple's, and by RFC 8030 §8.4 that of any service nobody knows."""
        return self.known is None or self.known.limits_device

    @property
    def punishes_silence(self) -> bool:
        """Safari ends a subscription after three pushes that show nothing."""
        return self.known is APPLE
