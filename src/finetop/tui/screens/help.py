"""The keys that work here and now, made from the live bindings and therefore never out of date."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.text.keys import key_word
from finetop.tui.acts import SECTIONS, declared, key_to, section
from finetop.tui.screens.dialog import Dialog, Paper

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.widget import Widget

    from finetop.tui.widgets.runs import Run

WIDEST: Final = 84
_MOVE: Final = SECTIONS["move"]
LEAST: Final = 36
"""A column that is narrower is one of two no more."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the help."""

    section: str
    keys: str
    does: str
    enabled: bool = True


def key_rows(
    bindings: Iterable[ActiveBinding], focused: DOMNode | None = None, place: str = ""
) -> list[KeyRow]:
    """One row for each binding that has an id; what has the focus comes first, moving last."""
    found: dict[str, tuple[list[str], ActiveBinding]] = {}
    for active in bindings:
        name = active.binding.id
        if name and not active.binding.system:
            keys, _ = found.setdefault(name, ([], active))
            keys.append(key_word(active.binding.key))
    here = f"{place[:1].upper()}{place[1:]}"
    rows = [
        KeyRow(
            here if active.node is focused and section(name) != _MOVE else section(name),
            " ".join(keys[:2]),
            _sentence(active.binding),
            active.enabled,
        )
        for name, (keys, active) in found.items()
    ]
    order = [here, *(name for name in dict.fromkeys(SECTIONS.values()) if name != _MOVE), _MOVE]
    return sorted(rows, key=lambda row: order.index(row.section))


def keyless(screen: Screen[Any]) -> list[str]:
    """What could be done here by a key, had the user not taken it away."""
    bound = {active.binding.id for active in screen.active_bindings.values()}
    chain = (screen.focused or screen).ancestors_with_self
    return [
        binding.tooltip or binding.description
        for node in chain
        for binding in declared(type(node))
        if binding.id not in bound and not _has_key(node, binding.id) and not node.is_modal
    ]


def _has_key(node: DOMNode, name: str | None) -> bool:
    return any(binding.id == name for _, binding in node._bindings)  # noqa: SLF001 - Textual tells of the chain only


def _sentence(binding: Binding) -> str:
    words = binding.tooltip or binding.description
    return words[:1].lower() + words[1:]


def key_lines(rows: Sequence[KeyRow], width: int) -> list[tuple[Run, ...]]:
    """The rows under their headings, in as many columns as fit, the columns of like height.

    A sentence that is too long goes on below; none is cut.
    """
    blocks: list[list[tuple[Run, ...]]] = []
    columns = max(1, min(2, width // LEAST))
    each = width // columns
    for head, group in groupby(rows, key=lambda row: row.section):
        mine = list(group)
        gap = max(9, *(text.cells(row.keys) + 2 for row in mine))
        blocks.append([((head, "bright"),)])
        for row in mine:
            keys = text.pad(text.clean(row.keys), gap)
            for words in textwrap.wrap(text.clean(row.does), max(10, each - gap - 2)):
                blocks[-1].append(
                    ((keys, "key" if row.enabled else "faint"), (words, "text" if row.enabled else "faint"))
                )
                keys = " " * gap
        blocks[-1].append(())
    return _side_by_side(_spread(blocks, columns), each)


def _spread(blocks: Sequence[list[tuple[Run, ...]]], columns: int) -> list[list[tuple[Run, ...]]]:
    """Blocks into columns, in their order, none much higher than its share."""
    share = -(-sum(map(len, blocks)) // columns)
    spread: list[list[tuple[Run, ...]]] = [[]]
    for block in blocks:
        if spread[-1] and len(spread[-1]) + len(block) // 2 > share and len(spread) < columns:
            spread.append([])
        spread[-1] += block
    return spread


def _side_by_side(columns: Sequence[Sequence[tuple[Run, ...]]], each: int) -> list[tuple[Run, ...]]:
    lines: list[tuple[Run, ...]] = []
    for y in range(max(map(len, columns), default=0)):
        line: list[Run] = []
        for column in columns:
            runs = column[y] if y < len(column) else ()
            line += runs
            line.append((" " * max(1, each - sum(text.cells(words) for words, _ in runs)), "text"))
        lines.append(tuple(line))
    return lines


class Help(Dialog[None]):
    """What every key does on the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1,enter", "leave", "Back", show=False, id="dialog.close", tooltip="Close this"
        ),
    ]

    def __init__(self, place: str, screen: Screen[Any], glyphs: text.Glyphs) -> None:
        super().__init__()
        self._place = place
        self._rows = key_rows(screen.active_bindings.values(), screen.focused, place)
        self._keyless = keyless(screen)
        self._glyphs = glyphs

    @property
    def question(self) -> str:
        """Whose keys they are."""
        return f"Keys in {self._place}"

    def content(self) -> Iterable[Widget]:
        """One sheet of text that scrolls where it does not fit."""
        yield Sheet()

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one(Sheet).focus()
        self._write()

    def on_resize(self) -> None:
        """Fewer columns where less fits."""
        self._write()

    def _write(self) -> None:
        width = min(WIDEST, self.size.width - 8)
        lines = [*key_lines(self._rows, width), *_marks(self._glyphs, width), *self._lost(width)]
        self.query_one(Sheet).write([(), *lines])

    def _lost(self, width: int) -> list[tuple[Run, ...]]:
        """What the user has taken the keys from."""
        if not self._keyless:
            return []
        words = f"Without a key, in the palette: {'; '.join(self._keyless)}."
        return [(), *(((part, "muted"),) for part in textwrap.wrap(text.clean(words), width))]


class Sheet(Paper, can_focus=True):
    """Paper that can be scrolled by keys."""

    def write(self, lines: Iterable[Sequence[Run]]) -> None:
        """Show other lines."""
        super().write(lines)
        self.call_after_refresh(self._tell_more)

    def on_resize(self) -> None:
        """More fits, or less."""
        super().on_resize()
        self._tell_more()

    def _tell_more(self) -> None:
        if isinstance(self.screen, Dialog):
            keys = " ".join(key_to(self, f"move.{way}", key) for way, key in (("down", "j"), ("up", "k")))
            self.screen.tell_more(f"{keys} show the rest" if self.max_scroll_y else "")


def _marks(glyphs: text.Glyphs, width: int) -> list[tuple[Run, ...]]:
    """What the marks in the list mean."""
    roles = {"running": "good", "stopping": "warn", "paused": "warn", "succeeded": "good", "failed": "bad"}
    lines: list[list[Run]] = [[("Marks: ", "muted")]]
    at = 7
    words = [(glyphs.mark(status), status, roles.get(status, "muted")) for status in text.STATUSES]
    words += [(glyphs.best, "best", "bright"), (glyphs.changed, "new since your last look", "accent")]
    for mark, word, role in words:
        taken = text.cells(mark) + text.cells(word) + 3
        if at + taken > width:
            lines.append([])
            at = 0
        lines[-1] += [(f"{mark} ", role), (f"{word}  ", "muted")]
        at += taken
    return [tuple(line) for line in lines]
