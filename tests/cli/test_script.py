"""A shell script as a person writes one: it creates, waits, branches on the exit code, brings the results."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import examples, here

SCRIPT = Path(__file__).with_name("overnight.sh")


@pytest.fixture
def shell(mine: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """An environment in which a shell finds `finetop`."""
    program = tmp_path / "bin" / "finetop"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m finetop "$@"\n')
    program.chmod(0o755)
    return {**os.environ, **mine, "PATH": f"{program.parent}:{os.environ['PATH']}"}


def overnight(shell: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", SCRIPT, *map(str, words)],
        env=shell,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_job_that_succeeds_brings_its_results(shell: dict[str, str], good: Path, tmp_path: Path) -> None:
    """What it learned lies in the folder, and the model is named."""
    folder = tmp_path / "results"
    folder.mkdir()
    done = overnight(shell, good, folder, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    _, results, losses, model = done.stdout.splitlines()
    found = [Path(line.removeprefix("results ")) for line in (results, losses)]
    assert set(folder.iterdir()) == set(found)
    assert [file.read_text().split(",")[0] for file in found] == ["step", "split"]
    assert model.startswith("model ft:tiny-bytes-1:local:overnight:")


@pytest.mark.engine
def test_a_job_that_fails_says_why(shell: dict[str, str], tmp_path: Path) -> None:
    """The code is that of the job, and nothing is brought."""
    done = overnight(shell, examples(tmp_path / "bad.jsonl", 20, bad_line=17), tmp_path)
    assert done.returncode == 1, done.stderr
    assert "failed: " in done.stdout
    assert "line 17: no assistant message" in done.stdout


@pytest.mark.engine
def test_a_job_that_takes_too_long_is_given_up(
    shell: dict[str, str], mine: dict[str, str], tmp_path: Path
) -> None:
    """Cancelled at the provider, too."""
    long = examples(tmp_path / "long.jsonl", 300)
    done = overnight({**shell, "PATIENCE": "1s"}, long, tmp_path, "--epochs", 50, "--batch-size", 1)
    assert done.returncode == 75, done.stderr
    started, said = done.stdout.splitlines()
    assert said == "still at it"
    job_id = started.removeprefix("started ")
    assert here("jobs", "get", job_id, "--field", "status", **mine).out == "cancelled\n"
