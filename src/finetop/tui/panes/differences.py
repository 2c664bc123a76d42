"""The pane of what differs between jobs.

DifferencesPane(glyphs=UNICODE)
pane.show(comparison)           None while it is being read
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from finetop import text
from finetop.tui.acts import key_to
from finetop.tui.handoff import Copy
from finetop.tui.panes.difference_lines import Columns, Row, columns, head_runs, rows
from finetop.tui.panes.pane import Pane
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.runs import Line, Run, plain

if TYPE_CHECKING:
    from textual.geometry import Size

    from finetop.comparing import Comparison
    from finetop.tui.remembered import Part, State

WHOLE = 4_000
"""As wide as nothing is."""
AIRY_FROM = 36
"""Lines of the screen from which a blank one before each heading can be spared."""


class DifferencesPane(CursorView, Pane):
    """A line for each field, and a cursor on one of them."""

    NAME = "What differs"
    PLACE = "what differs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "same", "Same too", id="compare.same", tooltip="Show what is the same, too, or not"),
        Binding("h,left", "sideways(-1)", "Left", show=False, id="text.left", tooltip="To the left"),
        Binding("l,right", "sideways(1)", "Right", show=False, id="text.right", tooltip="To the right"),
    ]

    class Picked(Message):
        """A field was chosen."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "differences") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.comparison: Comparison | None = None
        self.everything = False
        self._first = 0
        self._sentence = "Reading the jobs."
        self._rows: list[Row] = []
        self._laid = Columns(0, 0, 0, 0)
        self._laid_for: tuple[object, ...] = ()
        self._height = (1, 1)

    def show(self, comparison: Comparison) -> None:
        """Take what was read; the cursor stays on its field."""
        before = self._field_name()
        self.comparison = comparison
        self._sentence = "They differ in nothing that is known."
        self._anew(before)

    def say(self, sentence: str) -> None:
        """What stands in place of the lines."""
        self._sentence = text.clean(sentence)
        self.redraw()

    def _anew(self, before: str) -> None:
        self._laid_for = ()
        found = self._lines()
        names = [row.field.name if row.field else "" for row in found]
        self._cursor = names.index(before) if before and before in names else self._nearest(0, 1)
        self.keep_cursor_in_sight()
        if (self.head_count, len(found)) != self._height:
            self._height = self.head_count, len(found)
            self.refresh(layout=True)
        self.redraw()
        self.refresh_bindings()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as wide as it is
        """As high as what there is to say; the screen sets a limit."""
        return self.head_count + self.body_count()

    def _field_name(self) -> str:
        found = self._lines()
        field = found[self._cursor].field if self._cursor < len(found) else None
        return "" if field is None else field.name

    # --- lines ------------------------------------------------------------------------------------------

    def _lines(self) -> list[Row]:
        width, is_airy = self.size.width, self.screen.size.height >= AIRY_FROM
        key = (width, is_airy, self._first, self.everything)
        if self.comparison is None or not width:
            return []
        if key != self._laid_for:
            self._laid = columns(self.comparison, width, self._first, everything=self.everything)
            found = rows(self.comparison, self._laid, self.glyphs, everything=self.everything, airy=is_airy)
            self._rows, self._laid_for = found, key
        return self._rows

    def facts(self) -> tuple[Run, ...]:
        """How much of it differs, and which jobs are seen where not all have room."""
        comparison = self.comparison
        if comparison is None:
            return ()
        self._lines()
        jobs = len(comparison.jobs)
        seen = self._laid.shown(jobs)
        part = f"{comparison.letters[seen[0]]} to {comparison.letters[seen[-1]]} of {jobs}" if seen else ""
        count = f"{len(comparison.differing)} of {len(comparison.fields)} fields"
        same = key_to(self, "compare.same", "s")
        hint = f"{same} hides the same" if self.everything else f"{same} shows the same ones"
        return (
            (hint, "faint"),
            (count, "muted"),
            *(((part, "text"),) if len(seen) < jobs else ()),
        )

    @property
    def head_count(self) -> int:
        """The rule, what can be said of the jobs, and their names."""
        return 2 + len(self._said(self.size.width)) if self.comparison is not None else 1

    def _said(self, width: int) -> list[str]:
        """The sentence, in two lines at most."""
        if self.comparison is None or width < 20:
            return []
        return textwrap.wrap(
            self.comparison.sentence, width - 2, max_lines=2, placeholder=self.glyphs.ellipsis
        )

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the sentence and the names."""
        if not y or self.comparison is None:
            return super().head_line(y, width)
        said = self._said(width)
        if y <= len(said):
            return Line(((f" {said[y - 1]}", "text"),))
        self._lines()
        return Line(tuple(head_runs(self.comparison, self._laid, self.glyphs)))

    def body_count(self) -> int:
        """One for the sentence that stands in for the lines."""
        return len(self._lines()) or 1

    def cursor_count(self) -> int:
        """The sentence has none."""
        return len(self._lines())

    def body_line(self, index: int, width: int) -> Line:  # noqa: ARG002 - laid out for it already
        """One of them."""
        found = self._lines()
        if not found:
            return Line(((" ", "text"), (self._sentence, "text")))
        runs = found[index].runs
        if index != self.cursor or found[index].field is None:
            return Line(runs)
        (words, role), *rest = runs
        bar = self.glyphs.cursor if self.has_focus else " "
        return Line(((bar, "accent"), (words[1:], role), *rest), "cursor" if self.has_focus else "idle")

    # --- keys -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is not offered."""
        if action == "same":
            return self.comparison is not None
        if action == "sideways":
            return self.comparison is not None and self._laid.count < len(self.comparison.jobs)
        return super().check_action(action, parameters)

    def move_to(self, place: int) -> None:
        """Headings and blank lines are passed by."""
        super().move_to(self._nearest(place, 1 if place >= self.cursor else -1))

    def _nearest(self, place: int, step: int) -> int:
        found = self._lines()
        for direction in (step, -step):
            at = max(0, min(place, len(found) - 1))
            while 0 <= at < len(found):
                if found[at].field is not None:
                    return at
                at += direction
        return 0

    def picked(self) -> None:
        """Hand it on."""
        self.post_message(self.Picked())

    def action_same(self) -> None:
        """Show what is the same, too, or only what differs."""
        before = self._field_name()
        self.everything = not self.everything
        self._anew(before)

    def action_sideways(self, step: int) -> None:
        """Show the columns that have no room."""
        if self.comparison is not None:
            most = len(self.comparison.jobs) - self._laid.count
            self._first = max(0, min(self._first + step, most))
            self.redraw()

    def copies(self) -> Sequence[Copy]:
        """What each job has of the field under the cursor, then the models to use, then all of it."""
        return () if self.comparison is None else list(self._copies(self.comparison))

    def _copies(self, comparison: Comparison) -> Iterator[Copy]:
        found = self._lines()
        field = found[self.cursor].field if self.cursor < len(found) else None
        order = sorted(range(len(comparison.jobs)), key=lambda place: place != comparison.best)
        if field is not None:
            label = field.label[:1].lower() + field.label[1:]
            places = order if field.name == "checkpoint" else range(len(comparison.jobs))
            for place in places:
                cell = field.cells[place]
                yield Copy(f"{comparison.letters[place]}'s {label}", cell.copied or cell.words)
        for place in order:
            yield Copy(f"{comparison.letters[place]}'s model to use", comparison.model_to_use(place))
        for place, job in enumerate(comparison.jobs):
            yield Copy(f"{comparison.letters[place]}'s id", job.row.key.id)
        yield Copy("the comparison as text", self.as_text(comparison))
        yield Copy("the comparison as JSON", _as_json(comparison))

    def as_text(self, comparison: Comparison) -> str:
        """As wide as it takes."""
        laid = columns(comparison, WHOLE, 0, everything=self.everything, widest=WHOLE)
        lines = [head_runs(comparison, laid, self.glyphs)]
        lines += [list(row.runs) for row in rows(comparison, laid, self.glyphs, everything=self.everything)]
        return "\n".join([*(plain(line).rstrip() for line in lines), "", comparison.sentence])

    # --- what is remembered -----------------------------------------------------------------------------

    def state(self) -> State:
        """Whether what is the same is shown."""
        return {**super().state(), "everything": self.everything}

    def restore(self, state: Part) -> None:
        """As it was left."""
        super().restore(state)
        self.everything = state.flag("everything")


def _as_json(comparison: Comparison) -> str:
    from finetop.comparing import told  # noqa: PLC0415 - the first paint needs none of it

    return json.dumps(told(comparison), indent=2)
