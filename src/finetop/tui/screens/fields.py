"""One line of the form: label, field, and a hint or the error; and the words that complete a path."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static

from finetop import text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


class Entry(Input):
    """A field of one line. What is pasted is cleaned like any other text, and nothing blinks."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        suggester: Suggester | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(
            text.clean(value), placeholder, compact=True, select_on_focus=False, suggester=suggester, id=id
        )
        self.cursor_blink = False  # a blinking caret costs 2.5 kB a second

    def validate_value(self, value: str) -> str:
        """What can be drawn of it."""
        return text.clean(value)


class Field(Horizontal):
    """A label, a field on its own ground, then one faint hint or the error with its mark."""

    def __init__(
        self, name: str, label: str, value: str = "", *, hint: str = "", suggester: Suggester | None = None,
        wide: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(id=f"field-{name}", classes="-wide" if wide else "")
        self.field_name = name
        self.label = label
        self._hint = hint
        self._problem = ""
        self.entry = Entry(value, suggester=suggester)

    def compose(self) -> ComposeResult:
        """Nothing until it is asked for: most forms need half of their fields, and opening waits for all."""
        if self.display:
            yield from self._parts()

    def _parts(self) -> Iterable[Widget]:
        """The three parts, and the bar that says: you are here."""
        glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield Static(Content(glyphs.cursor), classes="bar")
        yield Static(Content(self.label), classes="label")
        yield self.entry
        yield Static(self._beside, classes="hint")

    def ask(self, asked: bool) -> None:
        """Show the field, or take it away."""
        self.display = asked
        if asked and self.is_mounted and not self.children:
            self.mount(*self._parts())

    def on_descendant_focus(self) -> None:
        """You are here. (Textual does not restyle what stands below `:focus-within`.)"""
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
        """You are elsewhere."""
        self.remove_class("-here")

    @property
    def value(self) -> str:
        """What stands in the field."""
        return self.entry.value

    @property
    def problem(self) -> str:
        """What must change; empty when nothing."""
        return self._problem

    def say(self, hint: str, *, problem: str = "") -> None:
        """Show a hint, or what must change instead of it."""
        if (hint, problem) == (self._hint, self._problem):
            return
        self._hint, self._problem = hint, problem
        self.set_class(bool(problem), "-bad")
        for beside in self.query(".hint").results(Static):
            beside.update(self._beside, layout=False)

    @property
    def _beside(self) -> Content:
        words = text.clean(f"! {self._problem}" if self._problem else self._hint)
        glyphs = getattr(self.app, "glyphs", text.UNICODE)
        return Content(glyphs.drawn(words))


class PathSuggester(Suggester):
    """Completes the path being typed to a folder or a file of one kind; the right arrow takes it."""

    def __init__(self, ending: str) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._ending = ending

    async def get_suggestion(self, value: str) -> str | None:
        """The first name that begins as typed."""
        return complete_path(value, self._ending)


def complete_path(typed: str, ending: str = ".jsonl") -> str | None:
    """The path typed so far, completed; None where nothing fits."""
    if not typed:
        return None
    path = Path(typed).expanduser()
    folder, begun = (path, "") if typed.endswith("/") else (path.parent, path.name)
    try:
        names = sorted(
            child.name + ("/" if child.is_dir() else "")
            for child in folder.iterdir()
            if child.name.startswith(begun)
            and (begun.startswith(".") or not child.name.startswith("."))
            and (child.suffix == ending or child.is_dir())
        )
    except OSError:
        return None
    if not names:
        return None
    kept = typed[: len(typed) - len(begun)] if begun else typed
    found = kept + names[0]
    return found if text.clean(found) == found else None
