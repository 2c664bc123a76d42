"""The keys that work here and now, made from the live bindings and therefore never out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.keys import format_key

from finetop import text
from finetop.tui.screens.dialog import Dialog, Paper

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.widget import Widget

    from finetop.tui.widgets.runs import Run

SECTIONS = {
    "move": "Move",
    "pane": "Panes",
    "tab": "Panes",
    "job": "Jobs",
    "jobs": "Jobs",
    "detail": "Detail",
    "curve": "Curves",
    "events": "Events",
    "data": "Data",
    "form": "Form",
    "dialog": "Dialog",
    "app": "App",
}
"""The first part of a binding's id, and the heading its key stands under."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the help."""

    section: str
    keys: str
    does: str
    enabled: bool = True


def key_rows(bindings: Iterable[ActiveBinding]) -> list[KeyRow]:
    """One row for each binding that has an id; the keys of one id stand together."""
    found: dict[str, tuple[list[str], Binding, bool]] = {}
    for _, binding, enabled, _ in bindings:
        if not binding.id or binding.system:
            continue
        keys, _, _ = found.setdefault(binding.id, ([], binding, enabled))
        shown = binding.key_display or format_key(binding.key)
        if shown not in keys:
            keys.append(_short(shown))
    rows = [
        KeyRow(
            SECTIONS.get(name.split(".")[0], "App"),
            " ".join(sorted(keys, key=_letters_first)[:2]),
            _sentence(binding),
            enabled,
        )
        for name, (keys, binding, enabled) in found.items()
    ]
    order = list(dict.fromkeys(SECTIONS.values()))
    return sorted(rows, key=lambda row: order.index(row.section))


def _short(key: str) -> str:
    return {"escape": "esc", "⏎": "enter", "⇥": "tab", "space": "space"}.get(key, key)


def _letters_first(key: str) -> tuple[bool, int]:
    return not (len(key) == 1 and key.isascii()), len(key)


def _sentence(binding: Binding) -> str:
    words = binding.tooltip or binding.description
    return words[:1].lower() + words[1:]


def key_lines(rows: Sequence[KeyRow], width: int) -> list[tuple[Run, ...]]:
    """The rows under their headings, in as many columns as fit, the columns of like height."""
    blocks: list[list[tuple[Run, ...]]] = []
    columns = max(1, min(2, width // 36))
    each = width // columns
    for section in dict.fromkeys(row.section for row in rows):
        mine = [row for row in rows if row.section == section]
        gap = max(9, *(text.cells(row.keys) + 2 for row in mine))
        blocks.append([((section, "bright"),)])
        for row in mine:
            words = text.shorten_end(text.clean(row.does), each - gap - 1)
            keys = text.pad(text.clean(row.keys), gap)
            blocks[-1].append(
                ((keys, "key" if row.enabled else "faint"), (words, "text" if row.enabled else "faint"))
            )
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

    def __init__(self, place: str, bindings: Mapping[str, ActiveBinding], glyphs: text.Glyphs) -> None:
        super().__init__()
        self._place = place
        self._rows = key_rows(bindings.values())
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
        width = min(84, self.size.width - 8)
        self.query_one(Sheet).write([(), *key_lines(self._rows, width), *_marks(self._glyphs, width)])


class Sheet(Paper, can_focus=True):
    """Paper that can be scrolled by keys."""


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
