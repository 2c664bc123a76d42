"""What the screen tells unasked: alerts that are raised while it is open, and the news of a visit."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.alerts.news import news, summary
from finetop.errors import FinetopError
from finetop.tui.acts import key_to
from finetop.tui.messages import Rung, Said
from finetop.tui.screens.away import TITLE, Away
from finetop.tui.screens.comparing import Comparing
from finetop.tui.screens.reporting import Reporting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.alerts.herald import Herald
    from finetop.alerts.judging import Judge
    from finetop.alerts.news import News
    from finetop.store.rows import JobKey

SEEN_S = 20.0
"""A key says that somebody looks; it is written down no more often than this."""
AWAY_S = 900.0
"""Who presses a key after so long was away, though the screen stayed open."""


class Telling(Comparing, Reporting):
    """The part of a screen that tells of jobs one did not ask about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("B", "news", "News", show=False, id="data.news", tooltip="What you have missed"),
    ]

    _herald: Herald | None = None
    _judge: Judge | None = None
    _since: Mapping[int, int] | None = None
    """Up to where each account had been seen when this visit began; None while that is not known."""
    _unheard: frozenset[int] = frozenset()
    """Accounts that have not been asked yet since then: what they will tell happened before."""
    _shown: frozenset[tuple[str, JobKey]] = frozenset()
    """The news that were shown."""
    _opened_at = 0.0
    _fault = ""
    _seen_at = 0.0
    _key_at = 0.0
    _is_touched = False
    """A key was pressed: from now on nothing comes up unasked."""

    async def begin_telling(self) -> None:
        """The screen is up: from here on it tells."""
        accounts = tuple(self.session.names)
        self._opened_at, self._key_at = time.time(), time.monotonic()
        self._since = self.store.visits.seen(accounts)
        self._unheard = frozenset(self._since)
        try:
            self.store.visits.mark([account for account in accounts if account not in self._since])
            await asyncio.to_thread(self._prepare)
        except FinetopError as error:
            self.post_message(Said.of(error))
        await self._tell_news()

    def _prepare(self) -> None:
        from finetop.session.alerting import herald_of, judge_of  # noqa: PLC0415 - after the first paint

        self._herald, self._judge = herald_of(self.session), judge_of(self.session)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to be told of a job that has not ended."""
        if action != "alert":
            return super().check_action(action, parameters)
        row = self.row if self.is_mounted else None
        return (row is not None and row.is_job and not row.is_final and self._judge is not None) or None

    def why_grey(self) -> str:
        """Beside it, what the user has said of alerts for this job."""
        row = self.row
        wanted = self.store.alerts.is_wanted(row.key) if row is not None and not row.is_final else None
        if wanted is None:
            return super().why_grey()
        changes = f"{key_to(self, 'job.alert', 'b')} changes that"
        said = "You are told what becomes of it." if wanted else f"You are told nothing of it; {changes}."
        return f"{super().why_grey()} {said}".strip()

    # --- alerts -----------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Say what was raised, and the news of accounts that were heard for the first time."""
        if self.session.alert_fault != self._fault:
            self._fault = self.session.alert_fault
            self.post_message(Said(self._fault, role="bad"))
        told = self._herald.listen() if self._herald is not None else None
        if told is not None:
            if told.news:
                self.post_message(Said(told.sentence, role=told.role))
            self.post_message(Rung(told.sequence))
        heard = {account for account in self._unheard if self._was_heard(account)}
        if heard:
            self._unheard -= heard
            self.run_worker(self._tell_news(), group="news")

    @work(exit_on_error=False)
    async def action_alert(self) -> None:
        """Hear of this job whatever the rules say, or hear nothing of it."""
        row, judge = self.row, self._judge
        if row is None or judge is None:
            return
        wanted = not judge.is_told_of(row.key)
        try:
            await asyncio.to_thread(self.store.alerts.want, row.key, wanted=wanted)
        except FinetopError as error:
            self.post_message(Said.of(error))
            return
        self.look()
        name, undo = text.clean(row.name), f"{key_to(self, 'job.alert', 'b')} takes it back."
        if wanted:
            self.post_message(Said(f"You will be told what becomes of {name}.", undo))
        else:
            self.post_message(Said(f"You will be told nothing of {name}.", undo))

    # --- news -------------------------------------------------------------------------------------------

    def touched(self) -> None:
        """A key was pressed: somebody looks, and has seen what the screen shows."""
        self._is_touched = True
        if self._since is None:
            return
        now = time.monotonic()
        gone_s, self._key_at = now - self._key_at, now
        if gone_s >= AWAY_S:
            self._since, self._shown = self.store.visits.seen(self.session.names), frozenset()
            self.run_worker(self._tell_news(), group="news")
        if now - self._seen_at >= SEEN_S:
            self._seen_at = now
            self.run_worker(self.seen, thread=True, group="visit", exit_on_error=False)

    def seen(self) -> None:
        """Keep that everything known by now was seen; where the disk is full, it will be news once more."""
        if self._since is not None:
            with contextlib.suppress(FinetopError):
                self.store.visits.mark(tuple(self.session.names))

    @work(exit_on_error=False)
    async def action_news(self) -> None:
        """The news of this visit, as often as they are wanted."""
        found = await self._news()
        if found:
            self._show(found)
        else:
            self.post_message(Said("Nothing has happened since your last visit.", role="text"))

    async def _tell_news(self) -> None:
        """Show what is new: in a dialog, unless somebody is at work here already."""
        found = await self._news()
        fresh = frozenset((one.event, one.key) for one in found)
        if not fresh - self._shown:
            return
        self._shown |= fresh
        above = self.app.screen
        if isinstance(above, Away):
            above.update(found, now=time.time())
        elif above is self and not self._is_touched:
            self._show(found)
        else:
            self.post_message(
                Said(f"{TITLE}: {summary(found)}.", f"{key_to(self, 'data.news', 'B')} shows them.")
            )

    async def _news(self) -> list[News]:
        if not self._since:
            return []
        return await asyncio.to_thread(news, self.store, self.session.names, self._since)

    def _show(self, found: Sequence[News]) -> None:
        dialog = Away(found, now=time.time())

        def go(place: str | None) -> None:
            chosen = None if place is None else dialog.found[int(place)]
            if chosen is not None and self.jobs.place_of(chosen.key) is not None:
                self.go_to(chosen.key)
            elif chosen is not None and chosen.event != "shutdown":
                self.post_message(Said(f"{chosen.name} is not among the jobs shown here."))

        self.app.push_screen(dialog, go)

    def go_to(self, key: JobKey) -> None:
        """Put the cursor on a job and show what there is of it."""
        raise NotImplementedError

    def _was_heard(self, account: int) -> bool:
        return (self.store.accounts.contact(account).last_ok_at or 0.0) >= self._opened_at
