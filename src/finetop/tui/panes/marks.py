"""Which jobs are marked: what a key does is then done to all of them; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from finetop.store.rows import JobKey


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked jobs, and the one from which a range begins."""

    keys: frozenset[JobKey] = frozenset()
    start: JobKey | None = None
    """The job marked last."""

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def toggled(self, key: JobKey) -> Marks:
        """Mark a job, or take its mark away; a range begins at the last job that was marked."""
        if key in self.keys:
            return Marks(self.keys - {key}, None if key == self.start else self.start)
        return Marks(self.keys | {key}, key)

    def through(self, keys: Iterable[JobKey], end: JobKey) -> Marks:
        """Mark a whole range, whose end begins the next one."""
        return Marks(self.keys | set(keys), end)

    def without(self, gone: Collection[JobKey]) -> Marks:
        """The same without jobs that are no more, or with which all has been done."""
        if not self.keys & set(gone):
            return self
        return Marks(self.keys - set(gone), None if self.start in gone else self.start)


NO_MARKS: Final = Marks()
