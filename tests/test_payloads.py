"""Replies of every provider and of every kind, each read as what it says."""

from __future__ import annotations

import json
import math
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from finetop.models import Checkpoint, Event, File, Job, Metric, Model, Permission, Upload
from finetop.providers.reading import read_any, read_event, read_job, read_one

PAYLOADS = Path(__file__).parent / "payloads"
T = 1_802_000_000


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text("utf-8"))


def has(value: object, expected: dict[str, Any]) -> None:
    """The value says this, attribute by attribute; `a.b` reaches inside."""
    assert {name: attrgetter(name)(value) for name in expected} == expected


JOBS: dict[str, dict[str, Any]] = {
    "openai/job_validating.json": {"status": "checking", "raw_status": "validating_files", "error": None},
    "openai/job_queued.json": {"status": "queued", "user_metadata": {"crew": "herds"}, "seed": 90125},
    "openai/job_running.json": {
        "name": "herds-2",
        "estimated_finish": T + 1800,
        "hyperparameters": {"n_epochs": 2, "batch_size": 6, "learning_rate_multiplier": 0.8},
        "validation_files": (File(id="file-Grass2"),),
        "finished_at": None,
    },
    "openai/job_running_dpo.json": {
        "method": "dpo",
        "hyperparameters": {"beta": 0.25, "n_epochs": 3, "batch_size": "auto"},
        "grader": None,
    },
    "openai/job_running_rft.json": {
        "method": "reinforcement",
        "eval_id": "eval_Herds9",
        "error": None,
        "response_format": None,
        "hyperparameters": {
            "n_epochs": "auto",
            "batch_size": 12,
            "reasoning_effort": "low",
            "compute_multiplier": 1.5,
            "eval_interval": 4,
            "eval_samples": 3,
        },
    },
    "openai/job_paused.json": {"status": "paused", "status.is_final": False, "method": "reinforcement"},
    "openai/job_succeeded.json": {
        "status": "succeeded",
        "ended_at": T + 2400,
        "trained_tokens": 5_000_000_000,
        "result_files": (File(id="file-Hay1"),),
        "fine_tuned_model": "ft:gpt-4.1-nano-2025-04-14:savanna:herds-1:Zz81Ab",
    },
    "openai/job_failed.json": {
        "status": "failed",
        "error.code": "invalid_training_file",
        "error.message": "Example 9 ends without an answer.",
        "error.param": "training_file",
    },
    "openai/job_cancelled.json": {"status": "cancelled", "ended_at": T + 600},
    "openai/job_new_state.json": {"status": "unknown", "raw_status": "marinating", "status.is_final": False},
    "openai/job_of_2023.json": {
        "method": "supervised",
        "seed": None,
        "hyperparameters": {"n_epochs": 4},
        "trained_tokens": 8000,
    },
    "legacy/job.json": {
        "is_legacy": True,
        "method": "legacy",
        "status": "running",
        "ended_at": None,
        "updated_at": 1_670_000_500,
    },
    "providers/azure_job.json": {
        "status": "queued",
        "organization_id": None,
        "hyperparameters": {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": 2},
        "training_files": (File(id="https://store.example.invalid/a.jsonl"),),
        "result_files": (),
        "suffix": "herds",
    },
    "providers/together_job.json": {
        "id": "ft-77-rhino",
        "status": "running",
        "created_at": 1_801_974_400,
        "method": "dpo",
        "fine_tuned_model": "savanna/Llama-3-8B-herds",
        "validation_files": (),
        "trained_steps": 50,
        "total_steps": 200,
        "seconds_left": 720.5,
        "queue_position": None,
        "cost": 2.5,
        "currency": "USD",
        "hyperparameters": {
            "n_epochs": 3,
            "batch_size": "max",
            "learning_rate": 2e-05,
            "warmup_ratio": 0.1,
            "adapter": "Lora",
            "lora_r": 16,
        },
    },
    "providers/mistral_job.json": {
        "status": "stopping",
        "updated_at": T + 40,
        "training_files": (File(id="d1"), File(id="d2")),
        "total_steps": 30,
        "cost": 4.5,
        "currency": "EUR",
        "metadata": {"expected_duration_seconds": "90", "cost": "4.5", "cost_currency": "EUR"},
        "checkpoints": (
            Checkpoint(id="step-10", step_number=10, created_at=T + 60, metrics={"train_loss": 0.5}),
        ),
    },
    "providers/fireworks_job.json": {
        "id": "accounts/savanna/supervisedFineTuningJobs/sft-zebra",
        "name": "herds",
        "status": "running",
        "model": "accounts/fireworks/models/llama-8b",
        "fine_tuned_model": "accounts/savanna/models/herds-ft",
        "training_files": (File(id="accounts/savanna/datasets/herds"),),
        "validation_files": (),
        "percent_done": 75,
        "epochs_done": 1,
        "cost": 1.5,
        "error": None,
        "hyperparameters": {"n_epochs": 2, "learning_rate": 0.0003, "context_length": 4096, "lora_r": 4},
    },
    "providers/nebius_job.json": {
        "finished_at": None,
        "organization_id": None,
        "trained_steps": 12,
        "total_steps": 48,
        "hyperparameters": {
            "batch_size": 4,
            "learning_rate": 2e-05,
            "n_epochs": 2,
            "packing": True,
            "lora": False,
            "lora_dropout": 0,
        },
    },
    "providers/zhipu_job.json": {"created_at": T, "status": "running", "hyperparameters": {"n_epochs": 2}},
    "providers/dashscope_job.json": {
        "id": "ft-202702070826-9ab1",
        "name": "herds",
        "status": "stopping",
        "method": "supervised",
        "training_files": (File(id="976-a"),),
        "hyperparameters": {"n_epochs": 2, "batch_size": 16, "learning_rate": 2.5e-05, "split": 0.8},
    },
    "providers/groq_job.json": {
        "status": "unknown",
        "raw_status": "",
        "name": "herds",
        "model": "llama-3.1-8b",
        "training_files": (File(id="file_lion"),),
    },
    "providers/localai_job.json": {
        "status": "failed",
        "error.message": "CUDA ran out of memory",
        "training_files": (File(id="savanna/herds"),),
        "method": "supervised",
        "hyperparameters": {"n_epochs": 2, "batch_size": 1, "learning_rate": 0.0002, "lora_r": 8},
    },
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_of_any_provider_is_read(name: str) -> None:
    found, raw = read_job(payload(name))
    assert found.unreadable is None
    has(found, JOBS[name])
    assert json.loads(raw) == payload(name)
    assert Job.model_validate_json(found.model_dump_json()) == found


def test_third_parties_are_named_and_their_keys_left_out() -> None:
    running, _ = read_job(payload("openai/job_running.json"))
    assert running.integrations[0].settings["run_id"] == "ftjob-Acacia03"
    flat, _ = read_job(payload("providers/mistral_job.json"))
    assert (flat.integrations[0].type, flat.integrations[0].settings) == ("wandb", {"project": "herds"})


def test_a_grader_is_kept_as_it_came() -> None:
    raw = payload("openai/job_running_rft.json")
    assert read_job(raw)[0].grader == raw["method"]["reinforcement"]["grader"]


def test_legacy_jobs_of_a_list() -> None:
    jobs = [read_job(item)[0] for item in payload("legacy/list.json")["data"]]
    assert [job.status.value for job in jobs] == [
        "queued",
        "running",
        "succeeded",
        "failed",
        "cancelled",
        "succeeded",
    ]
    assert (jobs[2].name, jobs[2].ended_at) == ("zoo", 1_670_000_500)
    assert (jobs[2].result_files[0].filename, jobs[2].result_files[0].size_bytes) == (
        "compiled_results.csv",
        700,
    )
    assert jobs[0].hyperparameters["batch_size"] is None
    assert jobs[5].hyperparameters == {
        "n_epochs": 3,
        "compute_classification_metrics": True,
        "classification_n_classes": 4,
        "classification_positive_class": "1",
        "classification_betas": "0.5, 1",
    }


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "openai/events_supervised.json",
            [("ftev-9", "info"), ("ftev-8", "info"), ("ftev-7", "warn"), ("ftev-6", "info")],
        ),
        ("providers/together_events.json", [("-901", "info"), ("-902", "warn")]),
        ("legacy/job.json", [(None, "info")] * 3),
    ],
)
def test_events_of_any_provider(name: str, lines: list[tuple[str | None, str]]) -> None:
    body = payload(name)
    events = [read_event(item) for item in body.get("data", body.get("events"))]
    assert [(event.id, event.level) for event in events] == lines
    assert all(event.created_at and event.message for event in events)


def test_an_event_with_a_name_and_facts_is_a_sentence() -> None:
    (event,) = read_job(payload("providers/mistral_job.json"))[0].events
    assert event.message == "status-updated: status RUNNING"


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        (
            "openai/events_supervised.json",
            [
                Metric(
                    step=2,
                    total_steps=2,
                    values={
                        "train_loss": 0.5,
                        "train_accuracy": 0.875,
                        "valid_loss": 0.75,
                        "valid_accuracy": 0.8,
                        "full_valid_loss": 0.7,
                        "full_valid_accuracy": 0.85,
                    },
                ),
                Metric(step=1, total_steps=2, values={"train_loss": 1.25}),
                None,
                None,
            ],
        ),
        (
            "openai/events_reinforcement.json",
            [
                Metric(
                    step=4,
                    total_steps=16,
                    values={
                        "train_reward": 0.25,
                        "full_valid_reward": 0.375,
                        "completion_tokens": 950,
                        "unresponsive_rewards": 0,
                        "valid_reward": 0.375,
                        "train_reasoning_tokens": 900.5,
                    },
                    step_s=60.5,
                )
            ],
        ),
        (
            "providers/zhipu_events.json",
            [
                Metric(
                    step=5,
                    total_steps=20,
                    epoch=0.5,
                    values={
                        "train_loss": 1.5,
                        "valid_loss": 1.75,
                        "train_accuracy": 0.5,
                        "valid_accuracy": 0.25,
                        "rate": 0.0002,
                    },
                    left_s=90,
                )
            ],
        ),
    ],
)
def test_measurements_of_any_provider(name: str, metrics: list[Metric | None]) -> None:
    assert [Metric.from_event(read_event(item)) for item in payload(name)["data"]] == metrics


def test_progress_of_localai_is_a_measurement() -> None:
    assert Metric.from_event(Event(data=payload("providers/localai_progress.json"))) == Metric(
        step=6,
        total_steps=60,
        epoch=0.1,
        values={"train_loss": 2.25, "rate": 0.0002, "grad_norm": 1.5},
        left_s=300.5,
    )


def test_what_cannot_be_read_of_a_list_stays_and_says_why() -> None:
    def read(kind: Any, name: str) -> list[Any]:
        return [read_any(kind)(item) for item in payload(name)["data"]]

    points = read(Checkpoint, "openai/checkpoints.json")
    assert [(point.id, point.step_number) for point in points[:2]] == [("ck-2", 40), ("ck-1", 20)]
    assert points[0].metrics == {"train_loss": 0.25, "full_valid_loss": 0.375}
    files = read(File, "openai/files.json")
    has(files[0], {"size_bytes": 40960, "status": "processed", "expires_at": T + 86400})
    has(files[1], {"status": "error", "status_details": "Line 2 is no object."})
    models = read(Model, "openai/models.json")
    assert [model.shutdown_date for model in models[:2]] == ["2027-03-01", None]
    permissions = read(Permission, "openai/permissions.json")
    assert (permissions[0].project_id, permissions[0].created_at) == ("proj_herds", T)
    for odd in (points[2], files[2], models[2], permissions[1]):
        assert odd.id.startswith("unreadable-")
        assert odd.unreadable


def test_an_upload_becomes_a_file() -> None:
    found = read_one(Upload, payload("openai/upload.json"), "an upload")
    has(found, {"status": "completed", "size_bytes": 700_000_000, "file.id": "file-All"})


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ({"metadata": {"a": "\ud800"}}, {"metadata": {"a": "?"}}),
        ({"seed": 10**400}, {"seed": None}),
        ({"created_at": math.nan, "trained_tokens": math.inf}, {"created_at": None, "trained_tokens": None}),
        (
            {"suffix": ["x"], "model": {"a": 1}},
            {"suffix": None, "model": None},
        ),
        ({"result_files": {"id": "file-1"}}, {"result_files": (File(id="file-1"),)}),
    ],
)
def test_one_odd_value_costs_a_job_only_itself(odd: dict[str, Any], kept: dict[str, Any]) -> None:
    raw = payload("openai/job_running.json")
    raw.pop("user_provided_suffix")
    found, words = read_job(raw | odd)
    has(found, {"id": "ftjob-Acacia03", "status": "running", "unreadable": None} | kept)
    assert words


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
def test_what_is_nested_too_deep_is_cut_and_the_job_is_there(depth: int) -> None:
    deep: Any = "bottom"
    for _ in range(depth):
        deep = [deep]
    found, words = read_job(
        {"id": "deep", "status": "running", "metadata": {"a": deep}, "usage_metrics": {"b": deep}}
    )
    has(found, {"id": "deep", "status": "running", "unreadable": None})
    assert words.startswith(b'{"id": "deep"')
    assert Job.model_validate_json(found.model_dump_json()) == found
