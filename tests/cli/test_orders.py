"""`finetop jobs pause, resume, cancel, delete`, the methods of `create`, and the filter of `list`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from commands import Served, examples, here
from finetop.client import ApiClient, Reply


def made(mine: dict[str, str], file: Path, *options: object) -> str:
    """The id of a new job that does not end by itself while a test looks at it."""
    done = here(
        "jobs", "create", file, "--model", "tiny-bytes-1", "--epochs", 50, "--batch-size", 1, "--json",
        *options, **mine,
    )  # fmt: skip
    assert done.code == 0, done.err
    id_: str = done.json["id"]
    return id_


def test_jobs_are_paused_resumed_and_cancelled(mine: dict[str, str], tmp_path: Path) -> None:
    """One job is one value, several are a list; what one cannot do keeps no other from it."""
    first, second = (made(mine, examples(tmp_path / "long.jsonl", 500)) for _ in range(2))
    paused = here("jobs", "pause", first, "--json", **mine)
    assert (paused.code, paused.json["status"]) == (0, "paused")
    both = here("jobs", "pause", first, second, "--json", **mine)
    assert both.code == 3
    assert [(job["id"], job["status"]) for job in both.json] == [(second, "paused")]
    assert f"{first} is paused already" in both.err
    resumed = here("jobs", "resume", first, **mine)
    assert resumed.code == 0
    assert first in resumed.out
    cancelled = here("jobs", "cancel", first, second, "--json", **mine)
    assert (cancelled.code, [job["status"] for job in cancelled.json]) == (0, ["cancelled", "cancelled"])
    ended = here("jobs", "pause", second, "--json", **mine)
    assert (ended.code, ended.out) == (3, "")
    assert f"{second} was already cancelled" in ended.err


def test_delete_asks_and_says_where_it_cannot(mine: dict[str, str]) -> None:
    """A script must say that it means it."""
    unasked = here("jobs", "delete", "ftjob-1", **mine)
    assert unasked.code == 2
    assert "--yes" in unasked.err
    refused = here("jobs", "delete", "ftjob-1", "--yes", **mine)
    assert refused.code == 2
    assert "cannot delete jobs" in refused.err


EXAMPLES = {
    "dpo": {
        "input": {"messages": [{"role": "user", "content": "Say hi"}]},
        "preferred_output": [{"role": "assistant", "content": "hi"}],
        "non_preferred_output": [{"role": "assistant", "content": "no"}],
    },
    "reinforcement": {"messages": [{"role": "user", "content": "Say hi"}], "answer": "hi"},
}
GRADER = {
    "type": "string_check", "name": "same", "operation": "eq",
    "input": "{{sample.output_text}}", "reference": "{{item.answer}}",
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "options", "sent"),
    [
        ("dpo", ["--beta", "0.2"], {"beta": 0.2, "n_epochs": 1}),
        ("reinforcement", ["--eval-samples", "1"], {"eval_samples": 1, "n_epochs": 1}),
    ],
)
def test_a_job_of_another_method(
    mine: dict[str, str], tmp_path: Path, method: str, options: list[str], sent: dict[str, object]
) -> None:
    training = tmp_path / "examples.jsonl"
    training.write_text((json.dumps(EXAMPLES[method]) + "\n") * 12)
    if method == "reinforcement":
        (tmp_path / "grader.json").write_text(json.dumps(GRADER))
        options = [*options, "--grader", str(tmp_path / "grader.json")]
    done = here(
        "jobs", "create", training, "--model", "tiny-bytes-1", "--method", method, "--epochs", "1",
        *options, "--json", **mine,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["method"] == method
    assert done.json["hyperparameters"].items() >= sent.items()
    assert done.json["grader"] == (GRADER if method == "reinforcement" else None)
    here("jobs", "cancel", done.json["id"], **mine)


@pytest.mark.parametrize(
    "given",
    [
        (["--beta", "0.1"], "--beta belongs to the method dpo"),
        (["--method", "dpo", "--eval-samples", "1"], "--eval-samples belongs to the method reinforcement"),
        (["--grader", "x.json"], "--grader belongs to the method reinforcement"),
        (["--method", "reinforcement"], "reinforcement needs a grader"),
        (["--method", "reinforcement", "--grader", "/nowhere.json"], "/nowhere.json: cannot be read"),
        (["--method", "reinforcement", "--grader", __file__], "is not JSON"),
        (["--method", "grpo"], "'grpo' is not one of"),
        (["--metadata", "alone"], "is not NAME=VALUE"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_sent(
    good: Path, tmp_path: Path, given: tuple[list[str], str]
) -> None:
    options, said = given
    settings = tmp_path / "far.toml"
    settings.write_text('[profiles.far]\nbase_url = "http://127.0.0.1:1/v1"\nkey_env = "MINE"\n')
    done = here("jobs", "create", good, "--model", "tiny-bytes-1", *options, FINETOP_CONFIG=str(settings))
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_the_list_is_filtered_by_metadata(
    served: Served, mine: dict[str, str], good: Path, tmp_path: Path
) -> None:
    """By the server where it can, and here where it cannot."""
    wanted = made(mine, good, "-m", "team=blue", "-m", "ticket=7")
    made(mine, good, "-m", "team=blue")
    settings = tmp_path / "hosted.toml"
    settings.write_text(f'[profiles.hosted]\nbase_url = "{served.card["base_url"]}"\nkey_env = "MINE"\n')
    hosted = {"FINETOP_CONFIG": str(settings), "MINE": served.card["api_key"]}
    for environ in (mine, hosted):
        listed = here("jobs", "list", "-m", "team=blue", "-m", "ticket=7", "--json", **environ).json
        assert [job["id"] for job in listed] == [wanted]
    none = here("jobs", "list", "--metadata", "team=red", **mine)
    assert (none.code, none.out) == (0, "")
    assert "no job matches metadata:team=red" in none.err


def test_the_provider_filters_where_it_can(mine: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten thousand jobs nobody wants to read all for the three of a team."""
    asked: list[Mapping[str, str]] = []
    really = ApiClient.get

    async def noted(
        client: ApiClient, path: str, params: Mapping[str, str] | None = None, *, retries: int = 0
    ) -> Reply:
        asked.append(params or {})
        return await really(client, path, params, retries=retries)

    monkeypatch.setattr(ApiClient, "get", noted)
    assert here("jobs", "list", "metadata:team=nobody's status:ended", **mine).code == 0
    assert [params["metadata[team]"] for params in asked] == ["nobody's"]
