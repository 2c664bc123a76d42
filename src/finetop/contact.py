"""How asking one account goes: written down where that is news, and never in the way of asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from finetop.errors import FinetopError
from finetop.pace import state_of
from finetop.store import Contact, Store
from finetop.store.locks import me

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
        self.trouble = ""
        """What keeps this process from writing anything down; said here, for the store cannot take it."""

    def say(
        self,
        error: FinetopError | None,
        failures: int,
        *,
        left: int | None = None,
        limit: int | None = None,
    ) -> None:
        """Write how asking goes, where that is news or ten seconds old; and how many requests are left."""
        now = self._clock()
        old = self._store.accounts.contact(self._account)
        if error is None:
            new = Contact("ok", "", 0, now, me(), left, limit)
        else:
            new = replace(old, state=state_of(error), message=error.message, failures=failures, poller=me())
        self._write(old, new, now)

    def fault(self, message: str) -> None:
        """Write down that this process could not go on."""
        old = self._store.accounts.contact(self._account)
        self._write(old, replace(old, state="stale", message=message, poller=me()), self._clock())

    def _write(self, old: Contact, new: Contact, now: float) -> None:
        same = _told(old) == _told(new)
        is_young = 0 <= now - (old.last_ok_at or 0.0) < CONTACT_S  # below 0 the clock was set back
        if same and not self.trouble and new.state == "ok" and is_young:
            return
        before, self.trouble = self.trouble, ""
        try:
            if new != old:
                self._store.accounts.save_contact(self._account, new)
        except FinetopError as unwritten:
            self.trouble = unwritten.message
        if not same or self.trouble != before:
            self._changed()


def note_answer(store: Store, account: int, left: int | None, limit: int | None, now: float) -> None:
    """A single question was answered: that is news also where nobody else asks the account."""
    old = store.accounts.contact(account)
    if old.state != "ok" or now - (old.last_ok_at or 0.0) >= CONTACT_S:
        new = Contact("ok", "", 0, now, old.poller, left, limit)
        store.accounts.save_contact(account, new)


def _told(contact: Contact) -> tuple[object, ...]:
    """What a screen says of it beside its age."""
    left = contact.requests_left if contact.is_low else None
    return contact.state, contact.message, contact.poller, left
