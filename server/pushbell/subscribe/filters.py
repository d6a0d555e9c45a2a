"""What a reader wants to see. Filters apply to replayed and to live messages alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from pushbell.message import Message
from pushbell.parameters import Aliases
from pushbell.priority import DEFAULT, parse_priority

SUBSCRIBE = Aliases(
    {
        "poll": ("x-poll", "poll", "po"),
        "since": ("x-since", "since", "si"),
        "scheduled": ("x-scheduled", "scheduled", "sched"),
        "id": ("x-id", "id"),
        "message": ("x-message", "message", "m"),
        "title": ("x-title", "title", "t"),
        "priority": ("x-priority", "priority", "prio", "p"),
        "tags": ("x-tags", "tags", "tag", "ta"),
    }
)


@dataclass(frozen=True)
class Filters:
    """Exact text for id, message and title; any of the priorities; all of the tags. Empty means no filter."""

    id: str = ""
    message: str = ""
    title: str = ""
    priorities: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()

    def accept(self, message: Message) -> bool:
        return (
            (not self.id or self.id == message.id)
            and (not self.message or self.message == message.message)
            and (not self.title or self.title == message.title)
            and (not self.priorities or (message.priority or DEFAULT) in self.priorities)
            and self.tags.issubset(message.tags)
        )


NO_FILTERS = Filters()


def parse_filters(parameters: Mapping[str, str]) -> Filters:
    """Raises ApiError 40007. Tags are compared as they come, untrimmed."""
    get = parameters.get
    words = get("priority", "").split(",")
    return Filters(
        id=get("id", ""),
        message=get("message", ""),
        title=get("title", ""),
        priorities=frozenset(parse_priority(word) for word in words if word),
        tags=frozenset(tag for tag in get("tags", "").split(",") if tag),
    )
