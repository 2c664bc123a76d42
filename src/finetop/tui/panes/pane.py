"""What the panes share: a titled rule, tabs, and the group they are tabs of on a small screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from finetop.text import UNICODE, Glyphs
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.rule import Rule

if TYPE_CHECKING:
    from textual import events

    from finetop.tui.remembered import Part, State
    from finetop.tui.widgets.runs import Line, Run

GROUP = ((2, "Detail"), (3, "Curves"), (4, "Events"))


class Pane(LineView):
    """A line view under a rule. `group` is set while panes share one place; `focus_number` asks for one."""

    NAME: ClassVar[str] = ""
    NUMBER: ClassVar[int] = 0
    TABS: ClassVar[tuple[str, ...]] = ()
    """The tabs of a pane that has the same ones for every job."""

    @dataclass
    class PaneWanted(Message):
        """The mouse chose another pane of the group."""

        number: int

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._chosen_tab = ""
        self.group: tuple[tuple[int, str], ...] = ()
        self._as_of = ""

    @property
    def tabs(self) -> tuple[str, ...]:
        """The tabs there are."""
        return self.TABS

    @property
    def tab(self) -> str:
        """The tab that is shown: the one chosen last where there is one of this name, else the first."""
        tabs = self.tabs
        return self._chosen_tab if self._chosen_tab in tabs else tabs[0] if tabs else ""

    def facts(self) -> tuple[Run, ...]:
        """What stands at the right of the rule."""
        return ()

    def rule(self) -> Rule:
        """The rule as it is now."""
        return Rule(
            self.NUMBER,
            self.NAME,
            self.tabs,
            self.tab,
            ((self._as_of, "warn"), *self.facts()) if self._as_of else self.facts(),
            focused=self.has_focus,
            group=self.group,
        )

    @property
    def head_count(self) -> int:
        """The rule."""
        return 1

    def head_line(self, y: int, width: int) -> Line:  # noqa: ARG002 - there is one
        """The rule."""
        return self.rule().line(width, self.glyphs)

    def set_group(self, group: tuple[tuple[int, str], ...]) -> None:
        """Share a place with these panes, or with none."""
        if group != self.group:
            self.group = group
            self.redraw()

    def doubt(self, as_of: str) -> None:
        """Say of when this is, for nobody answers since; nothing where somebody does."""
        if as_of != self._as_of:
            self._as_of = as_of
            self.redraw([0])

    def show_tab(self, tab: str) -> None:
        """Turn to a tab."""
        if tab in self.tabs and tab != self.tab:
            self._chosen_tab = tab
            self.tab_shown()
            self.scroll_to_line(0)
            self.redraw()

    def tab_shown(self) -> None:
        """A subclass forgets what it knew of the other tab."""

    def state(self) -> State:
        """The tab, where it is not the first one."""
        return {"tab": self._chosen_tab}

    def restore(self, state: Part) -> None:
        """Turn to the tab that was shown."""
        self._chosen_tab = state.text("tab")

    def action_tab(self, step: int) -> None:
        """Turn to the next or the previous tab."""
        if tabs := self.tabs:
            self.show_tab(tabs[(tabs.index(self.tab) + step) % len(tabs)])

    def on_click(self, event: events.Click) -> None:
        """A click on the rule turns to a tab or a pane."""
        event.prevent_default()  # Textual would select the whole pane on a double click
        if event.y != 0 or (target := self.rule().tab_at(event.x, self.size.width, self.glyphs)) is None:
            return
        number, tab = target
        if tab:
            self.show_tab(tab)
        elif number != self.NUMBER:
            self.post_message(self.PaneWanted(number))


TAB_BINDINGS: list[BindingType] = [
    Binding(
        "left_square_bracket", "tab(-1)", "Tab", key_display="[", id="tab.previous", tooltip="Previous tab"
    ),
    Binding("right_square_bracket", "tab(1)", "Tab", key_display="]", id="tab.next", tooltip="Next tab"),
]

WORST_BINDING = Binding(
    "w", "screen.worst", "Why", show=False, id="job.worst", tooltip="Why this loss: its worst examples first"
)

# Where the list or what is known of one job has the focus; elsewhere these letters mean something else.
JOB_BINDINGS: list[BindingType] = [
    Binding("i", "screen.try_prompt", "Try", id="job.try", tooltip="Try a prompt on its model"),
    WORST_BINDING,
    Binding("b", "screen.alert", "Alert", show=False, id="job.alert", tooltip="Hear of this job, or not"),
]
