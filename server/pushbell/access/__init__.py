"""Who may do what. So far everybody may read and write every topic; users, tokens and grants get their room here."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol


class Permission(Enum):
    """A column of the route table: what a request must be allowed before its handler runs."""

    PUBLIC = auto()
    READ = auto()  # every topic named in the path or the query
    WRITE = auto()  # the topic named in the path
    ASKED_LATER = auto()  # the handler asks, once it has read from the body which topics are meant
    DEVICE = auto()  # the secret of the device named in the path


class Access(Protocol):
    """Answers for one request. Raises ApiError 40301."""

    def require_read(self, topics: Sequence[str]) -> None: ...

    def require_write(self, topic: str) -> None: ...


class OpenAccess:
    """Everybody may do everything: ntfy's default without a user database."""

    def require_read(self, topics: Sequence[str]) -> None:
        pass

    def require_write(self, topic: str) -> None:
        pass
