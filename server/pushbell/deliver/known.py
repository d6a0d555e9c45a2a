"""The push services that browsers use."""

from typing import Final

import msgspec


class KnownService(msgspec.Struct, frozen=True):
    """A browser maker's push service. A host that starts with a dot stands for every name below it.

    `limits_device`: its 429 is about the one device, so the rest of the service need not slow down.
    `normal_ttl_s`: the longest time to live for messages that are not urgent.
    """

    name: str
    hosts: tuple[str, ...]
    limits_device: bool = False
    normal_ttl_s: int = 2_419_200


FCM: Final = KnownService("FCM", ("fcm.googleapis.com", "jmt17.google.com"))  # jmt17: Chromium that is not "stable"
# A Firefox that comes back to more than 150 stored messages loses all its subscriptions: do not let them pile up.
MOZILLA: Final = KnownService("Mozilla", (".push.services.mozilla.com",), normal_ttl_s=259_200)
APPLE: Final = KnownService("Apple", (".push.apple.com",), limits_device=True)
WINDOWS: Final = KnownService("Windows", (".notify.windows.com",))

KNOWN_SERVICES: Final = (FCM, MOZILLA, APPLE, WINDOWS)


def known_service(host: str) -> KnownService | None:
    """Whose host this is; the name in lower case."""
    for service in KNOWN_SERVICES:
        for known in service.hosts:
            if host == known or (known.startswith(".") and host.endswith(known)):
                return service
    return None
