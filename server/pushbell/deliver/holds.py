"""Devices whose next deliveries have to wait in the database, before the database itself knows."""

from collections import Counter


class Holds:
    """Covers the time from the decision that a delivery is due (again) until every query sees it.

    Without this, a message that is read in that time would overtake the one it has to wait for.
    """

    def __init__(self) -> None:
        self._held: Counter[int] = Counter()
        self._written: list[int] = []

    def __contains__(self, device: int) -> bool:
        return device in self._held

    def hold(self, device: int) -> None:
        self._held[device] += 1

    def release(self, device: int) -> None:
        """What held it is in the ledger. It stays held for the query that may be running."""
        self._written.append(device)

    def refresh(self) -> None:
        """Before each query: let go of what it will see by itself."""
        released, self._written = self._written, []
        for device in released:
            self._held[device] -= 1
            if not self._held[device]:
                del self._held[device]
