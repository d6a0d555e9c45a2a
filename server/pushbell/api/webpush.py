"""ntfy's own Web Push subscriptions, for its web app."""

import msgspec
from aiohttp import web

from pushbell.access import Access
from pushbell.api.answers import success
from pushbell.api.body import Bodies
from pushbell.deliver.registry import Keys, Registry
from pushbell.errors import BAD_JSON, PUSH_SUBSCRIPTION_INVALID, ApiError


class NtfySubscription(msgspec.Struct, frozen=True):
    """The body of `POST` and `DELETE /v1/webpush`; null counts as absent."""

    endpoint: str | None = None
    auth: str | None = None
    p256dh: str | None = None
    topics: list[str] | None = None


class WebPush:
    """Handlers. A subscription is active at once, and its topics are replaced as a whole."""

    def __init__(self, registry: Registry, bodies: Bodies, access: Access) -> None:
        self._registry, self._bodies, self._access = registry, bodies, access

    async def subscribe(self, request: web.Request) -> web.Response:
        """POST /v1/webpush"""
        body = await self._read(request)
        if not (body.endpoint and body.auth and body.p256dh):
            raise PUSH_SUBSCRIPTION_INVALID
        topics = body.topics or []
        self._access.require_read(topics)
        await self._registry.register_ntfy(body.endpoint, Keys(body.p256dh, body.auth), topics)
        return success()

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """DELETE /v1/webpush"""
        body = await self._read(request)
        if not body.endpoint:
            raise PUSH_SUBSCRIPTION_INVALID
        await self._registry.unregister_ntfy(body.endpoint)
        return success()

    async def _read(self, request: web.Request) -> NtfySubscription:
        try:
            return await self._bodies.read_json(request, NtfySubscription)
        except ApiError as error:
            if error.code == BAD_JSON.code:  # ntfy's code here for JSON that is none
                raise PUSH_SUBSCRIPTION_INVALID.because("the body is not JSON of this form") from error
            raise
