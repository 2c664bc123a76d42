"""A process that saves an account is killed twice on the way, and the third finds nothing amiss."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.conftest import KEY, Door
from commands import finetop, kill, start
from finetop.archive import verify

LINES = ("jobs.jsonl", "events.jsonl", "checkpoints.jsonl", "metrics.jsonl")


@pytest.mark.engine
def test_two_kills_on_the_way_change_nothing(address: str, door: Door, kept: Path, tmp_path: Path) -> None:
    """Nothing twice and nothing missing: all lines are those of a run that nobody disturbed."""
    settings = tmp_path / "config.toml"
    settings.write_text(f'[profiles.museum]\nbase_url = "{address}"\nkey_env = "MUSEUM_KEY"\n')
    environ = {"FINETOP_CONFIG": str(settings), "MUSEUM_KEY": KEY}
    folder = tmp_path / "saved"
    saved = []
    for questions in (12, 15):
        with door.shut_after(questions) as wait:
            process = start("archive", folder, **environ)
            wait()
            kill(process.pid)
            process.communicate()
        assert not (folder / "manifest.json").exists()
        saved.append((folder / "unfinished" / "jobs.jsonl").read_bytes().count(b"\n"))
    assert 0 < saved[0] < saved[1]
    done = finetop("archive", folder, **environ)
    assert done.code == 0, done.err
    assert "Jobs         15" in done.out
    assert verify(folder).findings == ()
    assert not (folder / "unfinished").exists()
    assert _lines(folder) == _lines(kept)
    assert {path.name for path in (folder / "files").iterdir()} == {
        path.name for path in (kept / "files").iterdir()
    }


def _lines(folder: Path) -> dict[str, list[str]]:
    """All lines in some order, but for when each job was fetched."""
    found = {name: sorted((folder / name).read_text("utf-8").splitlines()) for name in LINES}
    jobs = [re.sub(r'"archived_at": [\d.]+', "", line) for line in found["jobs.jsonl"]]
    return found | {"jobs.jsonl": jobs}
