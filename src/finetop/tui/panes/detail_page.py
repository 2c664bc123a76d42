"""The lines of the detail pane in one tab, and what stands on each: no widget, only what is where.

page = DetailPage(UNICODE)
page.model, page.tab, page.needle = ...     what is shown; page.forget() after a change
page.rows(80)                               its lines
page.enter_means(3), page.copied(3), page.turn(3)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.tui.panes.json_text import AT_ONCE, Document, JsonLine, Path, json_rows
from finetop.tui.panes.laying import Row, rows_of, short_rows
from finetop.tui.widgets.finding import pattern_of
from finetop.tui.widgets.runs import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.tui.panes.detail_model import DetailModel
    from finetop.tui.panes.entry import Entry, Fact

_FOUR_LABEL: Final = 9
EMPTY: Final = {
    "Overview": "No job yet.",
    "Checkpoints": "No checkpoints yet. The last three epochs keep one each.",
    "Files": "No files known.",
    "JSON": "The provider's answer is not kept yet.",
}


class _Long(NamedTuple):
    """A long answer, laid out for a width and for what was folded in it."""

    raw: bytes
    width: int
    folded: frozenset[Path]
    document: Document
    lines: list[JsonLine]
    rows: list[Row]


_CALLED: Final = {"Job": "the job's id", "Validation": "the best checkpoint"}
"""Values that are called otherwise than their labels."""


class DetailPage:
    """One tab of what is known of one job."""

    def __init__(self, glyphs: text.Glyphs) -> None:
        self.glyphs = glyphs
        self.model: DetailModel | None = None
        self.tab = "Overview"
        self.four_facts = False
        self.needle = ""
        """What is looked for: what it is folded into is shown."""
        self.unfolded: set[str] = set()
        """The names of entries; of any job."""
        self.folded: frozenset[Path] = frozenset()
        """Places in the provider's answer."""
        self._rows: list[Row] = []
        self._rows_for: tuple[object, ...] | None = None
        self._document: tuple[bytes, Document] | None = None
        self._lines: list[JsonLine] = []
        self._long: _Long | None = None

    # --- lines ------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Something else is to be shown, or folded."""
        self._rows_for = None

    def begin_anew(self) -> None:
        """Another job: no place in the answer of the one before is folded, and none of its lines stay."""
        self.folded = frozenset()
        self._long = None
        self.forget()

    def rows(self, width: int) -> list[Row]:
        """All lines at this width."""
        key = (width, self.tab, self.four_facts)
        if key != self._rows_for:
            self._rows = self._lay_out(width)
            self._rows_for = key
        return self._rows

    @property
    def columns(self) -> bool:
        """True where the lines are a table with heads."""
        is_table = self.tab == "Checkpoints" and not self.four_facts
        return is_table and self.model is not None and bool(self.model.checkpoint_head)

    @property
    def sentence(self) -> str:
        """What stands in for lines that there are not."""
        if self.model is not None and self.tab == "JSON" and len(self.model.raw) > AT_ONCE:
            return f"Laying out {text.size(len(self.model.raw))}."
        if self.model is not None and self.tab == "Checkpoints" and self.model.is_final:
            return "This job left no checkpoints."
        return EMPTY[self.tab]

    def _lay_out(self, width: int) -> list[Row]:
        if self.model is None:
            return []
        if self.four_facts:
            return short_rows(self.model.facts, width, _FOUR_LABEL, self.glyphs.ellipsis)
        if self.tab != "JSON":
            return rows_of(self.entries, width, self.glyphs, self._is_open)
        raw = self.model.raw
        if len(raw) > AT_ONCE:
            self._lines = [] if self._long is None else self._long.lines
            return [] if self._long is None else self._long.rows
        if self._document is None or self._document[0] != raw:
            self._document = raw, Document(raw)
        self._lines = self._document[1].lines(self._shut)
        return json_rows(self._lines, width)

    @property
    def _shut(self) -> frozenset[Path]:
        return frozenset() if self.needle else self.folded

    def pending(self, width: int) -> Callable[[], _Long] | None:
        """What has to be done in a thread, for it takes so long that a key would be late."""
        raw = self.model.raw if self.model is not None else b""
        if self.tab != "JSON" or self.four_facts or len(raw) <= AT_ONCE:
            return None
        known = self._long
        if known is not None and known[:3] == (raw, width, self._shut):
            return None
        document = known.document if known is not None and known.raw is raw else None
        return partial(_laid_out, raw, width, self._shut, document)

    def take(self, done: _Long) -> bool:
        """What the thread has done; False where nobody wants it any more."""
        if self.model is None or self.model.raw is not done.raw:
            return False
        self._long = done
        self._document = done.raw, done.document
        self.forget()
        return True

    # --- what is where ----------------------------------------------------------------------------------

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of this tab; the answer itself has none."""
        model = self.model
        if model is None:
            return ()
        if self.four_facts:
            return model.facts
        shown = {"Overview": model.overview, "Checkpoints": model.checkpoints, "Files": model.files}
        return shown.get(self.tab, ())

    def entry(self, at: int) -> Entry | None:
        """The entry that a line belongs to."""
        entries = self.entries
        place = self._rows[at].place if at < len(self._rows) else len(entries)
        return entries[place] if place < len(entries) else None

    def fact(self, at: int) -> Fact | None:
        """The fact that a line belongs to."""
        entry = self.entry(at)
        return entry.facts[self._rows[at].fact] if entry is not None and self._rows[at].fact >= 0 else None

    def label(self, at: int) -> str:
        """What a line is known by; empty where it goes on from another."""
        entry, row = self.entry(at), self._rows[at]
        return entry.label if entry is not None and row.fact < 0 and row.glue is None else ""

    def _line(self, at: int) -> JsonLine | None:
        is_json = self.tab == "JSON" and not self.four_facts and at < len(self._rows)
        return self._lines[self._rows[at].place] if is_json else None

    def _is_open(self, entry: Entry) -> bool:
        """Whether its facts are shown: for they were unfolded, or what is looked for is among them."""
        if self.tab == "Files" or _key(entry) in self.unfolded:
            return True
        if not self.needle:
            return False
        found = pattern_of(self.needle).search
        return any(found(fact.label) or found(plain(fact.runs)) for fact in entry.facts)

    def together(self, at: int) -> range:
        """The lines of the one value that a line belongs to."""
        here = self._rows[at][1:3]
        begin = bisect_left(self._rows, here, key=lambda row: row[1:3])
        return range(begin, bisect_right(self._rows, here, begin, key=lambda row: row[1:3]))

    def beside(self, at: int, step: int, height: int) -> int:
        """The first line of the next value or the one before; the next line of one too high to be seen."""
        here = self.together(at)
        if len(here) > height and here.start <= at + step < here.stop:
            return at + step
        place = here.stop if step > 0 else here.start - 1
        if not 0 <= place < len(self._rows):
            return at
        there = self.together(place)
        return there.start if len(there) <= height else place

    # --- what can be done with a line -------------------------------------------------------------------

    def enter_means(self, at: int) -> str:
        """What enter does there: follow, unfold, fold or nothing."""
        if (line := self._line(at)) is not None:
            return "" if not line.folds else "unfold" if line.path in self.folded else "fold"
        entry = self.entry(at)
        if entry is None or self.four_facts:
            return ""
        if entry.goal is not None:
            return "follow"
        return "" if not entry.facts else "fold" if self._is_open(entry) else "unfold"

    def turn(self, at: int) -> int:
        """Fold what is unfolded there, or the other way round; the line where the cursor belongs then."""
        if (line := self._line(at)) is not None:
            self.folded ^= {line.path}
        elif (entry := self.entry(at)) is not None:
            self.unfolded ^= {_key(entry)}
            at = next(line for line, row in enumerate(self._rows) if row.place == self._rows[at].place)
        self.forget()
        return at

    def turn_all(self, *, unfold: bool) -> None:
        """Unfold or fold every line of this tab; of the answer what lies directly in it."""
        if self.tab == "JSON":
            known = self._lines if not unfold else ()
            self.folded = frozenset(line.path for line in known if line.folds and len(line.path) == 1)
        else:
            keys = {_key(entry) for entry in self.entries if entry.facts}
            self.unfolded = self.unfolded | keys if unfold else self.unfolded - keys
        self.forget()

    def copied(self, at: int) -> tuple[str, str] | None:
        """What stands there as it is called in a sentence, and its value, whole."""
        found = self._value(at)
        return None if found is None else (found[0], "\n".join(text.clean_lines(found[1])))

    def _value(self, at: int) -> tuple[str, str] | None:
        if (line := self._line(at)) is not None:
            document = self._document[1] if self._document is not None else None
            path = line.path[-2:] if line.path and isinstance(line.path[-1], int) else line.path[-1:]
            name = f"the value of {'.'.join(map(str, path))}" if path else "the whole answer"
            return None if document is None else (name, document.at(line.path))
        entry = self.entry(at)
        if entry is None:
            return None
        if (fact := self.fact(at)) is not None:
            return f"the value of {fact.label or entry.label}", fact.value or plain(fact.runs).strip()
        called = f"model of {entry.label}" if entry.is_row else entry.label or "value"
        named = _CALLED.get(called, f"the {called.lower()}") if entry.value else f"the {called.lower()}"
        return named, entry.value or plain(entry.runs).strip()

    def link(self, at: int) -> str:
        """Where a browser finds what stands there; empty where that is nowhere."""
        fact, entry = self.fact(at), self.entry(at)
        return (fact.link if fact is not None else "") or (entry.link if entry is not None else "")


def _laid_out(raw: bytes, width: int, folded: frozenset[Path], document: Document | None) -> _Long:
    known = document or Document(raw)
    lines = known.lines(folded)
    return _Long(raw, width, folded, known, lines, json_rows(lines, width))


def _key(entry: Entry) -> str:
    """What an entry is remembered by."""
    return entry.label or plain(entry.runs)
