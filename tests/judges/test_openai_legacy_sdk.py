"""The SDK of 2023, which still knew the older API, drives a real server: its calls and its command line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.running_server import PATIENCE_S, RunningServer, serving

pytestmark = pytest.mark.judge

HOME = Path(__file__).parents[2] / ".judges" / "openai-legacy" / "bin"
STORY = Path(__file__).parent / "legacy" / "first_sdk.py"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """A server of this judge's own."""
    if not (HOME / "openai").exists():
        pytest.skip("openai 0.28.1 is installed by .ci/judges")
    with serving(tmp_path_factory.mktemp("judge") / "data") as running:
        yield running


def run(server: RunningServer, *words: str) -> str:
    """What a command of that environment prints."""
    done = subprocess.run(
        words,
        env={**os.environ, "OPENAI_API_BASE": server.url, "OPENAI_API_KEY": server.api_key},
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def found(server: RunningServer) -> dict[str, Any]:
    """What the SDK's story found."""
    found: dict[str, Any] = json.loads(run(server, str(HOME / "python"), str(STORY)))
    assert found["version"] == "0.28.1"
    return found


def test_a_fine_tune_is_made_followed_and_used(found: dict[str, Any]) -> None:
    """Its events are the same as a stream, as a list and in the object."""
    tuned = found["fine_tune"]
    assert tuned["kinds"] == ["FineTune", "fine-tune", "File"]
    assert tuned["status"] == ["pending", "succeeded"]
    assert tuned["streamed"] == tuned["listed"] == tuned["retrieved"]
    for message in ("Fine-tune enqueued. Queue number: 0", "Completed epoch 2/2", "Fine-tune succeeded"):
        assert message in tuned["streamed"]
    assert tuned["in_list"]
    assert tuned["file"] == "pairs.jsonl"
    assert tuned["result"].startswith("step,")


def test_a_stream_ends_with_its_cancelled_job(found: dict[str, Any]) -> None:
    """And a second cancel is an error that the SDK knows."""
    assert found["cancelled"] == {
        "last": "Fine-tune cancelled",
        "status": "cancelled",
        "again": ["InvalidRequestError", 400, "job_already_ended"],
    }


def test_its_own_view_of_todays_jobs(found: dict[str, Any]) -> None:
    """Created, paged through and cancelled."""
    assert found["job"] == {
        "status": ["succeeded", "cancelled"],
        "events": True,
        "ends": ["Created fine-tuning job", "The job has successfully completed"],
        "listed": True,
    }


def test_a_model_is_asked_and_deleted(found: dict[str, Any]) -> None:
    """Whole and streamed answers are the same."""
    asked = found["models"]
    assert asked["streamed"] == [asked["whole"]] * 2
    assert asked["whole"]
    assert asked["pieces"] > 10
    assert asked["deleted"] is True
    assert asked["gone"] == ["InvalidRequestError", 404, "model_not_found"]


def test_refusals_are_its_own_errors(found: dict[str, Any]) -> None:
    """With status and code."""
    assert found["refusals"] == {
        "job": ["InvalidRequestError", 404, "fine_tune_not_found"],
        "model": ["InvalidRequestError", 404, "model_not_found"],
        "file": ["InvalidRequestError", 400, "file_not_found"],
        "stream": ["InvalidRequestError", 404, "fine_tune_not_found"],
        "key": ["AuthenticationError", 401, None],  # it keeps no code of these
    }


def test_its_command_line_follows_a_job(server: RunningServer, tmp_path: Path) -> None:
    """As its users did it: create from a file, watch until the end, look at the results."""
    training = tmp_path / "pairs.jsonl"
    lines = [{"prompt": f"Say {number}.", "completion": f"It is {number}."} for number in range(12)]
    training.write_text("".join(json.dumps(line) + "\n" for line in lines))
    openai = (str(HOME / "python"), str(HOME / "openai"), "api")
    said = run(server, *openai, "fine_tunes.create", "-t", str(training), "--n_epochs", "2")
    assert "Completed epoch 2/2" in said
    assert "Job complete! Status: succeeded" in said
    [job] = [line.split()[-1] for line in said.splitlines() if line.startswith("Created fine-tune: ft-")]
    followed = run(server, *openai, "fine_tunes.follow", "-i", job)
    assert "Fine-tune succeeded" in followed
    assert run(server, *openai, "fine_tunes.results", "-i", job).startswith("step,")
    assert job in run(server, *openai, "fine_tunes.list")
