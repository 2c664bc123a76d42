"""The dialog that chooses the columns of the jobs list; the list behind it follows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.query import FIELDS
from finetop.tui.panes.job_columns import METADATA, SETTING, USUAL, Choosing, Layout, column
from finetop.tui.screens.dialog import Dialog
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.hints import Hints
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget

Fits = Callable[[Layout], Mapping[str, int]]
"""The columns of a layout that fit the list now, and how wide each is."""

_HELP: Final = {
    "status": "mark and word",
    "progress": "bar, or what there is to say",
    "step": "steps done, of how many",
    "loss": "the newest training loss",
    "valid": "the newest validation loss",
    "trend": "the course of the training loss",
    "ends": "days until the tuned model ends",
    "job": "the job's id",
    "tag": "words of the metadata tag or tags",
}
_HEAD_CELLS: Final = 17
_KEYS: Final = (
    ("columns.toggle", "Show"),
    ("columns.later columns.earlier", "Order"),
    ("columns.wider columns.narrower", "Width"),
    ("columns.usual", "Usual"),
    ("columns.keep", "Keep"),
)


def help_of(name: str) -> str:
    """What stands in a column, in a few words."""
    if name.startswith(METADATA):
        return f"metadata {text.clean(name.removeprefix(METADATA))}"
    if name.startswith(SETTING):
        return f"hyperparameter {text.clean(name.removeprefix(SETTING))}"
    return _HELP.get(name) or (FIELDS[name].help if name in FIELDS else "")


class ColumnList(CursorView):
    """All columns in their order; those that are shown are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Keep", id="columns.keep", tooltip="Keep the columns as they are now"),
        Binding("space", "mark", "Show", id="columns.toggle", tooltip="Show this column, or hide it"),
        Binding("J", "shift(1)", "Later", id="columns.later", tooltip="This column further right"),
        Binding("K", "shift(-1)", "Earlier", id="columns.earlier", tooltip="This column further left"),
        Binding("plus,greater_than_sign,right,l", "size(1)", "Wider", id="columns.wider", tooltip="Wider"),
        Binding(
            "minus,less_than_sign,left,h",
            "size(-1)",
            "Narrower",
            id="columns.narrower",
            tooltip="Narrower",
        ),
        Binding("0", "usual", "As usual", id="columns.usual", tooltip="The columns as they were at first"),
    ]

    def __init__(self, layout: Layout, usual: Sequence[str], there: Sequence[str], fits: Fits) -> None:
        super().__init__(id="columns")
        self._usual, self._there, self._fits = usual, there, fits
        self.choosing = Choosing.begin(layout, usual, there)
        self._placed: tuple[Layout, Mapping[str, int]] | None = None

    @property
    def _widths(self) -> Mapping[str, int]:
        """The columns that fit now; reckoned once for each layout, for each line asks."""
        layout = self.choosing.layout
        if self._placed is None or self._placed[0] != layout:
            self._placed = layout, self._fits(layout)
        return self._placed[1]

    def on_resize(self) -> None:
        """Other columns fit another width."""
        self._placed = None
        super().on_resize()

    @property
    def current(self) -> str:
        """The column under the cursor."""
        return self.choosing.names[self.cursor]

    def picked(self) -> None:
        """Keep them."""
        self.screen.dismiss(self.choosing.layout)

    def action_mark(self) -> None:
        """Show this column, or hide it, and go on to the next."""
        self._take(self.choosing.toggled(self.current))
        self.move_to(self.cursor + 1)

    def action_shift(self, step: int) -> None:
        """Another place for this column; the cursor goes with it."""
        self._take(self.choosing.moved(self.current, step))
        self.move_to(self.cursor + step)

    def action_size(self, step: int) -> None:
        """A cell wider or narrower."""
        found = column(self.current)
        width = self._widths.get(self.current, max(found.widths) if found else 0)
        self._take(self.choosing.sized(self.current, width + step))

    def action_usual(self) -> None:
        """As it is before anybody chooses."""
        self._take(Choosing.begin(USUAL, self._usual, self._there))
        self.move_to(0)

    def _take(self, choosing: Choosing) -> None:
        self.choosing = choosing
        if isinstance(self.screen, ChooseColumns):
            self.screen.apply(choosing.layout)
        self.redraw()

    def add(self, there: Sequence[str]) -> None:
        """More columns are known by now; they come last."""
        self._there = there
        self.choosing = replace(self.choosing, names=tuple(dict.fromkeys((*self.choosing.names, *there))))
        self.refresh(layout=True)

    def body_count(self) -> int:
        """One line for each column there can be."""
        return len(self.choosing.names)

    def body_line(self, index: int, width: int) -> Line:
        """Whether it is shown, its head, what stands in it, and how wide it is."""
        name = self.choosing.names[index]
        found = column(name)
        head = found.head if found is not None else name
        here, shown = index == self.cursor, name in self.choosing.shown
        beside = self._beside(name) if shown else ("", "faint")
        room = width - _HEAD_CELLS - text.cells(beside[0]) - 6
        gutter: list[Run] = [
            (self.glyphs.cursor if here else " ", "accent"),
            ("+ " if shown else "  ", "accent"),
        ]
        name_role = "bright" if shown else "muted"
        label = text.pad(text.shorten_end(head, _HEAD_CELLS, self.glyphs.ellipsis), _HEAD_CELLS)
        helps = text.pad(text.shorten_end(help_of(name), room, self.glyphs.ellipsis), max(0, room))
        return Line(
            (*gutter, (f"{label} ", name_role), (helps, "muted"), ("  ", "muted"), beside),
            "cursor" if here else "float",
        )

    def _beside(self, name: str) -> Run:
        """How wide it is, or that it is not seen."""
        wide = self._widths.get(name)
        if wide is None:
            return ("no room", "warn")
        by_hand = self.choosing.layout.width(name) is not None
        return (f"{wide:2d} wide", "text") if by_hand else (f"{wide:2d}     ", "faint")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - it scrolls
        """As high as its columns, as far as the screen goes."""
        return max(1, min(len(self.choosing.names), self.app.size.height - 8))


class ChooseColumns(Dialog[Layout]):
    """The layout as it was left with enter; None for as it was before."""

    AUTO_FOCUS = "#columns"

    def __init__(
        self,
        layout: Layout,
        *,
        usual: Sequence[str],
        there: Sequence[str],
        fits: Fits,
        apply: Callable[[Layout], None],
    ) -> None:
        super().__init__()
        self._layout = layout
        self._list = ColumnList(layout, usual, there, fits)
        self.apply = apply

    @property
    def question(self) -> str:
        """Its name."""
        return "Columns"

    def content(self) -> Iterable[Widget]:
        """The columns, and the keys that change them."""
        self._list.glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield self._list
        yield Hints(*_KEYS)

    def add(self, there: Sequence[str]) -> None:
        """More columns are known by now."""
        if self._list.is_mounted:
            self._list.add(there)

    def action_leave(self) -> None:
        """Back to the columns there were."""
        self.apply(self._layout)
        self.dismiss(None)
