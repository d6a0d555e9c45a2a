"""One client connection: aiohttp's, except for how it answers what it cannot read."""

import logging

from aiohttp import web

from pushbell.api.answers import error_answer
from pushbell.errors import BAD_REQUEST, INTERNAL
from pushbell.log import event

LOG = logging.getLogger(__name__)


class Connection(web.RequestHandler):
    """Answers bytes that are no HTTP, or two kinds of HTTP at once, in the form of all errors, and closes.

    aiohttp would repeat them in answer and log, where a token may be among them, with a traceback for every scanner.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Called by aiohttp with status 400 for the client's fault, and with another for ours."""
        if status == 400:
            event(LOG, "refused what is no HTTP", remote=request.remote)
        else:
            event(LOG, "a connection failed", level=logging.ERROR, error=exc, remote=request.remote)
        answer = error_answer(request, BAD_REQUEST.because("this is no HTTP/1.1") if status == 400 else INTERNAL)
        answer.force_close()
        return answer
