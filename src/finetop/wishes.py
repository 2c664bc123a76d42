"""What people want of one account, in this process and in others: one job looked at, an answer now."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from finetop.errors import TryLater

if TYPE_CHECKING:
    from finetop.store import Store

WISH_LIFE_S = 90.0
"""How long a job stays watched for another process that does not say so again."""


class Wishes:
    """The wishes of one account; they cross from one process to another through the store."""

    def __init__(self, store: Store, account: int, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._account = account
        self._clock = clock
        self._of_others: dict[str, float] = {}
        self.watched: str | None = None
        """The job that is looked at in this process."""

    def all_watched(self) -> frozenset[str]:
        """The jobs that anybody looks at."""
        now = self._clock()
        self._of_others = {job: at for job, at in self._of_others.items() if now - at < WISH_LIFE_S}
        own = {self.watched} if self.watched is not None else set()
        return frozenset(own | set(self._of_others))

    def tell(self, kind: str, job: str = "") -> None:
        """Ask the process that asks; where that cannot be written down, it is asked at its own pace."""
        with contextlib.suppress(TryLater):
            self._store.accounts.wish(self._account, kind, job)

    def repeat(self) -> None:
        """A wish of another process lives for a while only."""
        if self.watched is not None:
            self.tell("watch", self.watched)

    def take(self) -> frozenset[str]:
        """The kinds of wishes that others have left; what cannot be taken off the list now is taken later."""
        wishes: list[tuple[str, str]] = []
        with contextlib.suppress(TryLater):
            wishes = self._store.accounts.take_wishes(self._account)
        for kind, job in wishes:
            if kind == "watch":
                self._of_others[job] = self._clock()
        return frozenset(kind for kind, _ in wishes)
