"""Everything that is known of one job, read once from the store: for reports and for comparing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finetop.autos import left_to_provider
from finetop.stays import Seen, Stay, stays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from finetop.models import Checkpoint, File, Job
    from finetop.store import Store
    from finetop.store.rows import Curves, JobKey, JobRow


@dataclass(frozen=True, slots=True)
class Dossier:
    """One job, and what is known besides its provider's answer."""

    row: JobRow
    job: Job | None
    curves: Curves
    checkpoints: Sequence[Checkpoint] = ()
    files: Mapping[str, File] = field(default_factory=dict)
    """By their ids, as far as the provider has told of them."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of files whose bytes were here once, by their ids."""
    autos: AbstractSet[str] = frozenset()
    """The settings that were left to the provider."""
    states: Sequence[Stay] = ()
    """How long it was in each state."""

    def file(self, named: File) -> File:
        """What is known of a file that the job names."""
        return self.files.get(named.id, named)


def dossier(store: Store, key: JobKey, profile: str, *, now: float) -> Dossier | None:
    """What the store knows of a job; None where it knows none of it."""
    row = store.jobs.row(key, profile, now=now)
    if row is None:
        return None
    job = store.jobs.get(key)
    named = () if job is None else (*job.training_files, *job.validation_files, *job.result_files)
    known = (store.library.file(key.account, file.id) for file in named)
    made = store.journal.made(key)
    left = frozenset() if job is None or made is None else left_to_provider(made.request, job.hyperparameters)
    return Dossier(
        row,
        job,
        store.events.curves(key),
        store.jobs.checkpoints(key) or (() if job is None else job.checkpoints),
        {file.id: file for file in known if file is not None},
        store.library.hashes(key.account, [file.id for file in named]),
        store.sightings.chosen(key) | left,
        stays(
            row.status,
            created_at=row.created_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            seen=[Seen(*sighting) for sighting in store.sightings.of(key)],
            said=store.events.edges(key),
        ),
    )
