"""The jobs pane: every job one line, the cursor on a job rather than on a place.

    JobsPane(glyphs=UNICODE, number=1)
    pane.update_rows(rows, now=..., trends={key: losses})   the whole list, whenever the store has news
    pane.tick(now)                                          ages; paints only cells whose text changed
    pane.select(key), pane.current                          the job under the cursor
    pane.say("...")                                         a sentence in place of an empty list
    pane.colours = {"openai": "blue"}                       the colours of profiles

Messages: `JobHighlighted(row)` when the cursor is on another job or its job changed to another row value,
`JobSelected(row)` on enter or a click on the cursor's row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from finetop.store.rows import JobKey
from finetop.text import UNICODE, Glyphs, clean
from finetop.tui.acts import key_to
from finetop.tui.panes.job_cells import cells, longest
from finetop.tui.panes.job_columns import Layout, is_asked_for
from finetop.tui.panes.looking import Looking
from finetop.tui.panes.marking import Marking
from finetop.tui.panes.more_cells import more_cell
from finetop.tui.panes.pane import JOB_BINDINGS
from finetop.tui.widgets.rule import Rule
from finetop.tui.widgets.runs import Line, Run
from finetop.tui.widgets.table import Slot, arrange, head_runs, row_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from finetop.store.rows import JobRow
    from finetop.tui.remembered import Part, State
    from finetop.views import View

_RANKS: Final = {"running": 0, "stopping": 0, "checking": 1, "queued": 2, "paused": 3}


def in_order(rows: Sequence[JobRow]) -> list[JobRow]:
    """Active jobs first, then the newest."""
    return sorted(rows, key=lambda row: (_RANKS.get(row.status, 4), -(row.created_at or 0.0), row.key))


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

    @dataclass
    class JobSelected(Message):
        """A job was chosen with enter or the mouse."""

        row: JobRow

    def __init__(self, *, glyphs: Glyphs = UNICODE, number: int = 1, id: str | None = "jobs") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.number = number
        self.extra: Callable[[JobKey, str], object] = lambda _key, _column: None
        """What a job has in a column that its row does not tell."""
        self.colours: Mapping[str, str] = {}
        """The colours of profiles, by their names."""
        self._rows: list[JobRow] = []
        self._trends: Mapping[JobKey, Sequence[float]] = {}
        self._touched = False
        self._left_at: JobKey | None = None
        self._seen: dict[JobKey, str] | None = None
        self._changed: set[JobKey] = set()
        self._sentence = ""
        self._now = 0.0
        self._slots: list[Slot] = []
        self._laid_out_for: tuple[int, dict[str, int]] | None = None
        self._longest: dict[str, int] = {}

    # --- values -----------------------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[JobRow]:
        """The jobs in the order shown."""
        return self._rows

    @property
    def current(self) -> JobRow | None:
        """The job under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def update_rows(
        self,
        rows: Sequence[JobRow],
        *,
        now: float,
        trends: Mapping[JobKey, Sequence[float]] | None = None,
    ) -> None:
        """Take the whole list; a chosen job keeps the cursor, and its place on the screen."""
        before = self.current
        self._now = now
        self._note_changes(rows, before)
        ordered = in_order(rows)
        place = next((at for at, row in enumerate(ordered) if before and row.key == before.key), None)
        if not self._touched:
            # Nobody has chosen a row yet, so that of the last visit is meant, or the first.
            self._cursor = next((at for at, row in enumerate(ordered) if row.key == self._left_at), 0)
        elif place is not None:
            # A row the cursor is on does not move; it takes its own place once the cursor has left.
            ordered.insert(min(self._cursor, len(ordered) - 1), ordered.pop(place))
        self._cursor = max(0, min(self._cursor, len(ordered) - 1))
        self._rows = ordered
        if trends is not None:
            self._trends = trends
        self._longest = longest(ordered, self._trends)
        self._laid_out_for = None
        self.keep_cursor_in_sight()
        self.redraw()
        if self.current != before:
            self.post_message(self.JobHighlighted(self.current))

    def _note_changes(self, rows: Sequence[JobRow], current: JobRow | None) -> None:
        """Mark the jobs whose state changed since the cursor last was on them."""
        states = {row.key: row.status for row in rows}
        if self._seen is not None:
            for key, status in states.items():
                if self._seen.get(key) != status and (current is None or key != current.key):
                    self._changed.add(key)
        self._changed &= states.keys()
        self._seen = states

    def tick(self, now: float) -> None:
        """Let the ages grow."""
        self._now = now
        self.redraw()

    def say(self, sentence: str) -> None:
        """What stands in the first row while there is no job: what is, then what to do."""
        self._sentence = clean(sentence)
        self.redraw()

    def select(self, key: JobKey) -> bool:
        """Put the cursor on a job; False where the list does not have it."""
        for place, row in enumerate(self._rows):
            if row.key == key:
                self.move_to(place)
                return True
        return False

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
        return len(self._rows)

    def move_to(self, place: int) -> None:
        """Put the cursor on a job, which is then no news."""
        self._touched = True
        if self._rows:
            self._changed.discard(self._rows[max(0, min(place, len(self._rows) - 1))].key)
        super().move_to(place)

    def cursor_moved(self, before: int) -> None:  # noqa: ARG002 - only where it is now counts
        """Tell of the job that the cursor is on."""
        self.post_message(self.JobHighlighted(self.current))

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
        return len(self._rows) or 1

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the column heads."""
        if y == 0:
            return self._rule().line(width, self.glyphs)
        if not self._rows:
            return Line()
        slots = self._slots_for(width)
        return Line(tuple(head_runs(slots, sorted_by=self.view.sort.column, mark=self.sort_mark)))

    def _rule(self) -> Rule:
        facts = self.view_facts() if self._rows or self.is_narrowed else []
        if self.marks:
            facts.append((f"{len(self.marks):,} marked", "key"))
        if self._rows:
            facts.append((f"{self._cursor + 1} of {len(self._rows)}", "muted"))
        return Rule(self.number, "Jobs", facts=tuple(facts), focused=self.has_focus)

    def body_line(self, index: int, width: int) -> Line:
        """A job, or the sentence."""
        if not self._rows:
            return Line(((" " * 3, "text"), (self._sentence or self._none_yet(), "text")))
        row = self._rows[index]
        here = index == self._cursor
        ground = ("cursor" if self.has_focus else "idle") if here else ""
        gutter: list[Run] = [
            (self.glyphs.cursor if here and self.has_focus else " ", "accent"),
            self.gutter_mark(row.key, changed=row.key in self._changed),
            (" ", "text"),
        ]
        slots = self._slots_for(width)
        # A trend may cost a question to the store; ask only where it is seen.
        trend = self._trends.get(row.key) if any(slot.column.name == "trend" for slot in slots) else None
        drawn = cells(row, self._now, trend, self.glyphs, colour=self.colours.get(row.profile, ""))
        for slot in slots:
            name = slot.column.name
            if is_asked_for(name):
                extra = partial(self.extra, row.key)
                if draw := more_cell(name, row, self._now, extra, self.glyphs):
                    drawn[name] = draw
        runs = row_runs(slots, drawn, gutter)
        if here and self.has_focus:
            runs = [(words, _CURSOR_ROLES.get(role, role)) for words, role in runs]
        return Line(tuple(runs), ground)

    def _none_yet(self) -> str:
        return f"No jobs yet. {key_to(self, 'job.create', 'c')} creates one."

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
        """Read the jobs of a view."""

    def place_of(self, key: JobKey) -> int | None:
        """The line of a job; None where the list does not show it."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def row_of(self, key: JobKey) -> JobRow | None:
        """The row of a job, whether it is shown or not; None where it is no more."""
        return next((row for row in self._rows if row.key == key), None)

    def keys_between(self, first: int, last: int) -> list[JobKey]:
        """The jobs on these lines and those between them."""
        return [row.key for row in self._rows[first : last + 1]]


_CURSOR_ROLES: Final = {"text": "bright"}
