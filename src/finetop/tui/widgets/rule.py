"""The titled rule over a pane: number, name, tabs, and at the right what the pane knows about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.tui.widgets.runs import Line, Run, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.text import Glyphs

GAP = "   "


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule says. `group` are the panes that share its place, when they are tabs of one."""

    number: int
    name: str
    tabs: tuple[str, ...] = ()
    tab: str = ""
    facts: tuple[Run, ...] = ()
    focused: bool = False
    group: tuple[tuple[int, str], ...] = ()

    def line(self, width: int, glyphs: Glyphs) -> Line:
        """The rule as one line; too narrow, it loses the facts from the left."""
        left, _ = self._left(glyphs, width)
        facts = list(self.facts)
        while facts and width_of(left) + self._facts_width(facts) + 2 > width:
            facts.pop(0)
        right = self._right(facts, glyphs)
        room = width - width_of(left) - width_of(right)
        return Line((*left, (self._dash(glyphs) * max(0, room), self._role), *right))

    def tab_at(self, x: int, width: int, glyphs: Glyphs) -> tuple[int, str] | None:
        """What stands at a column: (number, "") for a pane of the group, (0, tab) for a tab."""
        for start, end, target in self._left(glyphs, width)[1]:
            if start <= x < end:
                return target
        return None

    @property
    def _role(self) -> str:
        return "accent" if self.focused else "line"

    def _dash(self, glyphs: Glyphs) -> str:
        return glyphs.rule_focus if self.focused else glyphs.rule

    def _left(self, glyphs: Glyphs, width: int) -> tuple[list[Run], list[tuple[int, int, tuple[int, str]]]]:
        """The words, and which columns stand for what; too narrow, the tabs move together."""
        runs, spots = self._named(glyphs, "  ")
        return (runs, spots) if width_of(runs) <= width else self._named(glyphs, " ")

    def _named(self, glyphs: Glyphs, gap: str) -> tuple[list[Run], list[tuple[int, int, tuple[int, str]]]]:
        runs: list[Run] = [(self._dash(glyphs) * 2 + " ", self._role)]
        spots: list[tuple[int, int, tuple[int, str]]] = []
        panes = self.group or ((self.number, self.name),)
        for place, (number, name) in enumerate(panes):
            mine = number == self.number
            if place:
                runs.append((gap, "faint"))
            start = width_of(runs)
            if number:
                runs.append((f"{number} ", "key" if mine and self.focused else "faint"))
            if self.group:
                runs.append(_tab(name, active=mine, glyphs=glyphs))
            else:
                runs.append((name, "bright" if self.focused else "text"))
            spots.append((start, width_of(runs), (number, "")))
        for tab in () if self.group else self.tabs:
            runs.append((gap, "faint"))
            start = width_of(runs)
            runs.append(_tab(tab, active=tab == self.tab, glyphs=glyphs))
            spots.append((start, width_of(runs), (0, tab)))
        runs.append((" ", "faint"))
        return runs, spots

    def _facts_width(self, facts: Sequence[Run]) -> int:
        return width_of(facts) + len(GAP) * (len(facts) - 1) + 3

    def _right(self, facts: Sequence[Run], glyphs: Glyphs) -> list[Run]:
        if not facts:
            return []
        runs: list[Run] = [(" ", "faint")]
        for place, fact in enumerate(facts):
            runs += [(GAP if place else "", fact[1]), fact]
        return [*runs, (" ", "faint"), (self._dash(glyphs), self._role)]


def _tab(name: str, *, active: bool, glyphs: Glyphs) -> Run:
    if not active:
        return name, "faint"
    # Underline may be all that is left without colour, and a plain terminal may not even have that.
    return (f"[{name}]" if glyphs.plot == "ascii" else name), "tab"
