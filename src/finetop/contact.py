"""How asking one account goes: written down where that is news, and never in the way of asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from finetop.pace import state_of
from finetop.store import Contact, Store
from finetop.store.locks import me

if TYPE_CHECKING:
    from finetop.errors import FinetopError

CONTACT_S = 10.0
"""A healthy contact's time is written no more often than this."""


class ContactLog:
    """What stands on one account's profile."""

    def __init__(
        self, store: Store, account: int, *, changed: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._account = account
        self._changed = changed
        self._clock = clock

    def say(self, error: FinetopError | None, failures: int) -> None:
        """Write how asking goes, where that is news or ten seconds old."""
        now = self._clock()
        old = self._store.accounts.contact(self._account)
        if error is None:
            new = Contact("ok", "", 0, now, me())
        else:
            new = replace(old, state=state_of(error), message=error.message, failures=failures, poller=me())
        same = (old.state, old.message, old.poller) == (new.state, new.message, new.poller)
        if same and error is None and now - (old.last_ok_at or 0.0) < CONTACT_S:
            return
        if new != old:
            self._store.accounts.save_contact(self._account, new)
        if not same:
            self._changed()
