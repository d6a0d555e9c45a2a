"""The VAPID contact (`sub`, RFC 8292 §2.1): whom a push service may write to about our pushes.

Apple refuses every push whose contact is made up (`mailto:admin@localhost`), while the others do not care; so a bad one
stops the start instead of losing the iPhones.
"""

import re
from typing import Final
from urllib.parse import urlsplit

_MADE_UP: Final = frozenset({"localhost", "localdomain", "invalid", "local", "test", "example", "internal", "lan"})
_MAILTO = re.compile(r"mailto:[^\s<>\"@,;:?]+@(?P<host>[^\s<>\"@,;:?/]+)", re.IGNORECASE)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)


def check_contact(contact: str, base_url: str) -> str | None:
    """The `sub` to sign: `push.contact`, or the server's own https URL, or None (then Apple refuses all pushes).

    Raises ValueError when a contact was given and Apple would refuse it.
    """
    if not contact:
        return base_url.rstrip("/") if _is_real(_https_host(base_url)) else None
    mailto = _MAILTO.fullmatch(contact)
    host = mailto["host"] if mailto else _https_host(contact)
    if not host:
        raise ValueError(f"push.contact must be mailto:you@your-domain or an https URL, not {contact!r}")
    if not _is_real(host):
        raise ValueError(f"push.contact must name a real domain, Apple refuses {contact!r}")
    return contact


def _https_host(url: str) -> str:
    if not re.fullmatch(r"https://[^\s<>\"\\@]+", url, re.IGNORECASE):
        return ""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_real(host: str) -> bool:
    """A name with a top-level domain that could exist: no bare host, no IP address."""
    return bool(_NAME.fullmatch(host)) and host.lower().rpartition(".")[2] not in _MADE_UP
