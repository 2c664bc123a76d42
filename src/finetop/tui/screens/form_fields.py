"""The fields of a form from top to bottom, its buttons, and the line that says what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from finetop.tui.screens import form_parts
from finetop.tui.screens.dialog import Act
from finetop.tui.screens.fields import Field

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FormFields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Fields by name; each says its own problem. The arrows are theirs, not the scrolling's."""

    def __init__(self, profile: str) -> None:
        super().__init__(id="fields")
        self._parts = tuple(form_parts.parts(profile))
        self._headings = [part for part in self._parts if not isinstance(part, Field)]
        self._all = {part.field_name: part for part in self._parts if isinstance(part, Field)}
        self._shown: dict[str, bool] = {}
        self._blocked = Content("")

    def compose(self) -> ComposeResult:
        """Sections and fields, then the buttons."""
        yield from self._parts
        with Horizontal(classes="acts"):
            yield Act("Create the job", id="create")
            yield Act("Leave", id="leave")
        yield Static(id="blocked")

    def __getitem__(self, name: str) -> Field:
        """One field by its name."""
        return self._all[name]

    @property
    def lines(self) -> int:
        """How many lines they need: with a heading and a blank for each section, and the buttons."""
        return sum(field.display for field in self._all.values()) + 2 * len(self._headings) + 1

    def show_only(self, shown: Mapping[str, bool]) -> None:
        """Take away the fields that are not asked for."""
        if shown == self._shown:
            return
        self._shown = dict(shown)
        for name, field in self._all.items():
            field.ask(shown[name])
        heading = form_parts.NAME_AND_NOTES if shown["metadata"] else form_parts.NAME
        self._headings[-1].update(Content(heading))

    @property
    def current(self) -> Field | None:
        """The field that has the focus."""
        return next((field for field in self._all.values() if field.entry.has_focus), None)

    def holding(self, entry: Input) -> Field | None:
        """The field that a widget is part of."""
        return next((field for field in self._all.values() if field.entry is entry), None)

    def fill(self, name: str, words: str) -> None:
        """Put words into a field without telling anybody."""
        with self.prevent(Input.Changed):
            self._all[name].entry.value = words

    def tell(self, problems: Mapping[str, str], hints: Mapping[str, str], *, strict: bool) -> None:
        """Say at each of these fields its problem or its hint; strictly, also what is only missing."""
        for name, hint in hints.items():
            field = self._all[name]
            field.say(hint, problem=problems.get(name, "") if strict or field.value else "")

    def block(self) -> None:
        """Say below the buttons what they wait for."""
        blocked = form_parts.blocked(field for field in self._all.values() if field.display)
        self.query_one("#create").set_class(bool(blocked), "-blocked")
        if blocked != self._blocked:
            self._blocked = blocked
            line = self.query_one("#blocked", Static)
            line.update(blocked)
            line.set_class(bool(blocked), "-shown")

    def go_to_first_of(self, problems: Mapping[str, str]) -> None:
        """Put the focus on the first field that must change."""
        bad = next((field for name, field in self._all.items() if name in problems), None)
        if bad is not None:
            bad.entry.focus()
