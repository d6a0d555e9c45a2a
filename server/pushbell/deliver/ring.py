"""The fan-outs of one urgency at one push service, a page of each in turn."""

from collections import deque

from pushbell.deliver.walk import Walk


class Ring:
    """At most `room` walks are loaded; `more` says that the database may have further ones after `last_seq`.

    Each walk reads one page per turn, oldest first, so of two messages to a topic the earlier one is always ahead.
    """

    def __init__(self, room: int, *, urgent: bool) -> None:
        self._room = room
        self.urgent = urgent
        self.last_seq = 0
        self.more = True
        self.loading = False
        self._unread: deque[Walk] = deque()
        self._loaded: set[Walk] = set()

    def __len__(self) -> int:
        return len(self._loaded)

    @property
    def room(self) -> int:
        return self._room - len(self._loaded)

    def offer(self, walk: Walk) -> None:
        """A new fan-out: taken in, unless older ones have to be loaded before it."""
        if walk.fanout.seq <= self.last_seq:
            return  # a query saw the commit before we were told of it
        if self.more or self.loading or self.room <= 0:
            self.more = True
        else:
            self.add(walk)

    def add(self, walk: Walk) -> None:
        self.last_seq = walk.fanout.seq
        self._loaded.add(walk)
        self._unread.append(walk)

    def turn(self) -> Walk | None:
        """The walk that is to read its next page."""
        return self._unread[0] if self._unread else None

    def pass_on(self, walk: Walk) -> None:
        """The walk has read a page: the next one's turn."""
        self._unread.popleft()
        if not walk.is_read:
            self._unread.append(walk)

    def drop(self, walk: Walk) -> None:
        """It is done."""
        self._loaded.discard(walk)
