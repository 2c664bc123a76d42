"""A screen over what providers list: it asks them when it opens, and tells how old the answers are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from finetop import text
from finetop.errors import FinetopError, NotStarted
from finetop.tui.acts import key_to
from finetop.tui.messages import Said
from finetop.tui.palette import profile_role
from finetop.tui.panes.shelf import Shelf
from finetop.tui.screens.bringing import Bringing
from finetop.tui.screens.polling import pause_note
from finetop.tui.screens.standing import Standing
from finetop.tui.widgets.title import LIVE_S, profile_words

if TYPE_CHECKING:
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import ProfileState
    from finetop.tui.widgets.runs import Run

TO_MARKED = frozenset({"data.export", "files.delete", "models.delete"})
"""Keys that do something to all that are marked."""
APART_S = 1.0
"""Between two readings of a list."""
FRESH_S = 30.0
"""A list younger than this is not asked for again by opening a screen."""
OUT_OF_REACH = frozenset({"stale", "offline", "refused", "no key"})
"""States in which what is known only grows older."""
SILENT = frozenset({"not started", "no key", "refused", "none"})
"""States of a profile in which opening a screen asks nothing."""


class Listed(Bringing, Standing):
    """Asks every profile for its list, each on its own: one that is slow holds nobody up."""

    WHAT: ClassVar[str]
    """As the store calls the list."""

    def __init__(self, store: Store, session: Session, wanted: tuple[int, str] | None = None) -> None:
        super().__init__(store, session)
        self.wanted = wanted
        """Account and id of what the cursor shall be on, as soon as it is here."""
        self._asking: set[int] = set()
        self._failed: set[int] = set()
        self._listed_at: Mapping[int, float] = {}
        self._stamp: tuple[float, ...] = ()
        self._reading = False
        self._unread = False
        """There was news while the list was read."""

    def ask(self, profile: str) -> Future[Any]:
        """Ask one profile for its list; the answer is kept."""
        raise NotImplementedError

    def ask_all(self, *, now: float, anyway: bool = False) -> None:
        """Ask whoever was not asked of late; `anyway` asks everybody."""
        self._listed_at = self.store.library.listed_at(self.WHAT)
        states = self.session.states()
        if all(state.paused for state in states) and not anyway:
            return
        for state in states:
            account = state.account
            if account is None or account in self._asking or self.session.names[account] != state.name:
                continue
            old = now - self._listed_at.get(account, 0.0) > FRESH_S
            if anyway or (old and state.state not in SILENT):
                self._asking.add(account)
                self._ask_one(account, state.name, quiet=not anyway)

    @work(exit_on_error=False)
    async def _ask_one(self, account: int, profile: str, *, quiet: bool) -> None:
        try:
            await asyncio.wrap_future(self.ask(profile))
        except NotStarted:
            pass  # the first line says so
        except FinetopError as error:
            self._failed.add(account)
            if not quiet:
                self.post_message(Said.of(error))
        else:
            self._failed.discard(account)
        self._asking.discard(account)
        self.heard()

    def action_refresh(self) -> None:
        """Ask for the lists as well."""
        super().action_refresh()
        self.ask_all(now=self.now, anyway=True)

    def asking_words(self) -> str:
        """Who is asked just now; empty where nobody is."""
        names = ", ".join(text.clean(self.session.names[account]) for account in sorted(self._asking))
        return f"Asking {names}." if names else ""

    def word_of(self, name: str, word: str) -> str:
        """What the footer calls a key: what is done to all that are marked says to how many."""
        marked = sum(pane.mark_count for pane in self.panes if isinstance(pane, Shelf))
        return f"{word} {marked}" if marked and name in TO_MARKED else word

    def heard(self) -> None:
        """A profile has answered, or will not."""
        self._listed_at = self.store.library.listed_at(self.WHAT)
        self.read_soon()

    # --- reading ----------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read the list from the store, beside the thread that draws, and show it."""
        raise NotImplementedError

    def profile_shown(self) -> None:
        """Read the things of one profile, or of all."""
        self.read_soon()
        self.show_place()

    def look(self) -> None:
        """Read it where it is another one: most news is of jobs."""
        stamp = self.store.library.stamp(self.WHAT)
        if stamp != self._stamp:
            self._stamp = stamp
            self.read_soon()

    def read_soon(self) -> None:
        """Read it, though no more than once in a while: it is read whole."""
        self._unread = True
        if not self._reading:
            self._reading, self._unread = True, False
            self._read_aside()

    @work(exit_on_error=False)
    async def _read_aside(self) -> None:
        await self.read()
        self.set_timer(APART_S, self._read_again)

    def _read_again(self) -> None:
        self._reading = False
        if self._unread:
            self.read_soon()

    # --- the first line ---------------------------------------------------------------------------------

    def list_facts(self, now: float) -> list[tuple[Run, ...]]:
        """How old each profile's list is, the worst last."""
        states = [one for one in self.session.states() if self.shown_profile in {"", one.name}]
        note = pause_note(states, key_to(self, "data.pause", "p"))
        if note:
            return [((note, "warn"),)]
        found = [self._fact(state, now) for state in states]
        return [fact for _, fact in sorted(found, key=lambda pair: pair[0])]

    def _fact(self, state: ProfileState, now: float) -> tuple[int, tuple[Run, ...]]:
        account = -1 if state.account is None else state.account
        at = self._listed_at.get(account)
        age = "" if at is None else "live" if now - at < LIVE_S else text.age(now - at)
        name: Run = (f"{text.clean(state.name)} ", profile_role(state.colour, "muted"))
        if account in self._asking:
            return 1, (name, ("asking", "muted"))
        if state.state not in ("ok", "never") and not age:
            words, role = profile_words(state, now)
            return 2 + (role in ("warn", "bad")), (name, (words, role))
        if account in self._failed or state.state in OUT_OF_REACH:
            return 4, (name, (f"{age} old !" if age else "no answer !", "warn"))
        return 0, (name, (age or "not asked", "text" if age else "faint"))


def many(count: int, one: str, more: str = "") -> str:
    """`1 file`, `214 files`."""
    return f"{text.count(count)} {one if count == 1 else more or f'{one}s'}"
