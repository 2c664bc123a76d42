"""The body of the main screen: the four panes in the boxes that `arrange` gives them.

PaneGrid(JobsPane(), DetailPane(), CurvesPane(), EventsPane())
grid.go_to(3)           focus a pane by its number; in tab mode it also comes to the front
grid.toggle_full()      the focused pane takes the whole body, and gives it back
grid.arrangement        what is in force
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.geometry import Offset, Region, Spacing
from textual.layout import Layout, WidgetPlacement
from textual.strip import Strip

from finetop.tui.acts import Act
from finetop.tui.palette import palette_of
from finetop.tui.panes.pane import GROUP, Pane
from finetop.tui.widgets.arrange import (
    BARS,
    USUAL,
    Arrangement,
    Box,
    Sizes,
    arrange,
    resized,
    too_small,
)

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from finetop.tui.panes.curves import CurvesPane
    from finetop.tui.panes.detail import DetailPane
    from finetop.tui.panes.events import EventsPane
    from finetop.tui.panes.jobs import JobsPane
    from finetop.tui.remembered import Part, State
    from finetop.tui.widgets.lines import LineView


class _Boxes(Layout):
    """Puts each pane into its box."""

    name = "panes"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - Textual's signature
    ) -> ArrangeResult:
        if not isinstance(parent, PaneGrid):
            return []
        parent.settle(size)
        return [
            WidgetPlacement(Region(*parent.box_of(child)), Offset(), Spacing(), child)
            for child in children
            if child.display
        ]


class PaneGrid(Container):
    """Values reach the panes directly; this widget only says where they stand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right_curly_bracket",
            "resize(1)",
            "Larger",
            show=False,
            id="pane.larger",
            tooltip="Make this pane larger",
        ),
        Binding(
            "left_curly_bracket",
            "resize(-1)",
            "Smaller",
            show=False,
            id="pane.smaller",
            tooltip="Make this pane smaller",
        ),
    ]
    ACTIONS: ClassVar[tuple[Act, ...]] = (
        Act("pane.usual", "Give all panes their usual sizes", "usual_sizes"),
    )

    def __init__(self, jobs: JobsPane, detail: DetailPane, curves: CurvesPane, events: EventsPane) -> None:
        super().__init__(jobs, detail, curves, events, id="panes")
        self.jobs, self.detail, self.curves, self.events = jobs, detail, curves, events
        self.panes: tuple[LineView, ...] = (jobs, detail, curves, events)
        self.arrangement: Arrangement = arrange(120, 40)
        self._boxes = _Boxes()
        self._sizes = USUAL
        self._front = 2
        self._full: LineView | None = None
        self._laid_out_full: LineView | None = None
        self._sentence = ""
        self._focused: LineView = jobs

    @property
    def layout(self) -> Layout:
        """Our own."""
        return self._boxes

    @property
    def full(self) -> bool:
        """True while one pane takes the whole body."""
        return self._full is not None

    def state(self) -> State:
        """Which pane has the focus, which one is in front of those that share its place, and is it alone."""
        focused = next((number for number, pane in enumerate(self.panes, 1) if pane.has_focus), 1)
        return {"pane": focused, "front": self._front, "full": self.full, "sizes": list(self._sizes)}

    def restore(self, state: Part) -> None:
        """Have the same one in sight."""
        focused, front, sizes = state.whole("pane"), state.whole("front"), state.wholes("sizes")
        if len(sizes) == len(USUAL):
            self._sizes = Sizes(*sizes)
        if front in range(2, len(self.panes) + 1):
            self._front = front
        if focused in range(1, len(self.panes) + 1):
            pane = self.panes[focused - 1]
            self._full = pane if state.flag("full") else None
            self.screen.set_focus(pane, scroll_visible=False)

    def settle(self, size: Size) -> None:
        """Take the arrangement for a body of this size."""
        self.arrangement = arrange(size.width, size.height + BARS, self._sizes)
        self._sentence = too_small(size.width, size.height + BARS)

    def box_of(self, pane: Widget) -> Box:
        """Where a pane stands now."""
        if pane is self._full:
            return Box(0, 0, self.size.width, self.size.height)
        return self.arrangement.box(self.panes.index(pane) + 1)

    def on_mount(self) -> None:
        """Know who has the focus."""
        self.watch(self.screen, "focused", self._keep_focus, init=False)

    def on_resize(self, event: events.Resize) -> None:
        """Other sizes show other panes; the one with the focus stays in sight."""
        self.settle(event.size)
        if self._focused.has_focus and self._focused is not self.jobs:
            self._front = self.panes.index(self._focused) + 1
        self._show()
        self._keep_focus(self.screen.focused)

    def _keep_focus(self, focused: Widget | None) -> None:
        """Give the focus back that Textual takes from a pane for which there was no room."""
        if focused is not None:
            self._focused = next((pane for pane in self.panes if pane is focused), self._focused)
        elif not self._sentence:
            pane = self._focused if self._focused.display else self.jobs
            self.screen.set_focus(pane, scroll_visible=False)

    def _show(self) -> None:
        tabs = self.arrangement.tabs and self._full is None
        before = (self._laid_out_full, [pane.display for pane in self.panes])
        for number, pane in enumerate(self.panes, 1):
            if self._sentence:
                shown = False
            elif self._full is not None:
                shown = pane is self._full
            else:
                shown = not tabs or number in (1, self._front)
            if pane.display != shown:
                pane.display = shown  # Textual lays out anew even for the value it had
            if isinstance(pane, Pane):
                pane.set_group(GROUP if tabs else ())
        self.detail.four_facts = self.arrangement.facts and self._full is None
        self._laid_out_full = self._full
        if before != (self._full, [pane.display for pane in self.panes]):
            # Otherwise the layout that brought the size has placed them already; a second one is a
            # second full frame.
            self._clear_arrangement_cache()
            self.refresh(layout=True)

    def go_to(self, number: int) -> None:
        """Focus a pane; a hidden one comes to the front first."""
        pane = self.panes[number - 1]
        if number > 1:
            self._front = number
        if self._full is not None:
            self._full = pane
        self._show()
        # `Widget.focus` would paint the whole pane.
        self.screen.set_focus(pane, scroll_visible=False)

    def go_next(self, step: int = 1) -> None:
        """Focus the next pane in the order of their numbers, whether it is seen or not."""
        at = next((place for place, pane in enumerate(self.panes) if pane.has_focus), 0)
        self.go_to((at + step) % len(self.panes) + 1)

    def toggle_full(self) -> None:
        """Give the focused pane the whole body, or give it back."""
        focused = next((pane for pane in self.panes if pane.has_focus), None)
        self._full = focused if self._full is None else None
        self._show()

    def action_resize(self, step: int) -> None:
        """Give the focused pane more room, or less; its neighbours have the rest."""
        focused = next((number for number, pane in enumerate(self.panes, 1) if pane.has_focus), 1)
        self._take(resized(self._sizes, focused, step, self.size.width, self.size.height + BARS))

    def action_usual_sizes(self) -> None:
        """All panes as large as they usually are on such a screen."""
        self._take(USUAL)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """One pane alone has all the room there is."""
        return not (action in {"resize", "usual_sizes"} and self.full)

    def _take(self, sizes: Sizes) -> None:
        if sizes != self._sizes:
            self._sizes = sizes
            self.settle(self.size)
            self._clear_arrangement_cache()
            self.refresh(layout=True)

    def on_pane_pane_wanted(self, message: Pane.PaneWanted) -> None:
        """The mouse chose a tab of the shared place."""
        message.stop()
        self.go_to(message.number)

    def render_line(self, y: int) -> Strip:
        """The ground, or the sentence for a terminal too small."""
        style = palette_of(self.app.theme_variables).style
        words = self._sentence if y == self.size.height // 2 else ""
        return Strip([Segment(words, style("text"))]).adjust_cell_length(self.size.width, style("text"))
