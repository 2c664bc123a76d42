"""What dialogs are made of: a box that floats, lines of text in it, and buttons from harmless to harmful."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget

from finetop import text
from finetop.tui.panes.laying import wrapped
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.runs import Line, Run, plain

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

Result = TypeVar("Result")


class Paper(LineView, can_focus=False):
    """Lines of text in roles on the ground of a dialog."""

    def __init__(
        self,
        lines: Iterable[Sequence[Run]] = (),
        *,
        ground: str = "float",
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._ground = ground
        self._lines = [tuple(line) for line in lines]

    def write(self, lines: Iterable[Sequence[Run]]) -> None:
        """Show other lines."""
        before = len(self._lines)
        self._lines = [tuple(line) for line in lines]
        if len(self._lines) == before:
            self.redraw()
        else:
            self.refresh(layout=True)

    @property
    def words(self) -> list[str]:
        """The lines without their roles."""
        return [plain(line) for line in self._lines]

    def body_count(self) -> int:
        """All lines."""
        return len(self._lines)

    def body_line(self, index: int, width: int) -> Line:  # noqa: ARG002 - the lines know their width
        """One of them."""
        return Line(self._lines[index], self._ground)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as above
        """As high as its text."""
        return len(self._lines)


class Act(Widget, can_focus=True):
    """A button: one line that says what it will do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Do it", show=False, id="dialog.press", tooltip="Do what it says"),
        Binding("right,l", "app.focus_next", "Next", show=False, id="dialog.next", tooltip="Next button"),
        Binding(
            "left,h",
            "app.focus_previous",
            "Previous",
            show=False,
            id="dialog.previous",
            tooltip="Previous button",
        ),
    ]

    @dataclass
    class Pressed(Message):
        """A button was pressed."""

        act: Act

    def __init__(self, label: str, *, id: str, harmful: bool = False) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes="-harmful" if harmful else "")
        self._label = text.clean(label)

    @property
    def label(self) -> str:
        """What it says."""
        return self._label

    @label.setter
    def label(self, words: str) -> None:
        if words != self._label:
            self._label = text.clean(words)
            self.refresh(layout=True)

    def render(self) -> Content:
        """The label; the mark stands before the one that enter presses."""
        mark = _glyphs(self).button if self.has_focus else " "
        return Content(f"{mark} {self._label} ")

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - its words decide
        """As wide as its words."""
        return text.cells(self._label) + 3

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as above
        """One line."""
        return 1

    def action_press(self) -> None:
        """Do what it says."""
        if not self.has_class("-blocked"):
            self.post_message(self.Pressed(self))

    def on_click(self, event: events.Click) -> None:
        """The mouse presses it as well."""
        event.stop()
        self.action_press()


class Dialog(ModalScreen[Result]):
    """A titled box over the screen, which stays visible at half strength."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", id="dialog.leave", tooltip="Close this"),
    ]

    @property
    def question(self) -> str:
        """The title of the box: what is asked, or its name."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The box around what the dialog holds."""
        box = Vertical(*self.content(), classes="box")
        box.border_title = Content(text.clean(self.question))
        yield box

    def content(self) -> Iterable[Widget]:
        """What stands in the box."""
        raise NotImplementedError

    def tell_more(self, words: str) -> None:
        """Say at the lower edge that there is more than fits; empty where there is not."""
        for box in self.query(".box"):
            if box.border_subtitle != words:
                box.border_subtitle = words

    def action_leave(self) -> None:
        """Close without doing anything."""
        self.dismiss(None)


def _glyphs(widget: Widget) -> text.Glyphs:
    found = getattr(widget.app, "glyphs", text.UNICODE)
    return found if isinstance(found, text.Glyphs) else text.UNICODE


def facts(
    pairs: Iterable[tuple[str, Sequence[Run]]], width: int = 10, *, room: int = 0
) -> list[tuple[Run, ...]]:
    """Lines of label and value; a pair without a value is left out, and one wider than `room` takes more."""
    lines: list[tuple[Run, ...]] = []
    for label, runs in pairs:
        if not any(word for word, _ in runs):
            continue
        pieces = [piece.runs for piece in wrapped(runs, room)] if room else [tuple(runs)]
        for place, piece in enumerate(pieces):
            lines.append((((" " * width if place else label.ljust(width)), "muted"), *piece))
    return lines
