"""How to speak to a push service and what its answer means (RFC 8030 §5-8).

Only 404 and 410 ever remove a device. Everything else is retried, repaired or reported.
"""

import base64
import hashlib
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias

import msgspec

from pushbell.deliver.answer import Answer
from pushbell.deliver.known import KnownService
from pushbell.deliver.reasons import explain

MIN_TTL_S: Final = 30  # TTL 0 means "only if connected right now", and WNS refuses it
MAX_TTL_S: Final = 2_419_200  # 28 days: the most that FCM takes
MAX_RETRY_AFTER_S: Final = 3600.0

_URGENCY = {1: "low", 2: "normal"}
_TTL_S = {1: 21_600, 2: 86_400, 3: 604_800}  # what is not urgent should not pile up for a phone on holiday
_LATER = frozenset({406, 408, 425, 429})  # 406 is how WNS says "throttled"
_MISMATCH = ("vapidpkhashmismatch", "key mismatch", "do not correspond")  # Apple, Mozilla, FCM


class Accepted(msgspec.Struct, frozen=True):
    """The push service has the message. Whether it reached the device, only the device can say."""

    status: int
    reason: str = ""


class Gone(msgspec.Struct, frozen=True):
    """The subscription no longer exists."""

    status: int
    reason: str


class Later(msgspec.Struct, frozen=True):
    """Try again; not before `after_s` if the push service named a time."""

    status: int
    reason: str
    after_s: float | None = None


class TooLarge(msgspec.Struct, frozen=True):
    """Send less, at once."""

    status: int
    reason: str


class WrongKey(msgspec.Struct, frozen=True):
    """The browser subscribed with another VAPID key. Only the device can mend that, when its app is next opened."""

    status: int
    reason: str


class Unauthorized(msgspec.Struct, frozen=True):
    """The VAPID token was refused: sign a new one and try once more; after that it is our configuration."""

    status: int
    reason: str


class Refused(msgspec.Struct, frozen=True):
    """The request is at fault, and sending it again cannot mend it."""

    status: int
    reason: str


Outcome: TypeAlias = Accepted | Gone | Later | TooLarge | WrongKey | Unauthorized | Refused


def judge(answer: Answer) -> Outcome:
    """What to do next. `reason` is explained for people; see `explain`."""
    status = answer.status
    if 200 <= status < 300:
        return Accepted(status)
    reason = explain(answer)
    if status in {404, 410}:
        return Gone(status, reason)
    if status in _LATER or status >= 500:
        return Later(status, reason, retry_after_s(answer))
    if status == 413:
        return TooLarge(status, reason)
    return _judge_refusal(status, reason)


def _judge_refusal(status: int, reason: str) -> WrongKey | Unauthorized | Refused:
    if status in {400, 401, 403} and any(sign in reason.lower() for sign in _MISMATCH):
        return WrongKey(status, reason)
    if status in {401, 403}:
        return Unauthorized(status, reason)
    return Refused(status, reason)


def retry_after_s(answer: Answer) -> float | None:
    """Retry-After in seconds, at most an hour. A date counts from the answer's own Date, so our clock may be wrong."""
    value = answer.headers.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):  # not a date; or only one of them has a time zone
        return None
    return min(max(wait.total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def urgency(priority: int) -> str:
    """The Urgency header (RFC 8030 §5.3). A phone that lies still gets only `high` at once."""
    return _URGENCY.get(priority, "high")


def ttl_s(priority: int, remaining_s: float, service: KnownService | None = None) -> int:
    """The TTL header: how long the push service keeps the message for a device that is offline.

    Never longer than the message itself lives; `priority` 0 is unset.
    """
    longest = _TTL_S.get(priority or 3, MAX_TTL_S)
    if service and priority < 4:
        longest = min(longest, service.normal_ttl_s)
    return max(MIN_TTL_S, min(int(remaining_s), longest))


def topic_header(topic: str, sequence: str) -> str:
    """The slot in which an undelivered notification is replaced by its update (RFC 8030 §5.4): 30 characters."""
    digest = hashlib.blake2b(f"{topic}/{sequence}".encode(), digest_size=22).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
