"""The main screen: jobs, and the detail, curves and events of the one under the cursor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.base import SMALLEST
from finetop.tui.feed import Feed, Trends
from finetop.tui.messages import Said, StoreChanged
from finetop.tui.panes.jobs import JobsPane
from finetop.tui.screens.confirm import ConfirmCancel
from finetop.tui.screens.create import CreateForm
from finetop.tui.screens.help import Help
from finetop.tui.screens.supplies import SessionSupplies
from finetop.tui.screens.try_prompt import TryPrompt
from finetop.tui.widgets.foot import Foot
from finetop.tui.widgets.notice import Notice
from finetop.tui.widgets.title import TitleBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finetop.actions.draft import Draft
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.start import Options

Answer = TypeVar("Answer")

TICK_S = 10.0
"""Ages are coarse; nothing is written when none of their words changed."""
WATCH_AFTER_S = 0.3
"""A cursor that only passes by does not ask a provider."""


class MainScreen(Screen[None]):
    """Jobs above, one job below."""

    AUTO_FOCUS = "#jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "create", "Create", id="job.create", tooltip="Create a job"),
        Binding("x", "cancel", "Cancel", id="job.cancel", tooltip="Cancel this job; asks first"),
        Binding("i", "try_prompt", "Try", id="job.try", tooltip="Try a prompt on the tuned model"),
        Binding("y", "copy", "Copy", id="app.copy", tooltip="Copy the job's id"),
        Binding("r", "refresh", "Refresh", show=False, id="data.refresh", tooltip="Ask the providers now"),
        Binding("question_mark,f1", "help", "Help", key_display="?", id="app.help", tooltip="Show the keys"),
        Binding(
            "q", "app.quit", "Quit", id="app.quit", tooltip="Leave; training on the local server goes on"
        ),
    ]

    def __init__(
        self,
        options: Options,
        store: Store,
        session: Session,
        feed: Feed,
        *,
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self.options = options
        self.store = store
        self.session = session
        self.feed = feed
        self._clock = clock
        self._trends = Trends(store, feed)
        self._settling: set[JobKey] = set()
        """Jobs whose cancel is under way."""
        self._supplies = SessionSupplies(options, store, session)

    def compose(self) -> ComposeResult:
        """From the title line down to the footer."""
        glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield TitleBar(glyphs=glyphs)
        yield JobsPane(glyphs=glyphs)
        yield Notice(glyphs=glyphs)
        yield Foot(glyphs=glyphs)
        yield Static(id="too-small")

    def on_mount(self) -> None:
        """What the store knows is on the screen before anybody is asked."""
        self._look()
        self.set_interval(TICK_S, self._tick)

    def on_resize(self) -> None:
        """Below the smallest size one sentence takes the place of everything."""
        width, height = self.app.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-too-small")
        if small:
            sentence = f"finetop needs {SMALLEST[0]} by {SMALLEST[1]}; this is {width} by {height}"
            self.query_one("#too-small", Static).update(Content(sentence))

    def begin(self) -> None:
        """The session runs: prepare what the form will want first."""
        self._supplies.begin()

    # --- news -------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> JobsPane:
        """The list."""
        return self.query_one(JobsPane)

    @property
    def row(self) -> JobRow | None:
        """The job under the cursor."""
        return self.jobs.current

    @on(StoreChanged)
    def _look(self) -> None:
        """Draw what is new in the store."""
        if self.feed.pull() or not self.jobs.rows:
            self.jobs.update_rows(list(self.feed.rows.values()), now=self._clock(), trends=self._trends)
        self._show_title()

    def _show_title(self, as_of: str = "") -> None:
        states = self.session.states()
        rows = list(self.feed.rows.values())
        self.query_one(TitleBar).show(states, rows, now=self._clock(), as_of=as_of)

    def _tick(self) -> None:
        now = self._clock()
        self.jobs.tick(now)
        self.query_one(TitleBar).tick(now)

    @on(Said)
    def _say(self, event: Said) -> None:
        self.query_one(Notice).show(event.sentence, event.hint, role=event.role)

    @on(JobsPane.JobHighlighted)
    def _highlighted(self, event: JobsPane.JobHighlighted) -> None:
        key = event.row.key if event.row is not None else None
        self.refresh_bindings()
        self.set_timer(WATCH_AFTER_S, lambda: self._watch(key))

    def _watch(self, key: JobKey | None) -> None:
        if self.row is not None and self.row.key == key and not key.id.startswith("intent:"):
            self.session.watch(key)

    def clear_notice(self) -> None:
        """The next key was pressed."""
        if self.is_mounted:
            self.query_one(Notice).clear()

    def saved_rows(self) -> list[str]:
        """The screen as it stands, for the next start; its title says how old it will be."""
        self.query_one(Notice).clear()
        self._show_title(time.strftime("%H:%M", time.localtime(self._clock())))
        # Textual has no public way to a screen's lines but as a picture.
        strips = self._compositor.render_strips()
        if not all(segment.text.isprintable() for strip in strips for segment in strip):
            return []  # what was not cleaned must not outlive this process
        return [strip.render(self.app.console) for strip in strips]

    # --- what can be done -------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """None greys a key, False takes it away."""
        row = self.row if self.is_mounted else None
        match action:
            case "create":
                return bool(self._supplies.profiles)
            case "cancel":
                return None if row is None else (True if self._can_cancel(row) else None)
            case "try_prompt":
                return True if row is not None and row.fine_tuned_model else None
            case "copy":
                return True if row is not None else None
        return True

    def _can_cancel(self, row: JobRow) -> bool:
        return (
            not row.is_final
            and row.intent is None
            and row.key not in self._settling
            and not self._supplies.is_read_only(row.profile)
        )

    def action_create(self) -> None:
        """Open the form on the profile of the job under the cursor."""
        row = self.row
        writable = self._supplies.profiles
        profile = row.profile if row is not None and row.profile in writable else writable[0]
        self.app.push_screen(CreateForm(self._supplies, profile), self._create)

    def _create(self, draft: Draft | None) -> None:
        if draft is not None:
            self._settle(self.session.create(draft), f"{draft.suffix or 'The job'} was created.")

    @work(exit_on_error=False)
    async def action_cancel(self) -> None:
        """Ask, then cancel; the store's news repaints the row."""
        row = self.row
        if row is None:
            return
        checkpoints = self.store.jobs.checkpoints(row.key)
        if await self.app.push_screen_wait(ConfirmCancel(row, checkpoints, self._clock())):
            self._settling.add(row.key)
            self.refresh_bindings()
            await self._told(self.session.cancel(row.key), "")
            self._settling.discard(row.key)
            self.refresh_bindings()

    def action_try_prompt(self) -> None:
        """Base and tuned model side by side."""
        row = self.row
        if row is None or row.fine_tuned_model is None:
            return

        async def chat(model: str, prompt: str) -> str:
            return await asyncio.wrap_future(self.session.chat(row.profile, model, prompt))

        self.app.push_screen(TryPrompt(row.model, row.fine_tuned_model, chat))

    def action_copy(self) -> None:
        """Put the job's id on the clipboard of the person's own terminal."""
        if self.row is not None:
            self.app.copy_to_clipboard(self.row.key.id)
            self.post_message(Said(f"Copied {self.row.key.id}."))

    def action_refresh(self) -> None:
        """Ask at once."""
        self.session.refresh()
        self.post_message(Said("Asking all profiles."))

    def action_help(self) -> None:
        """The keys that work where the focus is."""
        self.app.push_screen(Help("the jobs list", self.active_bindings, self.jobs.glyphs))

    # --- what was asked for -----------------------------------------------------------------------------

    @work(exit_on_error=False)
    async def _settle(self, future: Future[Answer], done: str) -> None:
        await self._told(future, done)

    async def _told(self, future: Future[Answer], done: str) -> None:
        """Wait for an answer and say how it went."""
        try:
            await asyncio.wrap_future(future)
        except FinetopError as error:
            self.post_message(Said.of(error))
        else:
            if done:
                self.post_message(Said(done))
