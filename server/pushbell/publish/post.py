"""The post office: a draft gets its topic, time and id, and is on disk when the call returns."""

from pushbell.clock import Clock
from pushbell.ids import MessageIds
from pushbell.message import Event, Message
from pushbell.publish.draft import Draft
from pushbell.store import Messages


class Post:
    """Accepts messages. `keep_for_s` is how long they are kept and still delivered."""

    def __init__(self, messages: Messages, clock: Clock, keep_for_s: float) -> None:
        self._messages, self._clock, self._keep_for_s = messages, clock, keep_for_s
        self._ids = MessageIds()

    async def publish(self, topic: str, draft: Draft) -> Message:
        """Durable when this returns; raises StoreFull or StoreBusy, and then nothing was accepted."""
        now = int(self._clock.now())
        message = Message(
            id=self._ids.draw(),
            topic=topic,
            time=now,
            expires=now + int(self._keep_for_s),
            sequence_id=draft.sequence_id,
            title=draft.title,
            message=draft.message,
            priority=draft.priority,
            tags=draft.tags,
            click=draft.click,
            icon=draft.icon,
            content_type=draft.content_type,
            cached=draft.cached,
        )
        return await self._messages.add_message(message)

    async def retract(self, topic: str, sequence_id: str, event: Event) -> Message:
        """Tell every reader that a notification is deleted (Event.DELETE) or read (Event.CLEAR).

        Succeeds whether or not there is such a notification: another reader may know it.
        """
        now = int(self._clock.now())
        message = Message(
            id=self._ids.draw(),
            topic=topic,
            time=now,
            expires=now + int(self._keep_for_s),
            event=event,
            sequence_id=sequence_id,
        )
        return await self._messages.add_message(message)
