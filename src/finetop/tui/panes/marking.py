"""Marks on the lines of a list of jobs: what a key does is then done to all marked ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from finetop.tui.messages import Said
from finetop.tui.panes.marks import NO_MARKS, Marks
from finetop.tui.widgets.cursor_view import CursorView

if TYPE_CHECKING:
    from collections.abc import Collection

    from finetop.store.rows import JobKey, JobRow

MOST: Final = 1_000
"""Jobs that a range marks at once."""


class Marking(CursorView):
    """The part of a pane that keeps marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, id="list.mark", tooltip="Mark this job, or not"),
        Binding(
            "v",
            "range",
            "Range",
            show=False,
            id="list.range",
            tooltip="Mark all jobs from the last mark to here",
        ),
        Binding(
            "V", "clear_marks", "Clear marks", show=False, id="list.clear_marks", tooltip="Clear all marks"
        ),
    ]

    class MarksChanged(Message):
        """Other jobs are marked than before."""

    marks: Marks = NO_MARKS
    letters: Mapping[JobKey, tuple[str, str]] = {}
    """What marked jobs are called where they are laid over each other, and the role of their curves."""

    @property
    def foot(self) -> str:
        """The name of the footer's order of keys."""
        return f"{self.id} marked" if self.marks else ""

    # --- what a subclass says ---------------------------------------------------------------------------

    @property
    def current(self) -> JobRow | None:
        """The job under the cursor."""
        raise NotImplementedError

    def place_of(self, key: JobKey) -> int | None:
        """The line of a job; None where the list does not show it."""
        raise NotImplementedError

    def row_of(self, key: JobKey) -> JobRow | None:
        """The row of a job, whether it is shown or not; None where it is no more."""
        raise NotImplementedError

    def keys_between(self, first: int, last: int) -> Sequence[JobKey]:
        """The jobs on these lines and those between them."""
        raise NotImplementedError

    # --- marks ------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to be done to is no offer."""
        if action in {"mark", "range"}:
            return self.current is not None or None
        if action == "clear_marks":
            return bool(self.marks) or None
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the job, or take its mark away, and go on to the next."""
        if self.current is not None:
            self._mark(self.marks.toggled(self.current.key))
            self.move_to(self.cursor + 1)

    def action_range(self) -> None:
        """Mark everything from the last mark to here; without one, begin here."""
        if self.current is None:
            return
        here, start = self.current.key, self.marks.start
        begun = None if start is None else self.place_of(start)
        if begun is None:
            self._mark(self.marks.through([here], here))
            self.post_message(Said("The range begins here.", "v at its other end marks all between."))
            return
        step = 1 if begun < self.cursor else -1
        last = begun + step * min(abs(self.cursor - begun), MOST - 1)
        self._mark(self.marks.through(self.keys_between(*sorted((begun, last))), here))
        if last != self.cursor:
            self.post_message(
                Said(f"The first {MOST:,} of them are marked.", "More are too many to be named.")
            )

    def action_clear_marks(self) -> None:
        """Nothing is marked any more."""
        self._mark(NO_MARKS)

    def unmark(self, keys: Collection[JobKey]) -> None:
        """All has been done with these, or they are no more."""
        self._mark(self.marks.without(keys))

    def _mark(self, marks: Marks) -> None:
        if marks != self.marks:
            self.marks = marks
            self.redraw()
            self.screen.refresh_bindings()
            self.post_message(self.MarksChanged())

    def call(self, letters: Mapping[JobKey, tuple[str, str]]) -> None:
        """Call marked jobs by letters, in the colours of their curves."""
        if letters != self.letters:
            self.letters = letters
            self.redraw()

    def marked(self, at_most: int | None = None) -> list[JobRow]:
        """The rows of marked jobs, shown or not, the newest first."""
        rows = (self.row_of(key) for key in islice(self.marks.keys, at_most))
        return sorted((row for row in rows if row is not None), key=lambda row: -(row.created_at or 0.0))

    def gutter_mark(self, key: JobKey, *, changed: bool) -> tuple[str, str]:
        """What stands beside a job: its mark, else that it has news."""
        if key in self.marks:
            return self.letters.get(key, ("+", "key"))
        return (self.glyphs.changed if changed else " "), "accent"
