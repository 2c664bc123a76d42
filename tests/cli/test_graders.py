"""`finetop graders` and `finetop permissions`, at the real server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import here

GRADER = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.label}}",
    "operation": "eq",
}


@pytest.fixture
def grader(tmp_path: Path) -> Path:
    file = tmp_path / "grader.json"
    file.write_text(json.dumps(GRADER))
    return file


def test_a_grader_is_understood_before_a_job_is_paid_for(mine: dict[str, str], grader: Path) -> None:
    assert here("graders", "validate", grader, "--json", **mine).json == GRADER
    grader.write_text(json.dumps({**GRADER, "operation": "resembles"}))
    refused = here("graders", "validate", grader, **mine)
    assert (refused.code, refused.out) == (3, "")
    assert "operation" in refused.err


@pytest.mark.parametrize(("answer", "reward"), [("Paris", 1), ("London", 0)])
def test_one_answer_is_judged(mine: dict[str, str], grader: Path, answer: str, reward: float) -> None:
    run = ("graders", "run", grader, "--answer", answer, "--item", '{"label": "Paris"}')
    assert here(*run, "--json", **mine).json["reward"] == reward
    assert here(*run, **mine).out.split() == ["Reward", str(reward)]


@pytest.mark.parametrize("item", ["label", "[1]"])
def test_a_line_that_is_none(mine: dict[str, str], grader: Path, item: str) -> None:
    done = here("graders", "run", grader, "--answer", "Paris", "--item", item, **mine)
    assert done.code == 2
    assert "--item is not" in done.err


def test_a_checkpoint_is_shared_and_taken_back(mine: dict[str, str], good: Path) -> None:
    job = here("jobs", "create", good, "--model", "tiny-bytes-1", "--epochs", 1, "--wait", "--json", **mine)
    name = job.json["fine_tuned_model"]
    given = here("permissions", "add", name, "proj_a", "proj_b", "--json", **mine).json
    assert {one["project_id"] for one in given} == {"proj_a", "proj_b"}
    (only,) = here("permissions", "list", name, "--project", "proj_a", "--json", **mine).json
    assert here("permissions", "remove", name, only["id"], **mine).code == 0
    assert "proj_b" in (listed := here("permissions", "list", name, **mine).out)
    assert "proj_a" not in listed
