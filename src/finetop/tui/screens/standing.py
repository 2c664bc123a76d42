"""A full screen beside the main one: a line that says where one is, panes, a notice, and the keys.

class FilesScreen(Standing):
    def content(self): yield FilesPane(...)         what stands between the first line and the last
    def look(self): ...                             the store has news
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.messages import StoreChanged
from finetop.tui.screens.everywhere import Everywhere
from finetop.tui.widgets.foot import Foot
from finetop.tui.widgets.notice import Notice
from finetop.tui.widgets.place import PlaceLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from finetop.tui.screens.main import MainScreen
    from finetop.tui.widgets.runs import Run

TICK_S = 10.0
"""Ages are coarse; nothing is written when none of their words changed."""


class Standing(Everywhere):
    """One step away from the main screen; esc and q go back there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,q",
            "leave",
            "Back",
            key_display="esc",
            id="screen.leave",
            tooltip="Back to where you were",
        ),
        *(
            Binding(str(number), f"pane({number})", name, show=False, id=f"pane.{name}", tooltip=says)
            for number, name, says in (
                (1, "jobs", "To the jobs"),
                (2, "detail", "To the detail"),
                (3, "curves", "To the curves"),
                (4, "events", "To the events"),
            )
        ),
    ]

    def compose(self) -> ComposeResult:
        """From the first line down to the footer."""
        yield PlaceLine(glyphs=self.glyphs, id="title")
        yield from self.content()
        yield Notice(glyphs=self.glyphs)
        yield Foot(glyphs=self.glyphs)

    def content(self) -> Iterable[Widget]:
        """What stands between the first line and the last."""
        raise NotImplementedError

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """Where one is, and the facts at the right."""
        raise NotImplementedError

    def look(self) -> None:
        """Read what is new in the store."""

    def tick(self, now: float) -> None:
        """Time has passed."""

    @property
    def glyphs(self) -> text.Glyphs:
        """The marks of this terminal."""
        return cast("text.Glyphs", getattr(self.app, "glyphs", text.UNICODE))

    @property
    def now(self) -> float:
        """The time by the app's clock."""
        return cast("Callable[[], float]", getattr(self.app, "clock"))()  # noqa: B009 - the app's own class

    def on_mount(self) -> None:
        """Show what is known; let ages grow."""
        self.recall()
        self.look()
        self.show_place()
        self.set_interval(TICK_S, self._tick)

    def _tick(self) -> None:
        self.tick(self.now)
        self.show_place()

    def show_place(self) -> None:
        """Write the first line anew, where it says something else."""
        place, facts = self.place()
        self.query_one(PlaceLine).show([*place, *self._limits()], facts)

    def _limits(self) -> list[Run]:
        """Which profile is shown alone, and whether nothing can be changed."""
        shown = [one for one in self.session.profiles if self.shown_profile in {"", one.name}]
        runs: list[Run] = []
        if self.shown_profile:
            runs += [("   ", "text"), (text.clean(self.shown_profile), "text")]
        if shown and all(one.read_only for one in shown):
            runs += [("   ", "text"), ("read-only", "reverse")]
        return runs

    @property
    def shown_names(self) -> dict[int, str]:
        """The accounts whose things are shown, and their profiles."""
        alone = self.session.accounts.get(self.shown_profile)
        return {account: name for account, name in self.session.names.items() if alone in {None, account}}

    def profile_shown(self) -> None:
        """Show the things of one profile, or of all."""
        self.look()
        self.show_place()

    @on(StoreChanged)
    def _news(self) -> None:
        self.look()
        self.show_place()

    # --- going ------------------------------------------------------------------------------------------

    @property
    def main(self) -> MainScreen:
        """The screen under all others."""
        return cast("MainScreen", self.app.screen_stack[0])

    def action_leave(self) -> None:
        """One step back."""
        self.dismiss()

    def action_pane(self, number: int) -> None:
        """To a pane of the main screen, whatever lies between."""
        self.main.action_pane(number)
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
