"""How long 100,000 archived jobs take to load, and in how much memory.

    python tests/benchmarks/archive.py [JOBS]

Each row is a process of its own that opens a session on the file, as the screen does, and ends once the
store holds every job. `again` is the next process on the same file, which has not changed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

JOBS = 100_000
BASE = "gpt-4o-mini-2024-07-18"


def raw(number: int) -> dict[str, Any]:
    """A job in OpenAI's words, of the usual length."""
    ended = number % 7 != 0
    return {
        "object": "fine_tuning.job",
        "id": f"ftjob-{number:024d}",
        "created_at": 1_700_000_000 + number,
        "finished_at": 1_700_003_600 + number,
        "fine_tuned_model": f"ft:{BASE}:acme:run-{number % 50}:A{number:08d}" if ended else None,
        "model": BASE,
        "organization_id": "org-acme0000000000000000000",
        "status": "succeeded" if ended else "failed",
        "training_file": "file-abc1230000000000000000",
        "validation_file": None,
        "result_files": ["file-res1230000000000000000"] if ended else [],
        "trained_tokens": 41_200 + number,
        "error": {} if ended else {"code": "invalid_training_file", "message": "line 17", "param": None},
        "method": {
            "type": "supervised",
            "supervised": {
                "hyperparameters": {"n_epochs": 3, "batch_size": 8, "learning_rate_multiplier": 1.8}
            },
        },
        "seed": number,
        "metadata": {"team": "support"},
    }


def write_lines(path: Path, count: int) -> Path:
    """As an API told them, one a line."""
    with path.open("w") as opened:
        for number in range(count):
            opened.write(json.dumps(raw(number)) + "\n")
    return path


def write_one_line(path: Path, count: int) -> Path:
    """The same as one JSON array in one line."""
    with path.open("w") as opened:
        for number in range(count):
            opened.write(("[" if not number else ", ") + json.dumps(raw(number)))
        opened.write("]\n")
    return path


def write_array(path: Path, count: int) -> Path:
    """The same as one JSON array over many lines."""
    with path.open("w") as opened:
        for number in range(count):
            opened.write(("[\n" if not number else ",\n") + json.dumps(raw(number), indent=1))
        opened.write("\n]\n")
    return path


def write_archive(path: Path, count: int) -> Path:
    """As `finetop archive` writes them, each with three events."""
    from finetop.archive import Fetched, Folder, Origin, Words
    from finetop.models import Event, Job

    with Folder(path, Origin("openai", "https://one.test/v1"), "one") as folder:
        for number in range(count):
            said = raw(number)
            events = tuple(
                (
                    Event(id=f"e{number}-{step}", created_at=step, message="Step"),
                    Words(b'{"object": "event"}'),
                )
                for step in range(3)
            )
            folder.draft.add(Fetched(Job.model_validate(said), Words.of(said), time.time(), events))
        folder.finish([raw(number)["id"] for number in reversed(range(count))], [], [])
    return path


def load(path: Path, home: Path, count: int) -> None:
    """Run in a process of its own: prints what it took."""
    from finetop.config import Paths, Profile
    from finetop.session import Session
    from finetop.store import Store

    began, cpu = time.perf_counter(), time.process_time()
    store = Store(Paths(home / "config.toml", home, home).store_file)
    session = Session(
        Paths(home / "config.toml", home, home),
        (Profile("past", dialect="archive", path=str(path)),),
        store,
        environ={},
    )
    session.start()
    account = session.accounts["past"]
    while not store.accounts.edition(account) or store.accounts.contact(account).state != "ok":
        time.sleep(0.02)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    assert store.jobs.counts()[account] == count
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    session.close()
    store.close()
    print(json.dumps({"seconds": took, "cpu_s": used, "peak_mb": peak_mb}))


def measured(path: Path, home: Path, count: int) -> dict[str, float]:
    command = [sys.executable, __file__, "load", str(path), str(home), str(count)]
    found: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return found


def main(count: int) -> None:
    """Print the table."""
    forms: dict[str, Callable[[Path, int], Path]] = {
        "archive": write_archive,
        "jobs.jsonl": write_lines,
        "jobs.json": write_array,
        "one line": write_one_line,
    }
    print(f"{count:,} jobs; target 30 s and 100 MB")
    print(f"{'file':12} {'size':>8} {'first s':>8} {'CPU s':>7} {'peak MB':>8} {'again s':>8} {'CPU s':>7}")
    with tempfile.TemporaryDirectory(prefix="finetop-bench-") as folder:
        for name, write in forms.items():
            path = write(Path(folder) / name, count)
            files = path.rglob("*") if path.is_dir() else [path]
            size_mb = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
            home = Path(folder) / f"home-{name}"
            first, again = measured(path, home, count), measured(path, home, count)
            print(
                f"{name:12} {size_mb:5.0f} MB {first['seconds']:8.1f} {first['cpu_s']:7.1f}"
                f" {first['peak_mb']:8.0f} {again['seconds']:8.2f} {again['cpu_s']:7.2f}"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        load(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else JOBS)
