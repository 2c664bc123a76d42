"""Jobs of the methods dpo and reinforcement, as any client would make and watch them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from server.method_lines import GRADER, pair, question
from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    from collections.abc import Callable


def lines(make: Callable[[int], dict[str, Any]], numbers: range) -> bytes:
    return "".join(json.dumps(make(number)) + "\n" for number in numbers).encode()


def metrics(server: RunningServer, job: dict[str, Any]) -> list[dict[str, Any]]:
    return [event["data"] for event in server.events(job["id"]) if event["type"] == "metrics"]


def result(server: RunningServer, job: dict[str, Any]) -> list[dict[str, str]]:
    file_id, *_ = job["result_files"]
    return list(csv.DictReader(io.StringIO(server.http.get(f"/files/{file_id}/content").text)))


@pytest.fixture(scope="module")
def preferred(server: RunningServer) -> dict[str, Any]:
    """A dpo job that has succeeded."""
    job = server.create(
        server.upload(lines(pair, range(20))),
        validation_file=server.upload(lines(pair, range(500, 505))),
        method={"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2, "batch_size": 4}}},
    )
    asked = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": "auto", "beta": "auto"}
    assert job["method"] == {"type": "dpo", "dpo": {"hyperparameters": asked}}
    return server.wait(job["id"])


@pytest.fixture(scope="module")
def rewarded(server: RunningServer) -> dict[str, Any]:
    """A reinforcement job that has succeeded."""
    reinforcement = {
        "grader": GRADER,
        "hyperparameters": {"n_epochs": 1, "batch_size": 2, "eval_interval": 4, "reasoning_effort": "low"},
        "response_format": {"type": "json_schema"},
    }
    job = server.create(
        server.upload(lines(question, range(12))),
        validation_file=server.upload(lines(question, range(3))),
        method={"type": "reinforcement", "reinforcement": reinforcement},
    )
    return server.wait(job["id"])


def test_a_preference_job_gives_back_its_method(preferred: dict[str, Any]) -> None:
    numbers = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.0, "beta": 0.1}
    assert preferred["status"] == "succeeded"
    assert preferred["method"] == {"type": "dpo", "dpo": {"hyperparameters": numbers}}
    assert preferred["hyperparameters"] == {}, "those beside the method are of supervised jobs"
    assert preferred["trained_tokens"] == 2 * sum(
        len(pair(number)[key][0]["content"])
        for number in range(20)
        for key in ("preferred_output", "non_preferred_output")
    )


def test_its_events_and_its_result_tell_losses_and_margins(
    server: RunningServer, preferred: dict[str, Any]
) -> None:
    told = metrics(server, preferred)
    assert (told[0]["step"], told[0]["train_loss"], told[0]["train_reward_margin"]) == (1, 0.69315, 0.0)
    assert told[-1]["full_valid_loss"] < 0.69
    assert {"full_valid_mean_token_accuracy", "full_valid_reward_margin"} <= set(told[-1])
    assert [float(row["train_loss"]) for row in result(server, preferred)] == [
        at["train_loss"] for at in told
    ]


def test_a_reinforcement_job_gives_back_grader_and_numbers(rewarded: dict[str, Any]) -> None:
    part = rewarded["method"]["reinforcement"]
    assert part["grader"] == GRADER
    assert part["response_format"] == {"type": "json_schema"}
    assert part["hyperparameters"] == {
        "n_epochs": 1,
        "batch_size": 2,
        "learning_rate_multiplier": 1.0,
        "reasoning_effort": "low",
        "compute_multiplier": 1.0,
        "eval_interval": 4,
        "eval_samples": 2,
    }
    assert rewarded["hyperparameters"] == {}


def test_its_events_tell_rewards_nested_and_flat(server: RunningServer, rewarded: dict[str, Any]) -> None:
    """As the hosted service does; what was not measured at a step is not there."""
    told = metrics(server, rewarded)
    assert [at["step"] for at in told] == [1, 2, 3, 4, 5, 6]
    for at in told:
        assert at["scores"]["train_reward_mean"] == at["train_mean_reward"]
        assert 0 <= at["train_mean_reward"] <= 1
        assert at["timing"]["step"]["full_iteration"] > 0
        assert "train_loss" not in at
    assert ["valid_reward_mean" in at["scores"] for at in told] == [False, False, False, True, False, True]
    assert "full_valid_mean_reward" in told[-1]
    messages = [event["message"] for event in server.events(rewarded["id"]) if event["type"] == "metrics"]
    assert messages[0].startswith("Step 1/6: training reward=")
    rows = result(server, rewarded)
    assert [float(row["train_reward_mean"]) for row in rows] == [at["train_mean_reward"] for at in told]
    (checkpoint,) = server.get(f"/fine_tuning/jobs/{rewarded['id']}/checkpoints")["data"]
    assert checkpoint["metrics"]["full_valid_mean_reward"] == told[-1]["full_valid_mean_reward"]
    assert all(isinstance(value, int | float) for value in checkpoint["metrics"].values())


def test_tuned_models_of_every_method_answer_and_can_be_tuned_again(
    server: RunningServer, preferred: dict[str, Any], rewarded: dict[str, Any]
) -> None:
    """A reward is learned best from a start that is tuned already."""
    for job in (preferred, rewarded):
        asked = {"model": job["fine_tuned_model"], "messages": [{"role": "user", "content": "Hello"}]}
        answer = server.http.post("/chat/completions", json=asked).json()
        assert answer["choices"][0]["message"]["content"]
    again = server.create(
        server.upload(lines(question, range(10))),
        model=preferred["fine_tuned_model"],
        method={
            "type": "reinforcement",
            "reinforcement": {"grader": GRADER, "hyperparameters": {"n_epochs": 1, "batch_size": 10}},
        },
    )
    assert server.wait(again["id"])["status"] == "succeeded"


@pytest.mark.parametrize(
    ("method", "content", "code"),
    [
        ({"type": "dpo"}, examples(12), "no_input"),
        ({"type": "reinforcement", "reinforcement": {"grader": GRADER}}, examples(12), "answer_given"),
        (
            {"type": "reinforcement", "reinforcement": {"grader": {**GRADER, "reference": "{{item.x}}"}}},
            lines(question, range(12)),
            "missing_item",
        ),
        ({"type": "supervised"}, lines(pair, range(12)), "no_messages"),
    ],
)
def test_a_file_of_another_kind_fails_the_job(
    server: RunningServer, method: dict[str, Any], content: bytes, code: str
) -> None:
    job = server.wait(server.create(server.upload(content), method=method)["id"])
    assert (job["status"], job["error"]["code"], job["error"]["param"]) == ("failed", code, "training_file")
    assert job["error"]["message"].startswith("line 1: ")


def test_a_grader_that_would_run_foreign_code_is_refused(server: RunningServer) -> None:
    body = {
        "model": "tiny-bytes-1",
        "training_file": server.upload(lines(question, range(12))),
        "method": {
            "type": "reinforcement",
            "reinforcement": {"grader": {"type": "python", "name": "mine", "source": "pass"}},
        },
    }
    refused = server.http.post("/fine_tuning/jobs", json=body)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "method.reinforcement.grader.type"
