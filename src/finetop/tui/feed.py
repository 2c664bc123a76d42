"""The rows of the jobs list, kept in step with the store by asking only for what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.query import Condition
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow

TREND_POINTS = 32
"""Twice the dots of the column; more would not be seen."""


class Feed:
    """The jobs of some accounts that a condition means, by key; without one, all."""

    def __init__(self, store: Store, names: Mapping[int, str], condition: Condition | None = None) -> None:
        self._store = store
        self._names = names
        self.condition = condition
        self._seq = 0
        self.rows: dict[JobKey, JobRow] = {}

    def pull(self) -> set[JobKey]:
        """Read what changed since the last time; the keys it concerns, also of rows that are gone."""
        since = self._seq
        changed: set[JobKey] = set()
        if since:
            news = self._store.jobs.rows(self._names, since=since)
            meant = self._meant(news)
        else:  # all there is: only what is meant is read
            self._seq = self._store.now()
            news = self._store.jobs.rows(self._names, condition=self.condition)
            meant = None
        for row in news:
            self._seq = max(self._seq, row.seq)
            if self._is_shown(row, meant):
                self.rows[row.key] = row
            elif self.rows.pop(row.key, None) is None:
                continue
            changed.add(row.key)
        for key in self._store.jobs.left(since):
            if self.rows.pop(key, None) is not None:
                changed.add(key)
        return changed

    def _is_shown(self, row: JobRow, meant: set[JobKey] | None) -> bool:
        """A create that nobody knows the end of is shown whatever the condition; one refused is over."""
        if not self.condition:
            return True
        return (meant is None or row.key in meant) if row.is_job else row.intent != "refused"

    def _meant(self, rows: Sequence[JobRow]) -> set[JobKey] | None:
        """Those that the condition means; None where it means all."""
        if not self.condition or not rows:
            return None
        ids = [row.key.id for row in rows if row.is_job]
        return {row.key for row in self._store.jobs.newest(self._names, self.condition, ids=ids)}


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
