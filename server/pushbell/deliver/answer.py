"""What came back from a push service, or why nothing did."""

from collections.abc import Mapping

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """A push service's answer. Header names are in lower case; `body` may be cut (the status is what counts)."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class TransportError(Exception):
    """No answer. `reason` is one short line for people, without the endpoint's secret path.

    The push service may have accepted the message nevertheless: the connection can break after the request was read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
