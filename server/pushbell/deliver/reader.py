"""Reads HTTP/1.1 answers from the bytes of one connection."""

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from pushbell.deliver.answer import Answer

MAX_ANSWER: Final = 65_536


class AnswerReader:
    """One answer after another; the methods named on_… are called by the parser.

    Nothing is decompressed. The status decides: an answer is there once its head is, whatever becomes of its body.
    """

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.begin()

    def begin(self) -> None:
        """Forget the last answer."""
        self.received = 0  # bytes of this answer, on the wire
        self.is_complete = self.is_last = False
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Raises ValueError for what is not HTTP, and when the answer grows beyond MAX_ANSWER bytes."""
        self.received += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            raise ValueError("not HTTP") from None
        if self.received > MAX_ANSWER and not self.is_complete:
            raise ValueError("too large")

    @property
    def answer(self) -> Answer | None:
        """What has come so far; None before the end of the head."""
        return Answer(self._status, self._headers, b"".join(self._body)[:MAX_ANSWER]) if self._status else None

    def on_message_begin(self) -> None:
        if self.is_complete:  # a second answer to one request: what follows cannot be trusted to be ours
            self.is_last = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_complete:
            self._headers[name.lower().decode("latin-1")] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and not self.is_complete:
            self._status = status

    def on_body(self, body: bytes) -> None:
        if not self.is_complete:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._status:  # an interim answer (1xx): the real one follows
            self._headers.clear()
            return
        self.is_complete = True
        self.is_last = self.is_last or not self._parser.should_keep_alive()
