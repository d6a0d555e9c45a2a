"""The one place where exceptions become answers."""

import logging

from aiohttp import web

from pushbell.api.answers import error_answer
from pushbell.api.gate import Handler
from pushbell.errors import BUSY, DISK_FULL, INTERNAL, ApiError
from pushbell.log import event
from pushbell.store import StoreBusy, StoreError, StoreFull

LOG = logging.getLogger(__name__)


def answering_errors(handler: Handler) -> Handler:
    """The handler, with every exception answered as an ApiError; what nobody expected is logged with its traceback.

    A wrapper and no aiohttp middleware, whose machinery costs a publish some percent.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return error_answer(request, error)
        except StoreFull:
            return error_answer(request, DISK_FULL)
        except StoreBusy:
            return error_answer(request, BUSY)
        except StoreError as error:
            event(LOG, "the database failed", level=logging.ERROR, path=request.path, reason=str(error))
            return error_answer(request, INTERNAL)
        except ConnectionError:
            raise  # the client is gone: nobody reads an answer
        except Exception as error:  # noqa: BLE001
            event(LOG, "a request failed", level=logging.ERROR, error=error, method=request.method, path=request.path)
            return error_answer(request, INTERNAL)

    return answer
