"""Every field of both objects stands on the detail pane of a job that has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from finetop import text
from finetop.providers.reading import read_event, read_job
from finetop.store import JobKey, Store
from finetop.tui.panes.detail import DetailPane
from finetop.tui.screens.selected import Selected
from stage import Stage, picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CREATED, UPDATED, FINISHED, EXPECTED = 1_681_000_100, 1_681_000_900, 1_740_000_900, 1_740_000_990
LEGACY_FIELDS = (
    "id",
    "object",
    "created_at",
    "updated_at",
    "model",
    "fine_tuned_model",
    "organization_id",
    "status",
    "hyperparams",
    "training_files",
    "validation_files",
    "result_files",
    "events",
)
NEWER_FIELDS = ("integrations", "seed", "estimated_finish", "method", "metadata")
JOB_FIELDS = (
    "id",
    "object",
    "created_at",
    "finished_at",
    "model",
    "fine_tuned_model",
    "organization_id",
    "status",
    "hyperparameters",
    "training_file",
    "validation_file",
    "result_files",
    "trained_tokens",
    "error",
)
CAMEL = {
    "createdAt": "created_at",
    "finishedAt": "finished_at",
    "fineTunedModel": "fine_tuned_model",
    "organizationId": "organization_id",
    "trainingFile": "training_file",
    "validationFile": "validation_file",
    "resultFiles": "result_files",
    "trainedTokens": "trained_tokens",
}

LEGACY: dict[str, Any] = {
    "id": "ft-Kasese07",
    "object": "fine-tune",
    "created_at": CREATED,
    "updated_at": UPDATED,
    "model": "babbage",
    "fine_tuned_model": "babbage:ft-okapi:tides-2023-04-09-00-41-40",
    "organization_id": "org-okapi",
    "status": "succeeded",
    "hyperparams": {
        "n_epochs": 4,
        "batch_size": 8,
        "learning_rate_multiplier": 0.1,
        "prompt_loss_weight": 0.01,
        "classification_n_classes": 3,
    },
    "training_files": [{"id": "file-Ta", "object": "file", "bytes": 52_000, "filename": "tides.jsonl"}],
    "validation_files": [{"id": "file-Va", "object": "file", "bytes": 4_300, "filename": "check.jsonl"}],
    "result_files": [{"id": "file-Ra", "object": "file", "bytes": 2_100, "filename": "compiled_results.csv"}],
    "events": [
        {"object": "fine-tune-event", "created_at": CREATED, "level": "info", "message": "Created fine-tune"},
        {
            "object": "fine-tune-event",
            "created_at": UPDATED,
            "level": "info",
            "message": "Fine-tune succeeded",
        },
    ],
}
LEGACY_SHOWN = {
    "id": ["ft-Kasese07"],
    "object": ["fine-tune"],
    "created_at": [text.day_clock(CREATED)],
    "updated_at": [text.day_clock(UPDATED)],
    "model": ["Model babbage"],
    "fine_tuned_model": ["babbage:ft-okapi:tides-2023-04-09-00-41-40"],
    "organization_id": ["org-okapi"],
    "status": ["succeeded"],
    "hyperparams": ["epochs 4", "batch 8", "×0.1", "prompt loss weight 0.01", "classification n classes 3"],
    "training_files": ["tides.jsonl", "52 kB", "file-Ta"],
    "validation_files": ["check.jsonl", "4 kB", "file-Va"],
    "result_files": ["compiled_results.csv", "2 kB", "file-Ra"],
    "events": ["2 in the log"],
}

JOB: dict[str, Any] = {
    "id": "ftjob-Bwindi21",
    "object": "fine_tuning.job",
    "created_at": 1_740_000_100,
    "finished_at": FINISHED,
    "model": "o4-mini-2025-04-16",
    "fine_tuned_model": "ft:o4-mini-2025-04-16:okapi:sums:Kq3T",
    "organization_id": "org-okapi",
    "status": "failed",
    "hyperparameters": None,
    "training_file": "file-Tb",
    "validation_file": "file-Vb",
    "result_files": ["file-Rb"],
    "trained_tokens": 3_100_000_000,
    "error": {"code": "grader_timeout", "message": "The grader did not answer.", "param": "grader"},
    "estimated_finish": EXPECTED,
    "integrations": [
        {
            "type": "wandb",
            "wandb": {
                "project": "sums",
                "entity": "okapi-labs",
                "name": "run-7",
                "tags": ["nightly", "small"],
                "run_id": "w7x1",
            },
        }
    ],
    "metadata": {"team": "maths", "attempt": 3},
    "method": {
        "type": "reinforcement",
        "reinforcement": {
            "hyperparameters": {
                "n_epochs": "auto",
                "batch_size": 16,
                "learning_rate_multiplier": 0.5,
                "reasoning_effort": "medium",
                "compute_multiplier": 1.5,
                "eval_interval": 5,
                "eval_samples": 2,
            },
            "grader": {
                "type": "string_check",
                "name": "exact-sum",
                "input": "{{sample.output_text}}",
                "reference": "{{item.answer}}",
                "operation": "ilike",
            },
            "response_format": {"type": "json_schema"},
        },
    },
    "seed": 771_204,
    "user_provided_suffix": "sums",
    "usage_metrics": {"graded": 512},
    "shared_with_openai": False,
    "eval_id": "eval_K19",
}
JOB_SHOWN = {
    "id": ["ftjob-Bwindi21"],
    "object": ["fine_tuning.job"],
    "created_at": [text.day_clock(1_740_000_100)],
    "finished_at": [text.day_clock(FINISHED)],
    "model": ["Model o4-mini-2025-04-16"],
    "fine_tuned_model": ["ft:o4-mini-2025-04-16:okapi:sums:Kq3T"],
    "organization_id": ["org-okapi"],
    "status": ["failed"],
    "hyperparameters": ["epochs auto", "batch 16", "×0.5"],
    "training_file": ["file-Tb"],
    "validation_file": ["file-Vb"],
    "result_files": ["file-Rb"],
    "trained_tokens": ["3100.0 M tokens"],
    "error": ["The grader did not answer.", "grader_timeout", "param grader"],
    "integrations": ["okapi-labs/sums", "name run-7", "tags nightly, small", "run w7x1"],
    "seed": ["seed 771204"],
    "estimated_finish": [text.day_clock(EXPECTED)],
    "method": ["reinforcement", "reasoning effort medium", "compute multiplier 1.5", "eval interval 5"],
    "metadata": ["team maths", "attempt 3"],
}
BEYOND_THE_SEEDS = {
    "user_provided_suffix": ["sums"],
    "usage_metrics": ['"graded": 512'],
    "shared_with_openai": ["not with OpenAI"],
    "eval_id": ["eval_K19"],
    "grader": ["string_check", "exact-sum", "{{sample.output_text}}", "{{item.answer}}", "operation ilike"],
    "response_format": ["json_schema"],
}


def in_camel(raw: dict[str, Any]) -> dict[str, Any]:
    back = {snake: camel for camel, snake in CAMEL.items()}
    return {back.get(name, name): value for name, value in raw.items()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    opened.accounts.ensure(dialect="openai", base_url="https://api.test/v1")
    yield opened
    opened.close()


async def shown(store: Store, raw: dict[str, Any]) -> str:
    """Every line of the overview and of the files tab, as a person sees them."""
    job, words = read_job(raw)
    store.jobs.save(1, [(job, words)], store.ask())
    store.events.save(JobKey(1, job.id), [read_event(event) for event in raw.get("events", ())])
    (row,) = store.jobs.rows({1: "cloud"})
    selected = Selected(store)
    selected.load()
    selected.look(row)
    pane = DetailPane()
    app = Stage(pane)
    lines: list[str] = []
    async with app.run_test(size=(110, 48)) as pilot:
        pane.show(selected.detail(1_750_000_000, text.UNICODE))
        for tab in ("Overview", "Files"):
            pane.show_tab(tab)
            await pilot.pause()
            lines += picture(app)
    return " ".join(" ".join(lines).split())


def test_the_lists_are_those_of_the_two_objects() -> None:
    assert len(LEGACY_FIELDS) == 13
    assert len(JOB_FIELDS) == 14
    assert len(JOB_FIELDS + NEWER_FIELDS) == 19
    assert set(LEGACY_FIELDS) == LEGACY.keys() == LEGACY_SHOWN.keys()
    assert set(JOB_FIELDS + NEWER_FIELDS) == JOB_SHOWN.keys()


async def test_all_13_fields_of_a_legacy_job_are_shown(store: Store) -> None:
    seen = await shown(store, LEGACY)
    for field in LEGACY_FIELDS:
        for words in LEGACY_SHOWN[field]:
            assert words in seen, field


@pytest.mark.parametrize("spell", [dict, in_camel], ids=["snake case", "camel case"])
async def test_all_14_and_19_fields_of_a_job_are_shown(store: Store, spell: Any) -> None:
    raw = spell(JOB)
    assert json.dumps(raw).count("createdAt") == (spell is in_camel)
    seen = await shown(store, raw)
    for field in JOB_FIELDS + NEWER_FIELDS:
        for words in JOB_SHOWN[field]:
            assert words in seen, field
    for field, words_of_it in BEYOND_THE_SEEDS.items():
        for words in words_of_it:
            assert words in seen, field
