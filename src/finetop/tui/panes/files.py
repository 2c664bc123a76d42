"""The files pane: everything that lies at the providers, and what is left of it here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from finetop import text
from finetop.tui.panes import file_cells
from finetop.tui.panes.ordered import Sort
from finetop.tui.panes.shelf import Shelf

if TYPE_CHECKING:
    from finetop.store.file_rows import FileRow, Use
    from finetop.tui.widgets.table import Column, Draw

Uses = Mapping[tuple[int, str], "Use"]


class FilesPane(Shelf["FileRow"]):
    """Every file of every profile."""

    NAME = "Files"
    NUMBER = 5
    PLACE = "the files"
    EMPTY = "No files yet. {files.send|c} sends one."
    COLUMNS: ClassVar[tuple[Column, ...]] = file_cells.COLUMNS
    SORTS: ClassVar[tuple[Sort, ...]] = (
        Sort("age", "Newest first", lambda row: row.created_at, largest_first=True),
        Sort("name", "Name", lambda row: file_cells.name(row).casefold()),
        Sort("size", "Largest first", lambda row: row.size_bytes, largest_first=True),
        Sort("purpose", "Purpose", file_cells.purpose),
        Sort("status", "Status", lambda row: row.status),
        Sort("profile", "Profile", lambda row: row.profile.casefold()),
    )

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "files") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.uses: Uses = {}
        """The jobs that name each file; empty until they have been read."""
        self.colours: Mapping[str, str] = {}

    def key_of(self, item: FileRow) -> Hashable:
        """Ids are an account's own."""
        return item.account, item.id

    def words_of(self, item: FileRow) -> str:
        """Name, id, purpose, status, profile and job."""
        use = self.uses.get((item.account, item.id))
        return f"{file_cells.words(item)} {use.job if use else ''}"

    def cells_of(self, item: FileRow) -> Mapping[str, Draw]:
        """One row."""
        return file_cells.cells(
            item,
            self.now,
            self.glyphs,
            use=self.uses.get((item.account, item.id)),
            colour=self.colours.get(item.profile, ""),
        )

    def longest_of(self, items: Sequence[FileRow]) -> Mapping[str, int]:
        """By their values."""
        return file_cells.longest(items, self.uses)

    def take_uses(self, uses: Uses) -> None:
        """It is known now who uses which file."""
        self.uses = uses
        self.measure()
