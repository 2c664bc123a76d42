"""Values: every spelling folded into one, nothing refused that has an id, and back from our own form."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from finetop.models import (
    MARKER,
    STATUS_WORDS,
    Checkpoint,
    Event,
    Integration,
    Job,
    JobRequest,
    JobStatus,
    Metric,
    sound,
    to_count,
    to_number,
    to_text,
    to_time,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def job(**fields: Any) -> Job:
    return Job.model_validate({"id": "j", **fields})


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (1767225600, 1767225600.0),
        (1767225600.5, 1767225600.5),
        ("1767225600", 1767225600.0),
        (1767225600000, 1767225600.0),
        ("2026-01-01T00:00:00Z", 1767225600.0),
        ("2026-01-01T02:00:00+02:00", 1767225600.0),
        ("2026-01-01T00:00:00", 1767225600.0),
        (0, None),
        (-5, None),
        (1e15, None),
        (None, None),
        ("", None),
        ("soon", None),
        (True, None),
        ([5], None),
        (float("inf"), None),
        ("nan", None),
    ],
)
def test_times(said: object, seconds: float | None) -> None:
    assert to_time(said) == seconds


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (1, 1.0),
        (3_000_000_000, 3e9),
        ("2.5", 2.5),
        ("-1e3", -1000.0),
        (True, None),
        ("x", None),
        ({}, None),
        (10**400, None),
    ],
)
def test_numbers(said: object, number: float | None) -> None:
    assert to_number(said) == number


def test_counts_and_texts() -> None:
    assert [to_count(value) for value in (3.0, "4", None, "x", float("nan"))] == [3, 4, None, None, None]
    assert [to_text(value) for value in ("a", "", 5, None)] == ["a", None, None, None]


WORDS = {
    "checking": "validating_files VALIDATING JOB_STATE_VALIDATING loading_model loading_dataset",
    "queued": "queued pending created QUEUED PENDING QUEUING STARTED notRunning JOB_STATE_CREATING"
    " JOB_STATE_PENDING VALIDATED",
    "running": "running RUNNING training compressing uploading saving JOB_STATE_RUNNING"
    " JOB_STATE_WRITING_RESULTS JOB_STATE_EVALUATION JOB_STATE_ROLLOUT",
    "stopping": "cancel_requested CANCELLATION_REQUESTED CANCELING pausing JOB_STATE_DELETING",
    "paused": "paused Paused",
    "succeeded": "succeeded SUCCESS SUCCEEDED completed JOB_STATE_COMPLETED",
    "failed": "failed FAILED FAILED_VALIDATION error user_error JOB_STATE_FAILED",
    "cancelled": "cancelled canceled CANCELED CANCELLED stopped JOB_STATE_CANCELLED",
}


@pytest.mark.parametrize(
    ("status", "word"), [(status, word) for status, words in WORDS.items() for word in words.split()]
)
def test_every_word_of_every_provider_has_its_status(status: str, word: str) -> None:
    found = job(status=word)
    assert (found.status, found.raw_status) == (status, word)
    assert found.status.is_final == (status in {"succeeded", "failed", "cancelled"})


@pytest.mark.parametrize("word", STATUS_WORDS)
def test_a_word_means_the_same_in_any_case(word: str) -> None:
    assert job(status=word.upper()).status == job(status=word).status == STATUS_WORDS[word]


@pytest.mark.parametrize("word", ["teleported", "", None, 7, ["running"]])
def test_an_unknown_word_is_kept_and_never_final(word: Any) -> None:
    found = job(status=word)
    assert found.status is JobStatus.UNKNOWN
    assert not found.status.is_final
    assert found.raw_status == (word if isinstance(word, str) else "")


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ({"training_file": "file-1"}, ["file-1"]),
        ({"training_file": {"id": "file-2", "bytes": 3}}, ["file-2"]),
        ({"training_file": ["file-3"]}, ["file-3"]),
        ({"training_files": [{"id": "file-4"}, "file-5"]}, ["file-4", "file-5"]),
        ({"training_file": ""}, []),
        ({"training_file": None}, []),
        ({"trainingFile": "s3://bucket/a.jsonl"}, ["s3://bucket/a.jsonl"]),
        ({"training_files": [{"file_id": "file-6", "weight": 1}]}, ["file-6"]),
        ({"training_file": {"filename": "no id"}}, ["no id"]),
        ({}, []),
    ],
)
def test_files_from_ids_or_objects(said: dict[str, Any], ids: list[str]) -> None:
    assert [file.id for file in job(**said).training_files] == ids


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (None, None),
        ({}, None),
        ({"code": None, "message": None, "param": None}, None),
        ("plain words", "plain words"),
        ({"code": "bad", "message": "line 17"}, "line 17"),
        ({"code": 400, "message": "line 18"}, "line 18"),
    ],
)
def test_an_error_that_says_nothing_is_none(said: Any, message: str | None) -> None:
    error = job(error=said).error
    assert (None if error is None else error.message) == message


@pytest.mark.parametrize(
    ("said", "method", "hyperparameters"),
    [
        ({"hyperparameters": {"n_epochs": "auto"}}, "supervised", {"n_epochs": "auto"}),
        (
            {"hyperparameters": None, "method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}},
            "dpo",
            {"beta": 0.1},
        ),
        (
            {"object": "fine-tune", "hyperparams": {"n_epochs": 4, "x": [1]}},
            "legacy",
            {"n_epochs": 4, "x": "1"},
        ),
        (
            {
                "hyperparameters": {"n_epochs": 3},
                "method": {
                    "type": "supervised",
                    "supervised": {"hyperparameters": {"n_epochs": None, "batch_size": 2}},
                },
            },
            "supervised",
            {"n_epochs": 3, "batch_size": 2},
        ),
        ({"method": {"type": "novel", "novel": 5}}, "novel", {}),
        ({"method": "text"}, "text", {}),
        ({"method": 5}, "5", {}),
        ({"method": {"dpo": {"hyperparameters": {"beta": "0.2"}}}}, "dpo", {"beta": 0.2}),
        (
            {"hyperparameters": {"nEpochs": "3", "BatchSize": -1, "learningratemultiplier": 1.5}},
            "supervised",
            {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 1.5},
        ),
        (
            {"hyperparameters": {"packing": True, "lora": False, "n_epochs": 1}},
            "supervised",
            {"packing": True, "lora": False, "n_epochs": 1},
        ),
        ({"object": "fine-tune", "n_epochs": 4}, "legacy", {"n_epochs": 4}),
    ],
)
def test_hyperparameters_wherever_they_are(
    said: dict[str, Any], method: str, hyperparameters: dict[str, Any]
) -> None:
    found = job(**said)
    assert (found.method, found.hyperparameters) == (method, hyperparameters)


def test_a_setting_that_is_a_switch_stays_one() -> None:
    found = job(hyperparameters={"packing": True, "n_epochs": 1}).hyperparameters
    assert [type(value) for value in found.values()] == [bool, int]
    again = Job.model_validate_json(job(hyperparameters={"packing": True}).model_dump_json())
    assert again.hyperparameters["packing"] is True


def test_the_marker_is_never_shown_as_the_users_own() -> None:
    found = job(metadata={MARKER: "uuid", "cost": 5})
    assert (found.marker, found.user_metadata) == ("uuid", {"cost": "5"})
    assert (job().marker, job(metadata="odd").user_metadata) == (None, {})


def test_a_legacy_job_ends_with_its_last_update() -> None:
    assert job(object="fine-tune", status="succeeded", updated_at=50).ended_at == 50
    assert job(object="fine-tune", status="running", updated_at=50).ended_at is None


@given(
    st.dictionaries(
        st.sampled_from(
            [*sorted(Job.model_fields), "object", "training_file", "hyperparams", "user_provided_suffix"]
        ),
        ANYTHING,
    )
)
def test_a_job_that_can_be_read_comes_back_equal_from_our_own_form(fields: dict[str, Any]) -> None:
    fields.pop("raw_status", None)
    try:
        found = Job.model_validate({**fields, "id": "j"})
    except ValidationError:
        return  # told as unreadable, which the providers' tests cover
    assert Job.model_validate_json(found.model_dump_json()) == found


@given(ANYTHING)
def test_what_is_sound_is_strict_json_and_stays_itself(value: Any) -> None:
    """Lists are made of thousands of such values: what needs no mending is not copied either."""
    found = sound(value)
    json.dumps(found, allow_nan=False).encode()
    assert sound(found) is found


@pytest.mark.parametrize("id_", [None, "", 5, ["j"]])
def test_without_an_id_there_is_no_job(id_: Any) -> None:
    with pytest.raises(ValidationError):
        Job.model_validate({"id": id_})


@pytest.mark.parametrize(
    ("said", "metric"),
    [
        ({"data": {"step": 3, "train_loss": "0.5"}}, Metric(step=3, values={"train_loss": 0.5})),
        (
            {"data": {"step": 3, "train_loss": float("nan"), "lr": 0.1}},
            Metric(step=3, values={"train_loss": float("nan"), "rate": 0.1}),
        ),
        ({"data": {"step": 3, "train_loss": "-inf"}}, Metric(step=3, values={"train_loss": -math.inf})),
        ({"data": {"step": 3, "train_loss": None, "valid_loss": "", "lr": True}}, Metric(step=3)),
        (
            {
                "data": {
                    "current_steps": 10,
                    "total_steps": 90,
                    "epoch": "0.33",
                    "loss": "1.83",
                    "acc": "0.52",
                }
            },
            Metric(step=10, total_steps=90, epoch=0.33, values={"train_loss": 1.83, "train_accuracy": 0.52}),
        ),
        (
            {
                "data": {
                    "current_steps": 10,
                    "eval_loss": "1.9",
                    "eval_acc": "0.5",
                    "remaining_time": "0:09:20",
                }
            },
            Metric(step=10, values={"valid_loss": 1.9, "valid_accuracy": 0.5}, left_s=560),
        ),
        (
            {
                "data": {
                    "current_step": 12,
                    "loss": 2.5,
                    "eval_loss": 0,
                    "grad_norm": 1.4,
                    "eta_seconds": 41.5,
                }
            },
            Metric(step=12, values={"train_loss": 2.5, "grad_norm": 1.4}, left_s=41.5),
        ),
        (
            {
                "data": {
                    "step": 10,
                    "scores": {"train_reward_mean": 0.4, "valid_reward_mean": 0.6, "graders": [{"x": 1}]},
                    "usage": {"samples": {"train_reasoning_tokens_mean": 2210.5}},
                    "timing": {"step": {"full_iteration": 66.5}},
                }
            },
            Metric(
                step=10,
                values={"train_reward": 0.4, "valid_reward": 0.6, "train_reasoning_tokens": 2210.5},
                step_s=66.5,
            ),
        ),
        (
            {"data": {"step": 5, "train_mean_reward": 0.4, "full_valid_mean_reward": 0.5}},
            Metric(step=5, values={"train_reward": 0.4, "full_valid_reward": 0.5}),
        ),
        (
            {"message": "Step 8/9: training loss=0.39, validation loss=0.48, full validation loss=0.50"},
            Metric(
                step=8,
                total_steps=9,
                values={"train_loss": 0.39, "valid_loss": 0.48, "full_valid_loss": 0.5},
            ),
        ),
        (
            {"message": "Step 4/20 , train mean reward=0.44, full validation mean reward=0.61"},
            Metric(step=4, total_steps=20, values={"train_reward": 0.44, "full_valid_reward": 0.61}),
        ),
        (
            {"data": {"step": 1, "training_loss": 2, "validation_loss": 3}},
            Metric(step=1, values={"train_loss": 2, "valid_loss": 3}),
        ),
        ({"data": {"step": 2, "epoch": 0.5, "total_steps": "9"}}, Metric(step=2, epoch=0.5, total_steps=9)),
        (
            {"message": "Step 7/9: training loss=1.5e-1"},
            Metric(step=7, total_steps=9, values={"train_loss": 0.15}),
        ),
        ({"message": "Step 7: training loss=nan"}, Metric(step=7, values={"train_loss": math.nan})),
        ({"message": "Step on it"}, None),
        ({"data": {"train_loss": 1}}, None),
        ({"data": "text", "message": None}, None),
    ],
)
def test_measurements_from_data_or_text(said: dict[str, Any], metric: Metric | None) -> None:
    # By their words, for nan is not equal to itself.
    assert repr(Metric.from_event(Event.model_validate(said))) == repr(metric)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_no_data_is_too_odd_for_a_measurement(step: Any, loss: Any, total: Any) -> None:
    event = Event(data={"step": step, "train_loss": loss, "total_steps": total})
    found = Metric.from_event(event)
    assert found is None or isinstance(found.step, int)


def test_checkpoints_keep_what_is_a_number() -> None:
    found = Checkpoint.model_validate(
        {
            "id": "c",
            "step_number": "4",
            "metrics": {"train_mean_token_accuracy": 1, "valid_loss": None, "odd": 2},
        }
    )
    assert (found.step_number, found.metrics) == (4, {"train_accuracy": 1.0, "odd": 2.0})
    assert Checkpoint.model_validate({"id": "c", "metrics": None}).metrics == {}


def test_integrations_keep_their_settings_and_come_back() -> None:
    found = Integration.model_validate({"type": "wandb", "wandb": {"project": "p", "tags": None}})
    assert found == Integration(type="wandb", settings={"project": "p", "tags": None})
    assert Integration.model_validate_json(found.model_dump_json()) == found


def test_a_request_leaves_out_what_is_not_set() -> None:
    full = JobRequest(
        model="m",
        training_file="t",
        validation_file="v",
        hyperparameters={"n_epochs": 2},
        suffix="s",
        seed=0,
        metadata={"a": "b"},
        integrations=(Integration(type="wandb", settings={"project": "p"}),),
    )
    assert full.body() == {
        "model": "m",
        "training_file": "t",
        "validation_file": "v",
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}},
        "suffix": "s",
        "seed": 0,
        "metadata": {"a": "b"},
        "integrations": [{"type": "wandb", "wandb": {"project": "p"}}],
    }
    assert set(JobRequest(model="m", training_file="t").body()) == {"model", "training_file", "method"}
