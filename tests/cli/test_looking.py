"""Looking at jobs from the command line: by a query, without asking, while they run, until they end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands import Served, examples, here, start, until

SLOW = ("--epochs", 50, "--batch-size", 1)
"""What keeps a job from ending by itself while a test looks at it."""


@pytest.fixture(scope="module")
def made(served: Served, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One job that has ended, made through a profile `mine` in a folder of its own."""
    folder = tmp_path_factory.mktemp("looking")
    settings = folder / "mine.toml"
    settings.write_text(f'[profiles.mine]\ndialect = "local"\ndata_dir = "{served.card["data_dir"]}"\n')
    environ = {"FINETOP_CONFIG": str(settings), "FINETOP_DATA": str(folder / "data")}
    done = here(
        "jobs", "create", examples(folder / "good.jsonl"), "--model", "tiny-bytes-1", "--suffix", "looked",
        "--lr-multiplier", "0.3", "-m", "team=looking", "-m", "tag=night", "--wait", "--json", **environ,
    )  # fmt: skip
    assert done.code == 0, done.err
    id_ = done.json["id"]
    assert here("jobs", "metrics", id_, **environ).code == 0
    return {"environ": environ, "job": here("jobs", "get", id_, "--json", **environ).json}


@pytest.mark.parametrize(
    "query",
    [
        ("name:looked",),
        ("status:succeeded", "lr<0.5", "tag:night"),
        ("metadata:team=looking", "-status:failed"),
        ("-profile:other*", "looked"),
        ("looked -status:failed",),
    ],
)
def test_a_query_finds_the_same_jobs_with_and_without_asking(
    made: dict[str, Any], query: tuple[str, ...]
) -> None:
    """And what is told of them is the same, to the letter."""
    asked = here("jobs", "list", *query, "--json", **made["environ"])
    known = here("jobs", "list", *query, "--json", "--offline", **made["environ"])
    assert (asked.code, known.code) == (0, 0), asked.err + known.err
    assert [job["id"] for job in asked.json] == [made["job"]["id"]]
    assert known.json == asked.json == [made["job"]]
    assert made["job"]["profile"] == "mine"
    assert "finetop" not in made["job"]["metadata"]
    lines = here("jobs", "list", *query, "--jsonl", **made["environ"]).out.splitlines()
    assert [json.loads(line) for line in lines] == known.json


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stauts:failed",), "at character 1: there is no field stauts"),
        (("-profile:mien",), "there is no profile mien"),
        (("lr>fast",), "fast is not a number"),
        (("--columns", "nmae"), "Use name."),
        (("--timeout", "5"), "'5' is not a time such as 90s"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_what_is_asked_wrongly_is_told(made: dict[str, Any], words: tuple[str, ...], said: str) -> None:
    """Nobody is asked."""
    done = here("jobs", "list", *words, **made["environ"])
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_columns_are_chosen(made: dict[str, Any]) -> None:
    """In the order in which they are named."""
    done = here("jobs", "list", "looked", "--columns", "job,status,valid_loss", **made["environ"])
    head, line = done.out.splitlines()
    assert head.split() == ["JOB", "STATUS", "VALID"]
    assert line.split()[:2] == [made["job"]["id"], "succeeded"]


def test_one_job_without_asking(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for once is there when nobody answers: job, log, measurements, checkpoints."""
    id_, environ = made["job"]["id"], made["environ"]
    asked = {
        what: here("jobs", what, id_, "--json", **environ).json
        for what in ("get", "events", "metrics", "checkpoints")
    }
    monkeypatch.setattr("finetop.cli.account.opened", None)  # who tries to ask, fails
    known = {what: here("jobs", what, id_, "--offline", "--json", **environ) for what in asked}
    assert {what: done.json for what, done in known.items()} == asked
    assert asked["metrics"][0]["step"] == 1
    assert asked["metrics"][-1]["train_loss"] < asked["metrics"][0]["train_loss"]
    table = here("jobs", "metrics", id_, "--offline", **environ).out.splitlines()
    assert table[0].startswith("STEP")
    assert len(table) == len(asked["metrics"]) + 1
    assert "looked" in here("jobs", "get", id_, "--offline", **environ).out
    nobody = here("jobs", "get", "ftjob-nobody", "--offline", **environ)
    assert (nobody.code, nobody.out) == (2, "")
    assert "nothing is known of ftjob-nobody" in nobody.err


def test_a_list_without_asking_loads_nothing_to_ask_with(made: dict[str, Any]) -> None:
    """Neither the network nor the models of replies."""
    program = """
import sys
from finetop import cli
sys.argv = ["finetop", "jobs", "list", "--offline", "status:succeeded"]
try:
    cli.main(cli.Screens(open=lambda opening: 0, ask=lambda found: None))
finally:
    print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **made["environ"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made["job"]["id"] in done.stdout
    assert not {"pydantic", "httpx", "asyncio", "ssl", "textual", "numpy"} & set(done.stderr.split())


def test_the_profile_of_a_known_job_need_not_be_named(made: dict[str, Any], tmp_path: Path) -> None:
    """Where two profiles are, the one whose account has it is meant."""
    settings = tmp_path / "two.toml"
    other = '[profiles.other]\nbase_url = "http://127.0.0.1:9/v1"\n'
    settings.write_text(Path(made["environ"]["FINETOP_CONFIG"]).read_text() + other)
    environ = {**made["environ"], "FINETOP_CONFIG": str(settings)}
    assert here("jobs", "get", made["job"]["id"], "--json", **environ).json == made["job"]
    unknown = here("jobs", "get", "ftjob-nobody", **environ)
    assert unknown.code == 2
    assert "--profile" in unknown.err


def test_a_profile_that_never_answers_holds_nobody(made: dict[str, Any], tmp_path: Path) -> None:
    """It takes the question and is silent: the others are shown, and the code tells."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = tmp_path / "two.toml"
        other = f'[profiles.silent]\nbase_url = "http://127.0.0.1:{silent.getsockname()[1]}/v1"\n'
        settings.write_text(Path(made["environ"]["FINETOP_CONFIG"]).read_text() + other)
        done = here(
            "jobs", "list", "looked", "--timeout", "2s", "--json",
            **{**made["environ"], "FINETOP_CONFIG": str(settings)},
        )  # fmt: skip
    assert done.code == 75
    assert [job["id"] for job in done.json] == [made["job"]["id"]]
    assert "silent has not answered within 2 s" in done.err


def test_waiting_tells_by_its_code(made: dict[str, Any], tmp_path: Path) -> None:
    """0 reached, 1 ended otherwise, 75 not in time; nothing is drawn where no terminal is."""
    environ, ended = made["environ"], made["job"]["id"]
    for state in ("succeeded", "ended", "running"):
        assert here("jobs", "wait", ended, "--until", state, **environ).code == 0
    other = here("jobs", "wait", ended, "--until", "failed", "--json", **environ)
    assert (other.code, other.json["id"]) == (1, ended)
    assert f"{ended} succeeded" in other.err
    long = here(
        "jobs", "create", examples(tmp_path / "long.jsonl", 3000), "--model", "tiny-bytes-1", *SLOW, "--json",
        **environ,
    ).json["id"]  # fmt: skip
    assert here("jobs", "wait", long, "--until", "running", **environ).code == 0
    late = here("jobs", "wait", ended, long, "--timeout", "1s", "--json", **environ)
    assert (late.code, {job["id"] for job in late.json} <= {ended}) == (75, True)
    assert f"not succeeded in time: {long}" in late.err
    assert "\x1b" not in late.err
    here("jobs", "cancel", long, **environ)
    assert here("jobs", "wait", long, "--until", "cancelled", **environ).code == 0


def test_watching_prints_a_line_for_each_change(made: dict[str, Any], tmp_path: Path) -> None:
    """Of the jobs that are meant; how one of them leaves the query is told, too."""
    environ = made["environ"]
    watching = start("jobs", "watch", "status:active", "name:watched", "--jsonl", **environ)
    assert watching.stdout is not None
    try:
        until(lambda: here("record", "--status", **environ).code == 0, "somebody who asks")
        job_id = here(
            "jobs", "create", examples(tmp_path / "long.jsonl", 3000), "--model", "tiny-bytes-1", *SLOW,
            "--suffix", "watched", "--json", **environ,
        ).json["id"]  # fmt: skip
        told = [json.loads(watching.stdout.readline())]
        while told[-1]["status"] != "running":
            told.append(json.loads(watching.stdout.readline()))
        here("jobs", "cancel", job_id, **environ)
        while told[-1]["status"] != "cancelled":
            told.append(json.loads(watching.stdout.readline()))
    finally:
        watching.terminate()
        watching.communicate()
    assert {job["id"] for job in told} == {job_id}
    assert [job["was"] for job in told[1:]] == [job["status"] for job in told[:-1]]
