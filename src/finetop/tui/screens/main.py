"""The main screen: jobs, and the detail, curves and events of the one under the cursor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import FinetopError
from finetop.spare_memory import give_back
from finetop.tui.acts import key_to
from finetop.tui.messages import Said, StoreChanged
from finetop.tui.panes.curves import CurvesPane
from finetop.tui.panes.detail import DetailPane
from finetop.tui.panes.events import EventsPane
from finetop.tui.panes.grid import PaneGrid
from finetop.tui.panes.job_log import log_of
from finetop.tui.panes.jobs import JobsPane
from finetop.tui.panes.sharing_facts import Sharing
from finetop.tui.saved_views import SavedViews
from finetop.tui.screens.confirm import Confirm
from finetop.tui.screens.consent import leave_while_sending
from finetop.tui.screens.overlaying import Overlaying
from finetop.tui.screens.polling import pause_note, why_no_jobs
from finetop.tui.screens.selected import Selected
from finetop.tui.screens.supplies import SessionSupplies
from finetop.tui.widgets.foot import Foot
from finetop.tui.widgets.notice import Notice
from finetop.tui.widgets.title import TitleBar
from finetop.views import View

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.listing import Listing
    from finetop.tui.start import Options

TICK_S = 10.0
"""Ages are coarse; nothing is written when none of their words changed."""
SHOW_AFTER_S = 0.04
"""A held key moves the cursor at once and the lower panes when it rests."""
SILENT = frozenset({"stale", "offline", "not started", "no key", "refused"})
"""States of a profile in which nothing is learnt of its jobs."""
MERGED_AT_MOST = 100
"""Jobs whose events are shown as one log: nobody reads more, and a statement takes so many parts."""
WATCH_AFTER_S = 0.4
"""A cursor that only passes by does not ask a provider."""


class MainScreen(Overlaying):
    """Jobs above, one job below."""

    AUTO_FOCUS = "#jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"pane({number})", name, show=False, id=f"pane.{name}", tooltip=says)
            for number, name, says in (
                (1, "jobs", "To the jobs"),
                (2, "detail", "To the detail"),
                (3, "curves", "To the curves"),
                (4, "events", "To the events"),
            )
        ),
        Binding("tab", "next_pane(1)", "Pane", id="pane.next", tooltip="To the next pane"),
        Binding(
            "shift+tab", "next_pane(-1)", "Back", show=False, id="pane.previous", tooltip="To the pane before"
        ),
        Binding("f", "full", "Full", id="pane.full", tooltip="This pane alone, or all"),
        Binding("escape", "back", "Back", show=False, id="pane.back", tooltip="One step back"),
        Binding("q", "leave", "Quit", id="app.quit", tooltip="Leave; local training goes on"),
    ]

    def __init__(
        self,
        options: Options,
        store: Store,
        session: Session,
        listing: Listing,
        *,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(store, session, listing, SessionSupplies(options, store, session), clock=clock)
        self._saved_views = SavedViews(options.paths.state_dir)
        self._selected = Selected(store, shares=lambda profile: session.capabilities(profile).permissions)
        self._silent: Mapping[str, float | None] = {}
        """Profiles that do not answer, and when they last did."""
        self._is_reading = False
        self._show_soon: Timer | None = None
        self._watch_soon: Timer | None = None

    def compose(self) -> ComposeResult:
        """From the title line down to the footer."""
        glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield TitleBar(glyphs=glyphs)
        yield PaneGrid(
            JobsPane(glyphs=glyphs),
            DetailPane(glyphs=glyphs),
            CurvesPane(glyphs=glyphs),
            EventsPane(glyphs=glyphs),
        )
        yield Notice(glyphs=glyphs)
        yield Foot(glyphs=glyphs)

    def on_mount(self) -> None:
        """What the store knows is on the screen before anybody is asked."""
        self._prepare_list()
        self.recall()
        self.listing.begin(self.jobs.view)
        self.jobs.open(self.listing, now=self._clock())
        self._show_title()
        self._show_job()
        self.overlay()
        self.set_interval(TICK_S, self._tick)

    def _prepare_list(self) -> None:
        """What the list needs to know besides its jobs."""
        jobs, profiles = self.jobs, self.session.profiles
        account = self.session.accounts.get(self.shown_profile)
        jobs.view = View(self.listing.condition, account=account)
        jobs.colours = {profile.name: profile.colour for profile in profiles}
        jobs.profiles = [profile.name for profile in profiles]
        jobs.words = self._words
        jobs.saved_views = self._saved_views

    def _words(self, field: str) -> list[str]:
        """What jobs know of a field of queries; asked on another thread."""
        try:
            return self.store.vocabulary.values(field, self.session.names)
        finally:
            give_back()

    @work(exit_on_error=False)
    async def begin(self) -> None:
        """The first paint is done and the session runs: load what a whole job needs, off this thread."""
        self.supplies.begin()
        if not self.listing.is_whole:
            self.jobs.show_view(self.jobs.view)
        await asyncio.to_thread(self._selected.load)
        self._show_job()
        await self.begin_telling()

    # --- news -------------------------------------------------------------------------------------------

    @property
    def grid(self) -> PaneGrid:
        """The four panes."""
        return self.query_one(PaneGrid)

    @property
    def jobs(self) -> JobsPane:
        """The list."""
        return self.grid.jobs

    @property
    def curves_pane(self) -> CurvesPane:
        """The curves."""
        return self.grid.curves

    @property
    def row(self) -> JobRow | None:
        """The job under the cursor."""
        return self.jobs.current

    @on(StoreChanged)
    def look(self) -> None:
        """Draw what is new in the store."""
        news = self.listing.pull()
        if news is None:
            self.jobs.show_view(self.jobs.view)
        elif news.keys:
            self.jobs.news(now=self._clock(), is_moved=news.is_moved)
            changed = self.jobs.marks.keys & set(news.keys)
            self.jobs.unmark([key for key in changed if self.jobs.row_of(key) is None])
        if news is None or self.is_overlaid(news.keys):
            self.overlay()
        if news is not None and self.row is not None and self.row.key in news.keys:
            self._show_job()
        else:
            if (news is None or news.keys) and self.grid.events.is_merged:
                self.grid.events.news(now=self._clock())
            self.refresh_bindings()  # what a provider can do may be the news
        self._show_title()
        self.tell()

    @on(JobsPane.ViewShown)
    def _view_shown(self) -> None:
        self._show_title()

    def _show_title(self, as_of: str = "") -> None:
        states = self.session.states()
        title = self.query_one(TitleBar)
        title.show(states, self.listing.counts, now=self._clock(), where=self._where(), as_of=as_of)
        title.note(pause_note(states, key_to(self, "data.pause", "p")))
        create = key_to(self, "job.create", "c") if self.supplies.profiles else ""
        silent = {state.name: state.last_ok_at for state in states if state.state in SILENT}
        self.jobs.doubt(frozenset(silent))
        if silent != self._silent:
            self._silent = silent
            self._show_detail(self._clock())
        self.jobs.say(why_no_jobs(states, create, key_to(self, "app.profiles", "P")))

    def _where(self) -> list[str]:
        """The profile shown alone, what was asked for on the command line, and the job one has gone into."""
        asked = self.listing.condition.text if self.listing.condition else ""
        inside = self.row if self.jobs.is_inside else None
        profile = self.shown_profile if inside is None else inside.profile
        return [part for part in (profile, asked, "" if inside is None else inside.name) if part]

    def on_descendant_focus(self) -> None:
        """One has gone into a job, or come back."""
        if self.focused in self.grid.panes:  # a line one types into is where one was
            self.jobs.is_inside = self.focused is not self.jobs
        self._show_title()

    def profile_shown(self) -> None:
        """The jobs of one profile, or of all."""
        account = self.session.accounts.get(self.shown_profile)
        self.jobs.look(replace(self.jobs.view, account=account), name=self.jobs.view_name)

    def _show_job(self) -> None:
        """The lower panes, for the job under the cursor."""
        now = self._clock()
        row = self.row
        moved = self._selected.look(row)
        grid = self.grid
        self._show_detail(now, top=moved)
        grid.curves.show(self._selected.curves, row, verdict=self._selected.verdict)
        if self._selected.is_unread and not self._is_reading:
            self._read_long()
        if moved:
            grid.events.show(self._selected.events, now=now)
        else:
            grid.events.news(now=now)
        self.refresh_bindings()

    @work(exit_on_error=False)
    async def _read_long(self) -> None:
        """Read what was measured of a long job; meanwhile the cursor may go on, and it may go on training."""
        self._is_reading = True
        try:
            while self._selected.is_unread:
                read = await asyncio.to_thread(self._selected.read_long)
                if read is not None and self._selected.take_long(read):
                    self._show_job()
        finally:
            self._is_reading = False

    def _show_detail(self, now: float, *, top: bool = False) -> None:
        row = self.row
        is_silent = row is not None and not row.is_final and row.profile in self._silent
        heard = self._silent[row.profile] if row is not None and is_silent else None
        grid = self.grid
        for pane in (grid.detail, grid.curves, grid.events):
            pane.doubt("" if heard is None else f"as of {text.clock(heard, now)}")
        found = self._selected.detail(
            now if heard is None else min(now, heard),
            self.jobs.glyphs,
            cannot=self.why_grey(),
            is_silent=is_silent,
        )
        grid.detail.show(found, top=top)

    @on(DetailPane.PermissionsWanted)
    @work(exclusive=True, group="permissions", exit_on_error=False)
    async def _ask_who_may_use(self, event: DetailPane.PermissionsWanted) -> None:
        """Ask which projects may use a model; hosted providers want an admin's key for that."""
        account = event.key.account
        self._selected.share(account, event.model, Sharing(is_asked=True))
        self._show_detail(self._clock())
        try:
            asked = self.session.permissions(self.session.names[account], event.model, None)
            found = await asyncio.wrap_future(asked)
            sharing = Sharing(found)
        except FinetopError as error:
            sharing = Sharing(problem=f"{error.message.rstrip('.')}. {error.advice}".strip())
        self._selected.share(account, event.model, sharing)
        self._show_detail(self._clock())

    def _tick(self) -> None:
        now = self._clock()
        self.jobs.tick(now)
        if self.listing.is_timely:
            self.jobs.show_view(self.jobs.view)
        self._show_title()
        self.grid.events.tick(now)
        self._show_detail(now)
        self.tell()

    @on(EventsPane.MergeWanted)
    def _merge(self) -> None:
        """The marked jobs' events as one log."""
        rows = self.jobs.marked(MERGED_AT_MOST + 1)
        if not rows:
            self.post_message(Said("No jobs are marked.", "space in the list marks one."))
        elif len(rows) > MERGED_AT_MOST:
            self.post_message(Said(f"More than {MERGED_AT_MOST} jobs are too many for one log."))
        else:
            self.grid.events.merge(log_of(self.store, rows), now=self._clock())

    @on(JobsPane.JobHighlighted)
    def _highlighted(self) -> None:
        for timer in (self._show_soon, self._watch_soon):
            if timer is not None:
                timer.stop()
        self._show_soon = self.set_timer(SHOW_AFTER_S, self._show_job)
        self._watch_soon = self.set_timer(WATCH_AFTER_S, self._watch)

    def _watch(self) -> None:
        if self.row is not None and self.row.is_job:
            self.session.watch(self.row.key)

    def saved_rows(self) -> list[str]:
        """The screen as it stands, for the next start; its title says how old it will be."""
        self.query_one(Notice).clear()
        self._show_title(time.strftime("%H:%M", time.localtime(self._clock())))
        # Textual has no public way to a screen's lines but as a picture.
        strips = self._compositor.render_strips()
        if not all(segment.text.isprintable() for strip in strips for segment in strip):
            return []  # what was not cleaned must not outlive this process
        return [strip.render(self.app.console) for strip in strips]

    # --- moving -----------------------------------------------------------------------------------------

    @property
    def panes(self) -> Sequence[Widget]:
        """All four, hidden or not."""
        return self.grid.panes

    def reach(self, pane: Widget) -> None:
        """A hidden pane comes to the front."""
        self.grid.go_to(self.grid.panes.index(pane) + 1)

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number."""
        self.grid.go_to(number)

    def action_next_pane(self, step: int) -> None:
        """Focus the next pane, or the one before."""
        self.grid.go_next(step)

    def action_full(self) -> None:
        """The focused pane takes the whole screen, or gives it back."""
        self.grid.toggle_full()

    def action_back(self) -> None:
        """From one pane alone to all of them, then to the jobs."""
        if self.grid.full:
            self.grid.toggle_full()
        else:
            self.grid.go_to(1)

    def go_to(self, key: JobKey) -> None:
        """Put the cursor on a job, and go into it."""
        self.jobs.select(key)
        self._show_job()
        self.grid.go_to(2)

    @on(JobsPane.JobSelected)
    def _open(self, event: JobsPane.JobSelected) -> None:
        """Enter goes into the job; a request nobody answered asks what shall become of it."""
        if not event.row.is_job and event.row.intent in {"unsure", "refused"}:
            self.ask_unsure(event.row)
        else:
            self.grid.go_to(2)

    # --- asking -----------------------------------------------------------------------------------------

    @work(exit_on_error=False)
    async def action_leave(self) -> None:
        """Leave; asks where that would cut off a file on its way."""
        sending = self.store.uploading()
        if not sending or await self.app.push_screen_wait(Confirm(leave_while_sending(sending))):
            await self.app.action_quit()
