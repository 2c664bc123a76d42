"""Everything the lower panes show of the job under the cursor, read from the store."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from finetop.autos import left_to_provider
from finetop.overfit import judge_curves
from finetop.stays import Seen
from finetop.tui.panes.detail import Beside, DetailModel, detail_model
from finetop.tui.panes.job_log import log_of
from finetop.tui.panes.provider_facts import COUNTED_TO
from finetop.tui.panes.sharing_facts import Sharing

if TYPE_CHECKING:
    from finetop import text
    from finetop.models import Checkpoint, Job
    from finetop.overfit import Verdict
    from finetop.store import Store
    from finetop.store.rows import Curves, JobKey, JobRow, Series
    from finetop.tui.panes.log_reading import LogSource


LONG = 5_000
"""Steps of a job that is read on another thread at first; what is new of it then takes no time."""


_CHECKS = ("valid_", "full_valid_")


class Selected:
    """One job at a time."""

    def __init__(self, store: Store, *, shares: Callable[[str], bool] = lambda _profile: False) -> None:
        """`shares` tells whether a profile's API knows who may use a model."""
        self._store = store
        self._shares = shares
        self._loaded = False
        self._row: JobRow | None = None
        self._job: Job | None = None
        self._beside = Beside()
        self._raw = b""
        self._judged: tuple[Sequence[Series], Sequence[Checkpoint], Verdict | None] = ((), (), None)
        self._sharing: dict[tuple[int, str], Sharing] = {}
        """Of models that somebody asked about, by account and name."""

    def load(self) -> None:
        """Load what reads a whole job; a tenth of a second that the first paint must not wait for."""
        importlib.import_module("finetop.models")
        importlib.import_module("finetop.providers")  # they know what an API can do
        self._loaded = True

    @property
    def curves(self) -> Curves | None:
        """Everything measured of the job."""
        return self._beside.curves

    @property
    def events(self) -> LogSource | None:
        """The log of the job."""
        return None if self._row is None else log_of(self._store, [self._row])

    def look(self, row: JobRow | None) -> bool:
        """Read this job; True when it is another one than before."""
        before = self._row
        self._row = row
        self._job, self._raw = None, b""
        self._beside = Beside(curves=None if row is None else self._curves(row))
        if row is not None and self._loaded:
            self._read(row.key)
        self._judge()
        return (row.key if row is not None else None) != (before.key if before is not None else None)

    def _curves(self, row: JobRow) -> Curves | None:
        """Everything measured of it; None for a long job of which nothing was read yet: see `read_long`."""
        known = self._beside.curves
        is_known = known is not None and known.key == row.key
        if not is_known and (row.step or 0) > LONG:
            return None
        return self._store.events.curves(row.key, known if is_known else None)

    @property
    def is_unread(self) -> bool:
        """Whether `read_long` has yet to read what was measured."""
        return self._row is not None and self._beside.curves is None

    def read_long(self) -> tuple[JobKey, Curves] | None:
        """Read a job whose measurements take long; on another thread. `take_long` shows it."""
        row = self._row
        return None if row is None else (row.key, self._store.events.curves(row.key))

    def take_long(self, read: tuple[JobKey, Curves]) -> bool:
        """Have what was read, where it is still that job which is shown."""
        if self._row is None or self._row.key != read[0]:
            return False
        self._beside = replace(self._beside, curves=read[1])
        self._judge()
        return True

    def share(self, account: int, model: str, sharing: Sharing) -> None:
        """Keep what is known of who may use a model, until this screen ends."""
        self._sharing[account, model] = sharing

    def _read(self, key: JobKey) -> None:
        store = self._store
        job = self._job = store.jobs.get(key)
        self._raw = store.jobs.raw(key) or b""
        named = () if job is None else (*job.training_files, *job.validation_files, *job.result_files)
        known = (store.library.file(key.account, file.id) for file in named)
        here = (store.kept.of(key.account, file.id) for file in named)
        self._beside = replace(
            self._beside,
            files={file.id: file for file in known if file is not None},
            kept={file.file: file.path for file in here if file is not None},
            checkpoints=store.jobs.checkpoints(key) or (() if job is None else job.checkpoints),
            seen=[Seen(*sighting) for sighting in store.sightings.of(key)],
            said=store.events.edges(key),
            autos=frozenset() if job is None else self._autos(key, job),
            logged=store.events.count_to(key, COUNTED_TO),
        )

    def _judge(self) -> None:
        """What the overfit watch says of it."""
        curves, checkpoints = self._beside.curves, self._beside.checkpoints
        if curves is None:
            return
        # Training goes on by hundreds of steps between two checks; what is not new is the same series.
        checked = [series for name, series in curves.series.items() if name.startswith(_CHECKS)]
        before, then, verdict = self._judged
        is_same = len(before) == len(checked) and all(map(operator.is_, before, checked))
        if not is_same or not checked or then != checkpoints:
            verdict = judge_curves(curves, checkpoints)
            self._judged = (checked, checkpoints, verdict)
        self._beside = replace(self._beside, verdict=verdict)

    @property
    def verdict(self) -> Verdict | None:
        """What the overfit watch says of it."""
        return self._beside.verdict

    def _autos(self, key: JobKey, job: Job) -> frozenset[str]:
        """The settings left to the provider: those seen as `auto`, and those that our own create left out."""
        seen = self._store.sightings.chosen(key)
        made = self._store.journal.made(key)
        return seen if made is None else seen | left_to_provider(made.request, job.hyperparameters)

    def detail(
        self, now: float, glyphs: text.Glyphs, *, cannot: str = "", is_silent: bool = False
    ) -> DetailModel | None:
        """The facts as the detail pane shows them; `cannot` is why a key is grey.

        Of a job that nobody tells of any more it is unknown when it ends: `is_silent`.
        """
        row = self._row
        if row is None:
            return None
        if is_silent:
            row = row._replace(eta_s=None)
        sharing = None
        if self._loaded and row.fine_tuned_model and self._shares(row.profile):
            sharing = self._sharing.get((row.key.account, row.fine_tuned_model), Sharing())
        return detail_model(
            row,
            now=now,
            job=self._job,
            beside=replace(self._beside, sharing=sharing),
            raw=self._raw,
            cannot=cannot,
            glyphs=glyphs,
        )
