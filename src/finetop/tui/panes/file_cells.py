"""What stands in the cells of a file's row, and the columns of the list of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.palette import profile_role
from finetop.tui.panes.plain_cells import name_cell, plain_cell, widest, words_cell
from finetop.tui.widgets.table import Column, Draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.store.file_rows import FileRow, Use

    Uses = Mapping[tuple[int, str], Use]
    from finetop.text import Glyphs

COLUMNS: Final = (
    Column("name", "NAME", (16, 16, 16, 16), share=50, most=48),
    Column("size", "SIZE", (7, 7, 7, 7), align="right"),
    Column("purpose", "PURPOSE", (0, 9, 9, 17), leaves=4, fits=True),
    Column("status", "STATUS", (11, 11, 11, 11)),
    Column("jobs", "USED BY", (0, 12, 12, 12), share=30, most=30, leaves=6, optional=True),
    Column("age", "AGE", (4, 4, 4, 4), align="right", leaves=8),
    Column("profile", "PROFILE", (0, 8, 8, 8), leaves=5, optional=True, fits=True),
    Column("file", "FILE", (0, 0, 14, 14), share=20, leaves=1),
)
_GOOD: Final = frozenset({"processed", "uploaded"})
_UNDER_WAY: Final = frozenset({"pending", "running", "processing", "queued", "uploading"})
_PURPOSES: Final = {"fine-tune": "training", "fine-tune-results": "results"}


def purpose(row: FileRow) -> str:
    """What a file is for, in our words where we have any."""
    return _PURPOSES.get(row.purpose, text.clean(row.purpose))


def name(row: FileRow) -> str:
    """Its name, or its id where it has none."""
    return text.clean(row.name or row.id)


def cells(
    row: FileRow, now: float, glyphs: Glyphs, *, use: Use | None = None, colour: str = ""
) -> dict[str, Draw]:
    """Every cell of the row that is not empty; `use` are the jobs that name the file."""
    drawn: dict[str, Draw] = {
        "name": name_cell(name(row), "text", glyphs),
        "purpose": words_cell(purpose(row), "muted", glyphs),
        "status": _status(row, glyphs),
        "profile": words_cell(text.clean(row.profile), profile_role(colour, "muted"), glyphs),
        "file": name_cell(text.clean(row.id), "faint", glyphs),
    }
    if row.size_bytes is not None:
        drawn["size"] = plain_cell(text.size(row.size_bytes), "text")
    if use is not None and not row.problem:
        drawn["jobs"] = _used(use, glyphs)
    if row.created_at is not None and not row.problem:
        drawn["age"] = plain_cell(text.age(now - row.created_at), "muted")
    return drawn


def used_by(use: Use) -> str:
    """The newest job, and how many there are besides."""
    more = f" +{use.jobs - 1:,}" if use.jobs > 1 else ""
    return f"{text.clean(use.job)}{more}"


def _used(use: Use, glyphs: Glyphs) -> Draw:
    more = f" +{use.jobs - 1:,}" if use.jobs > 1 else ""
    name = text.clean(use.job)
    return lambda width, _room: [
        (text.shorten_middle(name, width - len(more), glyphs.ellipsis) + more, "muted")
    ]


def _status(row: FileRow, glyphs: Glyphs) -> Draw:
    """Mark and word; what is wrong with a file runs on over the cells behind it."""
    word = text.clean(row.status)
    if row.gone:
        return words_cell(f"{glyphs.cancelled} here only", "warn", glyphs, runs_on=True)
    if row.status in _GOOD or not word:
        return words_cell(f"{glyphs.succeeded} {word}" if word else "", "muted", glyphs)
    if row.status in _UNDER_WAY:
        return words_cell(f"{glyphs.checking} {word}", "text", glyphs)
    said = f"{word}: {text.clean(row.problem)}" if row.problem else word
    return words_cell(f"{glyphs.failed} {said}", "bad", glyphs, runs_on=True)


def longest(rows: Sequence[FileRow], uses: Uses) -> dict[str, int]:
    """The cells of the widest value of each column that gives way to its content."""
    profiles = {text.clean(row.profile) for row in rows}
    return {
        "name": widest(map(name, rows)),
        "size": 7,
        "purpose": widest(map(purpose, rows)),
        "status": 11,
        "jobs": widest(used_by(use) for row in rows if (use := uses.get((row.account, row.id)))),
        "age": 4,
        "profile": widest(profiles) if len(profiles) > 1 else 0,
        "file": widest(text.clean(row.id) for row in rows),
    }


def words(row: FileRow) -> str:
    """What a filter looks through."""
    return text.clean(" ".join((row.name, row.id, purpose(row), row.purpose, row.status, row.profile)))
