"""Publishing, updating, deleting and clearing: ntfy's paths."""

from aiohttp import web

from pushbell.access import Access
from pushbell.api.answers import json_answer
from pushbell.api.body import Bodies
from pushbell.config import Messages
from pushbell.errors import JSON_TOO_LARGE, UNSUPPORTED
from pushbell.message import Event, Message
from pushbell.publish.draft import compose
from pushbell.publish.json_body import parse_json, to_parameters
from pushbell.publish.parameters import PUBLISH
from pushbell.publish.post import Post
from pushbell.topic import check_topic


class Publishing:
    """Handlers. A message is on disk before its 200 goes out."""

    def __init__(self, post: Post, bodies: Bodies, access: Access, sizes: Messages) -> None:
        self._post, self._bodies, self._access, self._sizes = post, bodies, access, sizes

    async def publish(self, request: web.Request) -> web.Response:
        """PUT, POST /<topic>[/<sequence ID>], and GET /<topic>/publish."""
        parameters = parameters_of(request)
        if "sequence" in request.match_info:
            parameters["sequence-id"] = request.match_info["sequence"]
        body = await self._bodies.read(request, self._sizes.size_limit, UNSUPPORTED["upload"])
        draft = compose(parameters, body, self._sizes)
        return answer(await self._post.publish(request.match_info["topic"], draft))

    async def publish_json(self, request: web.Request) -> web.Response:
        """PUT, POST /"""
        fields = parse_json(await self._bodies.read(request, 2 * self._sizes.size_limit, JSON_TOO_LARGE))
        topic = check_topic(fields.topic or "")
        self._access.require_write(topic)
        parameters = {**parameters_of(request), **to_parameters(fields)}
        draft = compose(parameters, (fields.message or "").encode(), self._sizes)
        return answer(await self._post.publish(topic, draft))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /<topic>/<sequence ID>"""
        return await self._retract(request, Event.DELETE)

    async def clear(self, request: web.Request) -> web.Response:
        """PUT /<topic>/<sequence ID>/clear"""
        return await self._retract(request, Event.CLEAR)

    async def _retract(self, request: web.Request, event: Event) -> web.Response:
        match = request.match_info
        return answer(await self._post.retract(match["topic"], match["sequence"], event))


def parameters_of(request: web.Request) -> dict[str, str]:
    query = request.query.items() if request.query_string else ()
    return PUBLISH.collect(request.headers.items(), query)


def answer(message: Message) -> web.Response:
    return json_answer(message.to_wire())
