"""Which job stands on which line: what a list asks of its jobs, and the line that is held for the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finetop.store.rows import JobKey, JobRow
    from finetop.views import View


class Jobs(Protocol):
    """What the pane asks of the jobs it shows; lines are counted from 0."""

    is_whole: bool
    """False while they are still being read."""

    def __len__(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def has_ends(self) -> bool: ...
    async def show(self, view: View, first: Callable[[], None] = ...) -> bool: ...
    def row(self, place: int) -> JobRow: ...
    def prepare(self, first: int, last: int) -> None: ...
    def first_rows(self) -> Sequence[JobRow]: ...
    def place(self, key: JobKey) -> int | None: ...
    def keys(self, first: int, last: int) -> list[JobKey]: ...
    def get(self, key: JobKey) -> JobRow | None: ...
    def extra(self, key: JobKey, column: str) -> object: ...
    def trend(self, row: JobRow) -> Sequence[float]: ...
    def is_news(self, row: JobRow) -> bool: ...


class Held(NamedTuple):
    """A line that is shown elsewhere than where it belongs, for the cursor is on it."""

    own: int
    shown: int

    def own_place(self, line: int) -> int:
        """Whose place it is that a line shows."""
        if line == self.shown:
            return self.own
        line -= line > self.shown
        return line + (line >= self.own)

    def line(self, place: int) -> int:
        """On which line a place is shown."""
        if place == self.own:
            return self.shown
        place -= place > self.own
        return place + (place >= self.shown)
