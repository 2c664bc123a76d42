"""Everything the lower panes show of the job under the cursor, read from the store."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.tui.panes.detail import DetailModel, detail_model

if TYPE_CHECKING:
    from finetop import text
    from finetop.models import Checkpoint, File, Job
    from finetop.store import Store
    from finetop.store.rows import Curves, EventRow, JobKey, JobRow


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """A job's log as the events pane reads it."""

    store: Store
    key: JobKey

    def count(self) -> int:
        """How many there are."""
        return self.store.events.count(self.key)

    def page(self, start: int, size: int) -> Sequence[EventRow]:
        """So many from a place on."""
        return self.store.events.page(self.key, start, size)


class Selected:
    """One job at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loaded = False
        self._row: JobRow | None = None
        self._job: Job | None = None
        self._checkpoints: Sequence[Checkpoint] = ()
        self._files: dict[str, File] = {}
        self._raw = b""
        self.curves: Curves | None = None

    def load(self) -> None:
        """Load what reads a whole job; a tenth of a second that the first paint must not wait for."""
        importlib.import_module("finetop.models")
        self._loaded = True

    @property
    def events(self) -> StoredEvents | None:
        """The log of the job."""
        return None if self._row is None else StoredEvents(self._store, self._row.key)

    def look(self, row: JobRow | None) -> bool:
        """Read this job; True when it is another one than before."""
        before = self._row
        self._row = row
        self._job, self._checkpoints, self._raw, self._files = None, (), b"", {}
        self.curves = None if row is None else self._store.events.curves(row.key)
        if row is not None and self._loaded:
            self._read(row.key)
        return (row.key if row is not None else None) != (before.key if before is not None else None)

    def _read(self, key: JobKey) -> None:
        jobs = self._store.jobs
        self._job = jobs.get(key)
        self._checkpoints = jobs.checkpoints(key) or (() if self._job is None else self._job.checkpoints)
        self._raw = jobs.raw(key) or b""
        if self._job is not None:
            named = (*self._job.training_files, *self._job.validation_files, *self._job.result_files)
            known = (self._store.library.file(key.account, file.id) for file in named)
            self._files = {file.id: file for file in known if file is not None}

    def detail(self, now: float, glyphs: text.Glyphs, *, cannot: str = "") -> DetailModel | None:
        """The facts as the detail pane shows them; `cannot` is why a key is grey."""
        if self._row is None:
            return None
        return detail_model(
            self._row,
            now=now,
            job=self._job,
            checkpoints=self._checkpoints,
            files=self._files,
            curves=self.curves,
            raw=self._raw,
            cannot=cannot,
            logged=self._store.events.count(self._row.key),
            glyphs=glyphs,
        )
