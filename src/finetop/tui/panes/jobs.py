"""The jobs pane: every job one line, the cursor on a job rather than on a place.

    JobsPane(glyphs=UNICODE, number=1)
    pane.open(listing, now=...)             the jobs to show, before the first paint
    pane.news(now=..., is_moved=True)       the listing has changed
    pane.tick(now)                          ages; paints only cells whose text changed
    pane.select(key), pane.current          the job under the cursor
    pane.say("...")                         a sentence in place of an empty list
    pane.colours = {"openai": "blue"}       the colours of profiles

Messages: `JobHighlighted(row)` when the cursor is on another job or its job changed to another row value,
`JobSelected(row)` on enter or a click on the cursor's row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from finetop.store.rows import JobKey
from finetop.text import UNICODE, Glyphs, clean
from finetop.tui.panes.job_cells import cells, longest
from finetop.tui.panes.job_columns import Layout, is_asked_for
from finetop.tui.panes.job_lines import Held, Jobs
from finetop.tui.panes.looking import Looking
from finetop.tui.panes.marking import Marking
from finetop.tui.panes.more_cells import more_cell
from finetop.tui.panes.pane import JOB_BINDINGS
from finetop.tui.widgets.rule import Rule
from finetop.tui.widgets.runs import Line, Run
from finetop.tui.widgets.table import Slot, arrange, head_runs, row_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.timer import Timer

    from finetop.store.rows import JobRow
    from finetop.tui.remembered import Part, State
    from finetop.views import View

READING: Final = "Reading the list."
PREPARE_AFTER_S: Final = 0.015
"""By then the terminal has its page: what is read sooner keeps back the thread that writes it."""


class JobsPane(Marking, Looking):
    """All jobs, and a cursor on one of them."""

    PLACE = "the jobs list"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Open", id="job.open", show=False, tooltip="To the detail of this job"),
        *JOB_BINDINGS,
    ]

    @dataclass
    class JobHighlighted(Message):
        """The cursor is on another job, or its job has news; None when there is no job."""

        row: JobRow | None

        def can_replace(self, message: Message) -> bool:
            """Only the last row counts to who shows it."""
            return isinstance(message, JobsPane.JobHighlighted)

    class ViewShown(Message):
        """The jobs of another view are read, and with them how many there are."""

    @dataclass
    class JobSelected(Message):
        """A job was chosen with enter or the mouse."""

        row: JobRow

    def __init__(self, *, glyphs: Glyphs = UNICODE, number: int = 1, id: str | None = "jobs") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.number = number
        self.colours: Mapping[str, str] = {}
        """The colours of profiles, by their names."""
        self._jobs: Jobs | None = None
        self._shown_view: View | None = None
        self._held: Held | None = None
        self._current: JobRow | None = None
        self._touched = False
        self._chosen: JobKey | None = None
        """The job that somebody put the cursor on, though a view may leave it out."""
        self.is_inside = False
        """True while one reads in the panes below: they stay with their job, chosen or not."""
        self._left_at: JobKey | None = None
        self._looked_at: dict[JobKey, int] = {}
        """Jobs with news that the cursor has been on, and which news that were."""
        self._sentence = ""
        self._silent: frozenset[str] = frozenset()
        self._now = 0.0
        self._slots: list[Slot] = []
        self._laid_out_for: tuple[int, dict[str, int]] | None = None
        self._longest: dict[str, int] = {}
        self._soon: Timer | None = None

    # --- values -----------------------------------------------------------------------------------------

    def row(self, line: int) -> JobRow:
        """The job on a line."""
        assert self._jobs is not None
        return self._jobs.row(self._held.own_place(line) if self._held else line)

    @property
    def rows(self) -> Sequence[JobRow]:
        """All jobs in the order shown; of a long list that is dear."""
        return [self.row(line) for line in range(self.cursor_count())]

    @property
    def current(self) -> JobRow | None:
        """The job under the cursor."""
        return self._current

    def open(self, jobs: Jobs, *, now: float) -> None:
        """Show these jobs."""
        self._jobs = jobs
        self._shown_view = self.view
        self.follows_views = True
        self.news(now=now)

    def news(self, *, now: float, is_moved: bool = True) -> None:
        """Draw what has changed; a chosen job keeps the cursor, and its place on the screen."""
        self._now = now
        before = self._current
        if is_moved:
            self._held = None
            if self.is_inside and before is not None and self._left_at in {None, before.key}:
                self._touched, self._chosen = True, before.key
            if not self._touched:
                # Nobody has chosen a row yet, so that of the last visit is meant, or the first.
                left = self._left_at and self.place_of(self._left_at)
                self._cursor = left or 0
            elif before is not None and (own := self.place_of(before.key)) is not None:
                # A row the cursor is on does not move; it takes its own place once the cursor has left.
                self._cursor = min(self._cursor, self.cursor_count() - 1)
                self._held = Held(own, self._cursor) if own != self._cursor else None
        self._drawn_anew(before)

    def _jump(self) -> None:
        """Another view is shown: the cursor goes with the job it was put on, or to the top."""
        before = self._current
        self._held = None
        self._cursor = (self.place_of(self._chosen) if self._chosen is not None else 0) or 0
        self._drawn_anew(before)

    def _drawn_anew(self, before: JobRow | None) -> None:
        """Draw what differs, and tell where the cursor is on something else than before."""
        count = self.cursor_count()
        self._cursor = max(0, min(self._cursor, count - 1))
        self._current = self.row(self._cursor) if count else None
        self._look_at_current()
        if self._jobs is not None:
            self._longest = longest(self._jobs.first_rows(), has_trends=True, has_ends=self._jobs.has_ends)
        self._laid_out_for = None
        self.keep_cursor_in_sight()
        self.redraw()
        if self._current != before:
            self.post_message(self.JobHighlighted(self._current))

    def _look_at_current(self) -> None:
        """The news of the job under the cursor are none any more."""
        row = self._current
        if row is not None and self._is_news(row):
            self._looked_at[row.key] = row.turned

    def _is_news(self, row: JobRow) -> bool:
        """Whether the status of a job has changed since the cursor last was on it."""
        return (
            self._jobs is not None
            and self._jobs.is_news(row)
            and row.turned > self._looked_at.get(row.key, 0)
        )

    def tick(self, now: float) -> None:
        """Let the ages grow."""
        self._now = now
        self.redraw()

    def say(self, sentence: str) -> None:
        """What stands in the first row while there is no job: what is, then what to do."""
        self._sentence = clean(sentence)
        if not self.cursor_count():
            self.redraw()

    def doubt(self, profiles: frozenset[str]) -> None:
        """Say of no job of these profiles when it will end, for they answer no more."""
        if profiles != self._silent:
            self._silent = profiles
            self.redraw()

    def select(self, key: JobKey) -> bool:
        """Put the cursor on a job; False where the list does not have it."""
        line = self.place_of(key)
        if line is None:
            return False
        self.move_to(line)
        return True

    def state(self) -> State:
        """The job under the cursor; at the top the list itself is meant, whatever is first then."""
        job = {"job": list(self.current.key)} if self._cursor and self.current is not None else {}
        return job | self.view_state()

    def restore(self, state: Part) -> None:
        """Put the cursor where it was, once the list is here."""
        match state.get("job"):
            case [int(account), str(id_)]:
                self._left_at = JobKey(account, id_)
        self.restore_view(state)

    # --- the cursor -------------------------------------------------------------------------------------

    def cursor_count(self) -> int:
        """One for each job."""
        return 0 if self._jobs is None else len(self._jobs)

    def move_to(self, place: int) -> None:
        """Put the cursor on a job, which is then no news."""
        self._touched = True
        count = self.cursor_count()
        if count:
            self._current = self.row(max(0, min(place, count - 1)))
            self._chosen = self._current.key
            self._look_at_current()
        super().move_to(place)

    def cursor_moved(self, before: int) -> None:  # noqa: ARG002 - only where it is now counts
        """Tell of the job that the cursor is on."""
        self.post_message(self.JobHighlighted(self.current))
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(PREPARE_AFTER_S, self._prepare)

    def _prepare(self) -> None:
        """While the page is looked at, read those before and after it, and those that a jump would show."""
        if self._jobs is not None:
            page, count = self.body_height, self.cursor_count()
            self._jobs.prepare(0, page)
            self._jobs.prepare(count - page, count)
            self._jobs.prepare(self.top - page, self.top + 2 * page)

    def picked(self) -> None:
        """The job under the cursor was chosen."""
        if self.current is not None:
            self.post_message(self.JobSelected(self.current))

    # --- lines ------------------------------------------------------------------------------------------

    @property
    def head_count(self) -> int:
        """The rule and the column heads."""
        return 2

    def body_count(self) -> int:
        """One line for each job; one for the sentence that stands in for them."""
        return self.cursor_count() or 1

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the column heads."""
        if y == 0:
            return self._rule().line(width, self.glyphs)
        if not self.cursor_count():
            return Line()
        slots = self._slots_for(width)
        return Line(tuple(head_runs(slots, sorted_by=self.view.sort.column, mark=self.sort_mark)))

    def _rule(self) -> Rule:
        count = self.cursor_count()
        facts = self.view_facts() if count or self.is_narrowed else []
        if self.marks:
            facts.append((f"{len(self.marks):,} marked", "key"))
        if self._jobs is not None and count:
            facts.append((f"{self._cursor + 1:,} of {self._jobs.total:,}", "muted"))
        return Rule(self.number, "Jobs", facts=tuple(facts), focused=self.has_focus)

    def body_line(self, index: int, width: int) -> Line:
        """A job, or the sentence."""
        if self._jobs is None or not self.cursor_count():
            return Line(((" " * 3, "text"), (self._why_empty(), "text")))
        row = self.row(index)
        here = index == self._cursor
        ground = ("cursor" if self.has_focus else "idle") if here else ""
        gutter: list[Run] = [
            (self.glyphs.cursor if here and self.has_focus else " ", "accent"),
            self.gutter_mark(row.key, changed=self._is_news(row)),
            (" ", "text"),
        ]
        slots = self._slots_for(width)
        # A trend may cost a question to the store; ask only where it is seen.
        trend = self._jobs.trend(row) if any(slot.column.name == "trend" for slot in slots) else None
        drawn = cells(row, self._now, trend, self.glyphs, colour=self.colours.get(row.profile, ""))
        if row.profile in self._silent:
            drawn.pop("eta", None)  # nobody knows whether it still goes on
        for slot in slots:
            name = slot.column.name
            if is_asked_for(name):
                extra = partial(self._jobs.extra, row.key)
                if draw := more_cell(name, row, self._now, extra, self.glyphs):
                    drawn[name] = draw
        runs = row_runs(slots, drawn, gutter)
        if here and self.has_focus:
            runs = [(words, _CURSOR_ROLES.get(role, role)) for words, role in runs]
        return Line(tuple(runs), ground)

    def _why_empty(self) -> str:
        if self._jobs is not None and not self._jobs.is_whole:
            return READING
        return clean(self.empty_sentence()) or self._sentence

    def _slots_for(self, width: int) -> list[Slot]:
        if self._laid_out_for is None or self._laid_out_for[0] != width:
            self._slots = arrange(self.columns.columns(), width, self._longest)
            self._laid_out_for = (width, self._longest)
        return self._slots

    def slots(self, layout: Layout) -> list[Slot]:
        """Where the columns of a layout would stand now."""
        return arrange(layout.columns(), self.size.width, self._longest)

    def has_values(self, column: str) -> bool:
        """Whether a job has something to say in a column that leaves where none has."""
        return bool(self._longest.get(column))

    def laid_out(self) -> None:
        """Other columns are shown."""
        self._laid_out_for = None
        self.redraw()

    # --- what is shown ----------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Read the jobs of a view; the last one that was asked for counts."""
        self._read(view)

    @work(exit_on_error=False)
    async def _read(self, view: View) -> None:
        def shown() -> None:
            """The same view once more is news; in another one the cursor goes with its job."""
            if view == self._shown_view:
                self.news(now=self._now)
            else:
                self._shown_view = view
                self._jump()

        if self._jobs is not None and await self._jobs.show(view, shown):
            shown()
            self.post_message(self.ViewShown())

    def place_of(self, key: JobKey) -> int | None:
        """The line of a job; None where the list does not show it."""
        place = None if self._jobs is None else self._jobs.place(key)
        return place if place is None or self._held is None else self._held.line(place)

    def row_of(self, key: JobKey) -> JobRow | None:
        """The row of a job, whether it is shown or not; None where it is no more."""
        return None if self._jobs is None else self._jobs.get(key)

    def keys_between(self, first: int, last: int) -> list[JobKey]:
        """The jobs on these lines and those between them."""
        if self._jobs is None:
            return []
        if self._held is None:
            return self._jobs.keys(first, last)
        return [self.row(line).key for line in range(first, last + 1)]


_CURSOR_ROLES: Final = {"text": "bright"}
