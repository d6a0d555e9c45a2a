"""The short text that the ledger shows for a refusal, found where each push service puts it."""

import re
from http import HTTPStatus
from typing import Final

import msgspec

from pushbell.deliver.answer import Answer

MAX_REASON: Final = 200

_SECRET = re.compile(r"[^\s\"'<>]{40,}")  # an endpoint or a token, echoed
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_TITLE = re.compile(r"<title>([^<]*)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_WNS_HEADERS = ("x-wns-error-description", "x-wns-status", "x-wns-notificationstatus")
_HINTS = {
    "BadJwtToken": "BadJwtToken: Apple refuses the VAPID token; is push.contact a real address?",
    "ExpiredJwtToken": "ExpiredJwtToken: is this machine's clock right?",
    "VapidPkHashMismatch": "VapidPkHashMismatch: the browser subscribed with another VAPID key",
}


class _Problem(msgspec.Struct):
    """The JSON bodies of Mozilla (`errno`, `message`) and Apple (`reason`)."""

    reason: str = ""
    errno: int | None = None
    message: str = ""


def explain(answer: Answer) -> str:
    """One printable line of at most 200 characters, without secrets."""
    text = _from_headers(answer) or _from_json(answer.body) or _from_text(answer.body) or _phrase(answer.status)
    return _SECRET.sub("…", _UNPRINTABLE.sub(" ", text)).strip()[:MAX_REASON]


def _from_headers(answer: Answer) -> str:
    """WNS says it here; its bodies are empty."""
    return ", ".join(answer.headers[name] for name in _WNS_HEADERS if name in answer.headers)


def _from_json(body: bytes) -> str:
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    text = problem.message or _HINTS.get(problem.reason, problem.reason)
    return f"{text} (errno {problem.errno})" if problem.errno else text


def _from_text(body: bytes) -> str:
    text = body[:4096].decode(errors="replace")
    title = _TITLE.search(text)
    return title[1] if title else _TAG.sub(" ", text).strip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"
