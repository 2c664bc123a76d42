"""The rows of the jobs list, kept in step with the store by asking only for what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow

TREND_POINTS = 32
"""Twice the dots of the column; more would not be seen."""


class Feed:
    """Every job of some accounts, by key."""

    def __init__(self, store: Store, names: Mapping[int, str]) -> None:
        self._store = store
        self._names = names
        self._seq = 0
        self.rows: dict[JobKey, JobRow] = {}

    def pull(self) -> set[JobKey]:
        """Read what changed since the last time; the keys it concerns, also of rows that are gone."""
        since = self._seq
        changed: set[JobKey] = set()
        for row in self._store.jobs.rows(self._names, since=since):
            self.rows[row.key] = row
            self._seq = max(self._seq, row.seq)
            changed.add(row.key)
        for key in self._store.jobs.left(since):
            if self.rows.pop(key, None) is not None:
                changed.add(key)
        return changed


class Trends(Mapping["JobKey", Sequence[float]]):
    """The course of each job's loss, read when a row that shows it is drawn and kept until it changes."""

    def __init__(self, store: Store, feed: Feed) -> None:
        self._store = store
        self._feed = feed
        self._kept: dict[JobKey, tuple[int, tuple[float, ...]]] = {}

    def __getitem__(self, key: JobKey) -> Sequence[float]:
        row = self._feed.rows[key]
        kept = self._kept.get(key)
        if kept is None or kept[0] != row.seq:
            values = self._store.events.curves(key).train_loss.values
            step = max(1, len(values) // TREND_POINTS)
            kept = self._kept[key] = (row.seq, values[::step])
        return kept[1]

    def __iter__(self) -> Iterator[JobKey]:
        return iter(self._feed.rows)

    def __len__(self) -> int:
        return len(self._feed.rows)
