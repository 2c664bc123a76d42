"""What was asked of a server and how it answered, as a log of actions keeps it."""

# Without `from __future__ import annotations`: a NamedTuple compiles every type that is written as text.
from collections.abc import Callable
from typing import NamedTuple


class Exchange(NamedTuple):
    """One request that was sent; it holds no key, no parameter and no body."""

    at: float
    """When it was sent, a Unix time."""
    took_s: float
    """Until the head of the answer had come, or nobody waited longer."""
    method: str
    path: str
    """From the base URL on, without parameters: they may hold a key."""
    status: int | None = None
    """HTTP's; None where no answer came."""
    request_id: str = ""
    """By which the provider finds it again."""
    said: str = ""
    """What was wrong, in words; empty where nothing was."""

    @property
    def is_question(self) -> bool:
        """True where nothing could come of it."""
        return self.method in {"GET", "HEAD"}


Heard = Callable[[Exchange], None]
