"""The detail pane: the facts of the job under the cursor, in four tabs.

DetailPane(glyphs=UNICODE)
pane.show(detail_model(row, now=..., job=..., checkpoints=..., files=..., curves=..., raw=...))
pane.show(None)                 no job
pane.four_facts = True          under 18 rows (the grid sets it)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from finetop import text
from finetop.tui.panes.detail_model import DetailModel, detail_model
from finetop.tui.panes.pane import JOB_BINDINGS, TAB_BINDINGS, Pane
from finetop.tui.widgets.runs import Line, Run, plain, width_of

if TYPE_CHECKING:
    from textual.binding import BindingType

    from finetop.tui.panes.entry import Entry

__all__ = ["DetailModel", "DetailPane", "detail_model"]

LABEL: Final = 13
EMPTY: Final = {
    "Overview": "No job yet.",
    "Checkpoints": "No checkpoints yet. The last three epochs keep one each.",
    "Files": "No files known.",
    "JSON": "The provider's answer is not kept yet.",
}


class DetailPane(Pane):
    """Label and value, line by line."""

    NAME = "Detail"
    NUMBER = 2
    PLACE = "the detail"
    TABS = ("Overview", "Checkpoints", "Files", "JSON")
    BINDINGS: ClassVar[list[BindingType]] = [*JOB_BINDINGS, *TAB_BINDINGS]

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "detail") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._model: DetailModel | None = None
        self._four_facts = False
        self._lines: list[Line] = []
        self._lines_for: tuple[int, str, bool] | None = None

    @property
    def four_facts(self) -> bool:
        """True where four lines must do."""
        return self._four_facts

    @four_facts.setter
    def four_facts(self, value: bool) -> None:
        if value != self._four_facts:
            self._four_facts = value
            self.redraw()

    def show(self, model: DetailModel | None, *, top: bool = False) -> None:
        """Take the facts of a job; `top` when it is another job than before."""
        if model == self._model:
            return
        self._model = model
        self._lines_for = None
        if top:
            self.scroll_to_line(0)
        self.redraw()

    def facts(self) -> tuple[Run, ...]:
        """The step, where no other pane says it."""
        if self.group and self._model is not None and self._model.step:
            return ((self._model.step, "muted"),)
        return ()

    def body_count(self) -> int:
        """As many lines as the tab has at this width."""
        return len(self._laid_out(self.size.width))

    def body_line(self, index: int, width: int) -> Line:
        """One of them."""
        lines = self._laid_out(width)
        return lines[index] if index < len(lines) else Line()

    def _laid_out(self, width: int) -> list[Line]:
        key = (width, self.tab, self._four_facts)
        if key != self._lines_for:
            self._lines = self._lay_out(width)
            self._lines_for = key
        return self._lines

    def _lay_out(self, width: int) -> list[Line]:
        model = self._model
        if model is not None and self._four_facts:
            return _entry_lines(model.facts, width, self.glyphs.ellipsis, 9)
        if model is not None and self.tab == "JSON":
            lines = [
                Line(((" ", "text"), (text.shorten_end(raw, width - 2, self.glyphs.ellipsis), "text")))
                for raw in model.raw
            ]
        elif model is not None:
            entries = {"Overview": model.overview, "Checkpoints": model.checkpoints, "Files": model.files}[
                self.tab
            ]
            lines = _entry_lines(entries, width, self.glyphs.ellipsis, LABEL)
        else:
            lines = []
        return lines or [Line(((" ", "text"), (EMPTY[self.tab], "faint")))]


def _entry_lines(entries: tuple[Entry, ...], width: int, ellipsis: str, label_width: int) -> list[Line]:
    room = max(8, width - label_width - 2)
    lines: list[Line] = []
    for entry in entries:
        label: Run = (" " + text.pad(text.cut(entry.label, label_width - 1), label_width), "muted")
        rows = _wrapped(entry.runs, room) if entry.wraps else [entry.runs]
        for place, runs in enumerate(rows):
            lead = (" " * (label_width + 1), "muted") if place else label
            lines.append(Line((lead, *_shortened(runs, room, ellipsis))))
    return lines


def _shortened(runs: tuple[Run, ...], room: int, ellipsis: str) -> tuple[Run, ...]:
    """The runs in so many cells, with an ellipsis where something is lost."""
    if width_of(runs) <= room:
        return runs
    kept: list[Run] = []
    left = room
    for words, role in runs:
        if text.cells(words) >= left:
            kept.append((text.shorten_end(words + " " * 2, left, ellipsis), role))
            break
        kept.append((words, role))
        left -= text.cells(words)
    return tuple(kept)


def _wrapped(runs: tuple[Run, ...], room: int) -> list[tuple[Run, ...]]:
    """Facts or a sentence over several lines; a fact stays whole where it can, every word keeps its role."""
    rows: list[tuple[Run, ...]] = []
    line: list[Run] = []
    used = 0
    for fact in _facts(runs, room):
        whole = width_of(fact)
        far = used + whole > room >= whole
        for word, role in fact:
            if line and (far or used + text.cells(word) > room):
                rows.append(tuple(line))
                line, used = [], 0
            far = False
            # A line does not begin with the blank before its first word.
            shown = word if line else word.lstrip()
            if shown:
                line.append((shown, role))
                used += text.cells(shown)
    if line and plain(line).strip():
        rows.append(tuple(line))
    return rows or [()]


def _facts(runs: tuple[Run, ...], room: int) -> list[list[Run]]:
    """The words of each fact; two blanks stand between facts."""
    facts: list[list[Run]] = []
    for words, role in runs:
        for word in _words(words, room):
            if not facts or word.startswith("  "):
                facts.append([])
            facts[-1].append((word, role))
    return facts


def _words(words: str, room: int) -> list[str]:
    """Words with the blanks before them; a word longer than a line is cut into pieces."""
    pieces: list[str] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and words[end] == " ":
            end += 1
        while end < len(words) and words[end] != " ":
            end += 1
        word = words[at:end]
        at = end
        while text.cells(word) > room:
            piece = text.cut(word, room)
            piece = piece[: piece.rfind(":") + 1] or piece  # a model's name has parts
            pieces.append(piece)
            word = word[len(piece) :]
        pieces.append(word)
    return [piece for piece in pieces if piece]
