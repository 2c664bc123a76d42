"""A job on the command line: every field it has, for people and for programs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.cli import output
from finetop.cli.shown import show
from finetop.cli.values import job_value
from finetop.providers.reading import read_job

if TYPE_CHECKING:
    import pytest

    from finetop.models import Job

PAYLOADS = Path(__file__).parents[1] / "payloads"


def job(name: str, **odd: object) -> Job:
    return read_job(json.loads((PAYLOADS / name).read_text("utf-8")) | odd)[0]


def test_people_see_rewards_third_parties_and_whose_job_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show(job("openai/job_running_rft.json"))
    show(job("openai/job_running.json"))
    said = capsys.readouterr().out
    for words in (
        "fuzzy_match",
        "eval_Herds9",
        "org-savanna",
        "reasoning_effort low",
        "ftjob-Acacia03",
        "herds-2",
    ):
        assert words in said


def test_programs_get_the_new_fields_and_only_json() -> None:
    odd = job("openai/job_running_rft.json", hyperparameters={"beta": float("nan")})
    told = job_value("mine", odd.model_dump(mode="json", by_alias=True))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["grader"]["name"] == "both"
    assert (told["eval_id"], told["shared_with_openai"]) == ("eval_Herds9", False)
    assert told["hyperparameters"]["beta"] == "nan"
    assert told.keys() >= {
        "response_format",
        "usage_metrics",
        "trained_steps",
        "total_steps",
        "seconds_left",
        "cost",
    }


def test_a_line_that_is_written_over_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of one that wraps only the last part would be written over; a dumb terminal gets none at all."""
    monkeypatch.setattr("os.get_terminal_size", lambda _: os.terminal_size((20, 5)))
    output.tell_over("ftjob-a 50 %, 3 min left; \u5c71 20 %")
    assert capfd.readouterr().err == "\r\x1b[Kftjob-a 50 %, 3 min"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    assert not output.is_watched()
