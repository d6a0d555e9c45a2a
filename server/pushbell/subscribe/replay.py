"""What a reader missed, in pages, so that a long history neither fills memory nor holds a read transaction open."""

from collections.abc import AsyncIterator, Sequence

from pushbell.message import Message
from pushbell.store import Messages
from pushbell.subscribe.since import AfterId, FromTime, Point, Since

PAGE = 500


async def replay(messages: Messages, topics: Sequence[str], since: Since, upto: int) -> AsyncIterator[list[Message]]:
    """The cached messages of these topics from `since` to the seq `upto`, oldest first."""
    if since is Point.NONE:
        return
    if since is Point.LATEST:
        yield [message for message in await messages.latest_messages(topics) if message.seq <= upto]
        return
    cursor = await _start(messages, topics, since)
    while cursor < upto:
        page = await messages.messages_since(topics, cursor, upto, PAGE)
        if page:
            yield page
        if len(page) < PAGE:
            return
        cursor = page[-1].seq


async def _start(messages: Messages, topics: Sequence[str], since: Since) -> int:
    match since:
        case AfterId(message_id):
            return await messages.seq_of(message_id) or 0
        case FromTime(time):
            return await messages.seq_before_time(topics, time)
        case _:
            return 0
