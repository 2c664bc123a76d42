"""Lines of text under titled rules: the parts of a screen that is no pane and has no number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.runs import Line, Run, plain, width_of

if TYPE_CHECKING:
    from textual.geometry import Size

    from finetop.text import Glyphs


@dataclass(frozen=True, slots=True)
class Head:
    """A titled rule: what stands under it, more about that, and a fact at the right end."""

    name: str
    note: str = ""
    fact: Run = ("", "muted")
    here: bool = False
    """The part that has the focus."""

    def line(self, width: int, glyphs: Glyphs) -> Line:
        """The rule; too narrow, it loses the note, then the fact."""
        role, dash = ("accent", glyphs.rule_focus) if self.here else ("line", glyphs.rule)
        name: tuple[Run, ...] = ((dash * 2 + " ", role), (self.name, "bright"), (" ", "faint"))
        note: tuple[Run, ...] = ((f" {self.note} ", "muted"),) if self.note else ()
        fact: tuple[Run, ...] = (
            ((" ", "faint"), self.fact, (" ", "faint"), (dash, role)) if self.fact[0] else ()
        )
        for left, right in (((*name, *note), fact), (name, fact), (name, ())):
            room = width - width_of(left) - width_of(right)
            if room >= 1:
                break
        return Line((*left, (dash * max(0, room), role), *right))


Part: TypeAlias = Head | tuple[Run, ...]


class Ruled(LineView, can_focus=False):
    """Rules and lines between them; a line is one blank from the edge."""

    def __init__(self, parts: Iterable[Part] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._parts = tuple(parts)

    def write(self, parts: Iterable[Part]) -> None:
        """Show other parts."""
        before = len(self._parts)
        self._parts = tuple(parts)
        if len(self._parts) == before:
            self.redraw()
        else:
            self.refresh(layout=True)

    @property
    def words(self) -> list[str]:
        """The parts without rules and roles."""
        return [part.name if isinstance(part, Head) else plain(part) for part in self._parts]

    def body_count(self) -> int:
        """All parts."""
        return len(self._parts)

    def body_line(self, index: int, width: int) -> Line:
        """One of them."""
        part = self._parts[index]
        return part.line(width, self.glyphs) if isinstance(part, Head) else Line(((" ", "text"), *part))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - all have one line
        """As high as its parts."""
        return len(self._parts)
