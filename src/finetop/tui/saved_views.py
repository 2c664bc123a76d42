"""Views of the jobs list that were saved under a name: what is shown, in which order and which columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from finetop.text import clean
from finetop.tui import private_file
from finetop.tui.panes.job_columns import USUAL, Layout
from finetop.views import ACTIVE, FAILED, Sort

FILE: Final = "views.json"
VERSION: Final = 1
LIMIT: Final = 256 * 1024
MOST: Final = 200
LONGEST: Final = 40
AS_USUAL: Final = Sort()


@dataclass(frozen=True, slots=True)
class SavedView:
    """One way to look at the jobs."""

    name: str
    filter: str = ""
    """As it was typed."""
    only: str = ""
    sort: Sort = AS_USUAL
    layout: Layout = USUAL

    def as_value(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": self.name,
            "filter": self.filter,
            "only": self.only,
            "sort": self.sort.column,
            "reverse": self.sort.reverse,
            "columns": self.layout.as_value(),
        }

    @classmethod
    def of(cls, value: object) -> SavedView:
        """As it was kept; whatever makes no sense is as usual."""
        found = value if isinstance(value, dict) else {}
        words = {
            name: found[name]
            for name in ("name", "filter", "only", "sort")
            if isinstance(found.get(name), str)
        }
        only = words.get("only", "")
        return cls(
            clean(words.get("name", "")).strip()[:LONGEST],
            words.get("filter", ""),
            only if only in {ACTIVE, FAILED} else "",
            Sort(words.get("sort", ""), found.get("reverse") is True),
            Layout.of(found.get("columns")),
        )


def put(views: Sequence[SavedView], view: SavedView) -> list[SavedView]:
    """The same with this one, in place of another of its name."""
    if any(one.name == view.name for one in views):
        return [view if one.name == view.name else one for one in views]
    return [*views, view]


def renamed(views: Sequence[SavedView], name: str, other: str) -> list[SavedView]:
    """The same with one by another name, which takes the place of whoever had it."""
    kept = [one for one in views if one.name == name or one.name != other]
    return [replace(one, name=other) if one.name == name else one for one in kept]


class SavedViews:
    """The file of them; several processes may write it, and the last one who changes something counts."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def read(self) -> list[SavedView]:
        """All of them in the order they were saved; none where the file makes no sense."""
        content = private_file.read(self._file, LIMIT)
        try:
            found = json.loads(content or b"{}")
        except (ValueError, RecursionError):
            return []
        values = found.get("views") if isinstance(found, dict) and found.get("version") == VERSION else None
        views = map(SavedView.of, values if isinstance(values, list) else ())
        return list({view.name: view for view in views if view.name}.values())[:MOST]

    def write(self, views: Sequence[SavedView]) -> None:
        """Keep these. Raises OSError."""
        value = {"version": VERSION, "views": [view.as_value() for view in views]}
        content = json.dumps(value, ensure_ascii=False, indent=1)
        private_file.write(self._file, content.encode("utf-8", "replace"))
