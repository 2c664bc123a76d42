"""Everything known of one job, as reports and comparisons read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.dossier import dossier
from finetop.models import File, Job
from finetop.store import JobKey, Store
from finetop.store.kept import Kept

if TYPE_CHECKING:
    from pathlib import Path

KEY = JobKey(1, "ftjob-1")


def test_a_job_with_its_files_and_what_they_hold(tmp_path: Path) -> None:
    """Hashes are known of what was sent from here and of what was brought here, and of nothing else."""
    store = Store(tmp_path / "finetop.db")
    account = store.accounts.ensure(dialect="openai", base_url="https://one.test/v1")
    raw = {
        "id": KEY.id,
        "object": "fine_tuning.job",
        "status": "succeeded",
        "model": "gpt-4o-mini",
        "created_at": 1000,
        "finished_at": 1600,
        "training_file": "file-train",
        "validation_file": "file-valid",
        "result_files": ["file-result"],
        "hyperparameters": {"n_epochs": "auto"},
    }
    store.jobs.save(account, [(Job.model_validate(raw), b"{}")], store.ask())
    store.library.save_files(account, [File(id="file-train", filename="train.jsonl")])
    store.library.note_file_hash(account, "file-train", "aa")
    store.kept.save(account, Kept(KEY.id, "file-result", "there", 3, "bb", 1.0))
    found = dossier(store, KEY, "mine", now=2000.0)
    assert found is not None
    assert found.job is not None
    assert found.row.profile == "mine"
    assert [found.file(file).filename for file in found.job.training_files] == ["train.jsonl"]
    assert found.file(found.job.validation_files[0]).filename is None
    assert found.hashes == {"file-train": "aa", "file-result": "bb"}
    assert found.autos == {"n_epochs"}
    assert [stay.until for stay in found.states][-1] == 1600
    assert dossier(store, JobKey(account, "another"), "mine", now=2000.0) is None
    store.close()
