"""The one exception that crosses layers, and the table of everything a client can be told (ntfy's codes)."""

from typing import Any, Final

import msgspec


class ApiError(Exception):
    """An answer that is not a success. `code` is ntfy's five-digit code; `http` its status; `text` what to do."""

    def __init__(self, http: int, code: int, text: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(text)
        self.http, self.code, self.text, self.retry_after_s = http, code, text, retry_after_s

    def because(self, detail: str) -> "ApiError":
        """The same error with a detail appended after `; `, as ntfy does."""
        return ApiError(self.http, self.code, f"{self.text}; {detail}", retry_after_s=self.retry_after_s)

    def to_wire(self) -> dict[str, Any]:
        """ntfy's shape. Some clients fail on any further key."""
        return {"code": self.code, "http": self.http, "error": self.text}

    def to_json(self) -> bytes:
        return msgspec.json.encode(self.to_wire()) + b"\n"


BAD_REQUEST: Final = ApiError(400, 40000, "invalid request")
PRIORITY_INVALID: Final = ApiError(400, 40007, "invalid priority: use 1 to 5 or min, low, default, high, max")
SINCE_INVALID: Final = ApiError(
    400, 40008, "invalid since: use a message ID, a Unix time, a duration, all, latest or none"
)
TOPIC_INVALID: Final = ApiError(400, 40009, "invalid topic: use 1 to 64 of the characters a-z A-Z 0-9 - _")
TOPIC_RESERVED: Final = ApiError(400, 40010, "this topic name is reserved: choose another")
NOT_UTF8: Final = ApiError(400, 40011, "the message must be UTF-8")
NOT_WEBSOCKET: Final = ApiError(400, 40016, "this path speaks WebSocket: send an upgrade request")
ICON_INVALID: Final = ApiError(400, 40021, "invalid icon: use an http or https URL")
BAD_JSON: Final = ApiError(400, 40024, "the body is not the JSON expected here")
PUSH_SUBSCRIPTION_INVALID: Final = ApiError(400, 40038, "invalid Web Push subscription")
ENDPOINT_NOT_ALLOWED: Final = ApiError(
    400, 40039, "this push service is not allowed here: the operator can add it to push.allowed_services"
)
TOO_MANY_TOPICS: Final = ApiError(400, 40040, "too many topics")
SEQUENCE_ID_INVALID: Final = ApiError(400, 40049, "invalid sequence ID: use 1 to 64 of the characters a-z A-Z 0-9 - _")
TITLE_TOO_LONG: Final = ApiError(400, 40057, "the title is too long")
TAGS_TOO_LONG: Final = ApiError(400, 40058, "the tags are too long in total")
FORBIDDEN: Final = ApiError(403, 40301, "forbidden")
NOT_FOUND: Final = ApiError(404, 40401, "not found")
TIMED_OUT: Final = ApiError(408, 40801, "the request did not arrive in time: send it again")
JSON_TOO_LARGE: Final = ApiError(413, 41303, "the JSON body is too large")
MESSAGE_TOO_LARGE: Final = ApiError(413, 41301, "the message is too large")
TOO_MANY_STREAMS: Final = ApiError(429, 42903, "too many open streams: try again later", retry_after_s=60)
TOO_MANY_DEVICES: Final = ApiError(
    429, 42900, "this server takes no more devices: the operator can raise limits.devices", retry_after_s=3600
)
INTERNAL: Final = ApiError(500, 50001, "internal error: see the server's log")
BUSY: Final = ApiError(503, 50301, "the server is busy: try again", retry_after_s=2)
DISK_FULL: Final = ApiError(
    507, 50702, "the server's disk is full: nothing was stored, try again later", retry_after_s=30
)


# What belongs to features that this server does not have yet is refused by name, never silently dropped.
UNSUPPORTED: Final = {
    "delay": ApiError(400, 40004, "scheduled delivery (delay, at, in) is not available on this server yet"),
    "attach": ApiError(400, 40014, "attachments (attach) are not available on this server yet"),
    "filename": ApiError(400, 40014, "attachments (filename) are not available on this server yet"),
    "upload": ApiError(400, 40014, "attachments are not available on this server yet, and the body is no text message"),
    "actions": ApiError(400, 40018, "actions are not available on this server yet"),
    "email": ApiError(400, 40001, "e-mail is not available on this server yet"),
    "call": ApiError(400, 40032, "calls are not available on this server yet"),
    "template": ApiError(400, 40043, "templates are not available on this server yet"),
    "unifiedpush": ApiError(400, 40000, "UnifiedPush is not available on this server yet"),
    "poll-id": ApiError(400, 40000, "poll requests (poll-id) are not available on this server yet"),
}
