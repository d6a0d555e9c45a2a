"""What a reader missed, in pages, so that a long history neither fills memory nor holds a read transaction open."""

from collections.abc import AsyncIterator, Sequence

from pushbell.message import Message
from pushbell.store import Messages
from pushbell.subscribe.since import AfterId, FromTime, Point, Since

# Pages are made as large as is good for the store, but with regard to what a thousand stalled readers would hold.
FIRST_PAGE = 16
LARGEST_PAGE = 500
PAGE_BYTES = 16_384


async def replay(messages: Messages, topics: Sequence[str], since: Since, upto: int) -> AsyncIterator[list[Message]]:
    """The cached messages of these topics from `since` to the seq `upto`, oldest first."""
    if since is Point.NONE:
        return
    if since is Point.LATEST:
        yield [message for message in await messages.latest_messages(topics) if message.seq <= upto]
        return
    cursor = await _start(messages, topics, since)
    limit = FIRST_PAGE
    while cursor < upto:
        page = await messages.messages_since(topics, cursor, upto, limit)
        if page:
            yield page
        if len(page) < limit:
            return
        cursor, limit = page[-1].seq, next_limit(page)


def next_limit(page: Sequence[Message]) -> int:
    """How many messages of this page's average size the next one may have."""
    size = sum(200 + len(message.title) + len(message.message) for message in page)
    return min(max(1, len(page) * PAGE_BYTES // size), LARGEST_PAGE)


async def _start(messages: Messages, topics: Sequence[str], since: Since) -> int:
    match since:
        case AfterId(message_id):
            return await messages.seq_of(message_id) or 0
        case FromTime(time):
            return await messages.seq_before_time(topics, time)
        case _:
            return 0
