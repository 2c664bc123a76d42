"""What a person chooses while the screen runs, and finds again at the next start: the theme, the mouse.

A choice stands in for what the settings said when it was made. Whoever writes something else into the
settings, or comes from a terminal for which `auto` means another theme, gets that.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from finetop.tui.acts import Act
from finetop.tui.driver import FinetopDriver
from finetop.tui.messages import Said
from finetop.tui.outward import Outward
from finetop.tui.remembered import Part, State
from finetop.tui.screens.themes import Themes

Result = TypeVar("Result")


class Choices(Outward[Result]):
    """The part of the app that is as one likes it."""

    ACTIONS: ClassVar[tuple[Act, ...]] = (
        Act("app.themes", "Choose a theme by looking at it", "themes"),
        Act("app.mouse", "Take the mouse, or leave it to the terminal", "mouse"),
    )

    mouse = True
    """Whether this screen has the mouse, or the terminal."""
    _said: State
    """What settings and environment say."""
    _instead: Part
    """What they say -> what was chosen instead, for each kind of choice."""

    def begin_choices(self, kept: Part, *, mouse: bool) -> None:
        """Take what the settings say, and what was chosen instead."""
        self._said = {"theme": self.theme, "mouse": mouse}
        self._instead = Part({name: kept.part(name) for name in self._said})
        theme = self._instead.part("theme").text(self.theme)
        if theme in self.available_themes:
            self.theme = theme
        self.mouse = self._instead.part("mouse").flag(str(mouse), default=mouse)

    def choices(self) -> State:
        """What was chosen, to be kept."""
        now: State = {"theme": self.theme, "mouse": self.mouse}
        kept: State = {}
        for name, said in self._said.items():
            others = {
                before: after for before, after in self._instead.part(name).items() if before != str(said)
            }
            kept[name] = others if now[name] == said else {**others, str(said): now[name]}
        return kept

    def worn(self) -> dict[str, str]:
        """What holds on this screen, in the words of the settings."""
        return {"theme": self.theme.removeprefix("finetop-"), "mouse": "yes" if self.mouse else "no"}

    def action_themes(self) -> None:
        """Choose among the themes; the screen wears the one under the cursor."""
        self.push_screen(Themes(self.theme))

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        self.mouse = not self.mouse
        if isinstance(self._driver, FinetopDriver):
            self._driver.take_mouse(take=self.mouse)
        if self.mouse:
            self.say(
                Said("The screen has the mouse.", "Most terminals still select text while shift is held.")
            )
        else:
            self.say(Said("The terminal has the mouse: it selects and pastes as it always does."))
