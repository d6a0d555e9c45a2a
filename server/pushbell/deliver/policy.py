"""The numbers of the delivery engine, in one place so that a test can shrink them."""

import msgspec

from pushbell.deliver.breaker import BreakerPolicy


class DeliveryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`concurrency` is per push service. See each user for the rest."""

    concurrency: int = 256
    retries_s: tuple[float, ...] = (
        1.0,
        4.0,
        15.0,
        60.0,
        300.0,
        900.0,
    )  # the last one repeats until the message expires
    jitter: float = 0.5  # ± this share, so that what failed together does not come back together
    holding_attempts: int = 3  # so often a message keeps the later ones to its device waiting; then they pass it
    page: int = 200  # targets read at once
    open_fanouts: int = 1000  # of each urgency, per push service; the others wait in the database
    due_page: int = 50  # devices with due deliveries read at once
    waiting_per_device: int = 16
    unsettled: int = 128  # outcomes that wait for the disk before sending pauses: after a crash they are repeated
    sweep_s: float = 15.0
    idle_s: float = 600.0
    breaker: BreakerPolicy = BreakerPolicy()
