"""The dialog that chooses what curves show: one measure, or several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.screens.dialog import Dialog
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.hints import Hints
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget

    from finetop.measures import Measure

MOST: Final = 6
"""More small pictures than these show nothing."""
_KEYS: Final = (
    ("measures.mark", "Several"),
    ("move.pick", "Show"),
)


class MeasureList(CursorView):
    """All that was measured; what is marked is shown side by side."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Several", id="measures.mark", tooltip="Show this beside others, or not"),
    ]

    def __init__(self, measures: Mapping[str, Measure], shown: Sequence[str]) -> None:
        super().__init__(id="measures")
        self._measures = measures
        self._names = list(measures)
        self._marked = [name for name in shown if name in measures] if len(shown) > 1 else []
        self._cursor = next((at for at, name in enumerate(self._names) if name in shown), 0)

    def picked(self) -> None:
        """Show what is marked, else what the cursor is on."""
        names = [name for name in self._names if name in self._marked] or [self._names[self.cursor]]
        self.screen.dismiss(tuple(names))

    def action_mark(self) -> None:
        """Mark it, or take its mark away, and go on to the next."""
        name = self._names[self.cursor]
        if name in self._marked:
            self._marked.remove(name)
        elif len(self._marked) < MOST:
            self._marked.append(name)
        self.redraw()
        self.move_to(self.cursor + 1)

    def body_count(self) -> int:
        """One line for each."""
        return len(self._names)

    def body_line(self, index: int, width: int) -> Line:
        """Its name, and its newest values."""
        name = self._names[index]
        here, measure = index == self.cursor, self._measures[name]
        says = _newest(measure)
        room = max(0, width - text.cells(says) - 6)
        label = text.pad(text.shorten_end(measure.title, room, self.glyphs.ellipsis), room)
        return Line(
            (
                (f"{self.glyphs.cursor} " if here else "  ", "accent"),
                ("+ " if name in self._marked else "  ", "key"),
                (label, "bright" if here else "text"),
                (f"  {says}", "muted"),
            ),
            "cursor" if here else "float",
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - it scrolls
        """As high as its lines, as far as the screen goes."""
        return max(1, min(len(self._names), self.app.size.height - 8))


class ChooseMeasures(Dialog[tuple[str, ...]]):
    """The names of what shall be shown; None for as it was before."""

    AUTO_FOCUS = "#measures"

    def __init__(self, measures: Mapping[str, Measure], shown: Sequence[str]) -> None:
        super().__init__()
        self._list = MeasureList(measures, shown)

    @property
    def question(self) -> str:
        """Its name."""
        return "Show the curve of"

    def content(self) -> Iterable[Widget]:
        """The measures, and the keys that choose them."""
        self._list.glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield self._list
        yield Hints(*_KEYS)


def _newest(measure: Measure) -> str:
    """The last value in training and in validation."""
    found = []
    if measure.train.values:
        found.append(text.loss(measure.train.values[-1]))
    if measure.valid.values:
        found.append(f"valid {text.loss(measure.valid.values[-1])}")
    return "  ".join(found)
