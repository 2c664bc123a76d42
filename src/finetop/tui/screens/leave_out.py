"""The dialog that asks what reports shall leave out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.report.leaving_out import KINDS
from finetop.tui.screens.dialog import Dialog, Paper
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.hints import Hints
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget

_NAME: Final = 10
_LEAD: Final = (
    (("Reports never hold keys or passwords.", "muted"),),
    (("What is marked here is left out as well:", "muted"),),
    (),
)
_KEYS: Final = (("report.toggle", "Leave out"), ("report.keep", "Keep"), ("dialog.leave", "Back"))


class KindList(CursorView):
    """Everything that can be left out; what will be is marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Keep", id="report.keep", tooltip="Leave out what is marked, from now on"),
        Binding("space", "mark", "Leave out", id="report.toggle", tooltip="Leave this out, or show it"),
    ]

    def __init__(self, kinds: Iterable[str]) -> None:
        super().__init__(id="kinds")
        self.kinds = frozenset(kinds)

    def picked(self) -> None:
        """Keep them."""
        self.screen.dismiss(self.kinds)

    def action_mark(self) -> None:
        """Mark this one or not, and go on to the next."""
        self.kinds ^= {[*KINDS][self.cursor]}
        self.redraw()
        self.move_to(self.cursor + 1)

    def body_count(self) -> int:
        """One line for each."""
        return len(KINDS)

    def body_line(self, index: int, width: int) -> Line:  # noqa: ARG002 - short enough for any
        """Whether it is left out, what it is called, what it means."""
        name, means = [*KINDS.items()][index]
        here, out = index == self.cursor, name in self.kinds
        return Line(
            (
                (self.glyphs.cursor if here else " ", "accent"),
                ("+ " if out else "  ", "accent"),
                (text.pad(name, _NAME), "bright" if out else "text"),
                (means, "muted"),
            ),
            "cursor" if here else "float",
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - all of it
        """As high as its lines."""
        return len(KINDS)


class LeaveOut(Dialog[frozenset[str]]):
    """The kinds that are left out; None where the dialog was left."""

    AUTO_FOCUS = "#kinds"

    def __init__(self, kinds: Iterable[str]) -> None:
        super().__init__()
        self._list = KindList(kinds)

    @property
    def question(self) -> str:
        """What is asked."""
        return "What shall reports leave out?"

    def content(self) -> Iterable[Widget]:
        """What stays out anyway, the kinds, the keys."""
        self._list.glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield Paper(_LEAD)
        yield self._list
        yield Hints(*_KEYS)
