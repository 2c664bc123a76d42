"""Looking at jobs from the command line: by a query, without asking, while they run, until they end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import examples, here, start, until
from finetop.models import Checkpoint, Metric
from finetop.store import JobKey, Store

SLOW = ("--epochs", 50, "--batch-size", 1)
"""What keeps a job from ending by itself while a test looks at it."""


@pytest.mark.parametrize(
    "query",
    [
        ("status:succeeded", "lr<0.5", "tag:night"),
        ("metadata:team=looking", "-profile:other*"),
        ("looked -status:failed",),
    ],
)
def test_a_query_finds_the_same_jobs_with_and_without_asking(
    past: dict[str, Any], query: tuple[str, ...]
) -> None:
    """And what is told of them is the same, to the letter."""
    asked = here("jobs", "list", *query, "--json", **past["environ"])
    known = here("jobs", "list", *query, "--json", "--offline", **past["environ"])
    assert (asked.code, known.code) == (0, 0), asked.err + known.err
    assert [job["id"] for job in asked.json] == [past["job"]["id"]]
    assert known.json == asked.json == [past["job"]]
    assert past["job"]["profile"] == "mine"
    assert "finetop" not in past["job"]["metadata"]
    lines = here("jobs", "list", *query, "--jsonl", "--offline", **past["environ"]).out.splitlines()
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
        (("-limit=3",), "Write --limit 3"),
        (("-mteam",), "'team' is not NAME=VALUE"),
    ],
)
def test_what_is_asked_wrongly_is_told(past: dict[str, Any], words: tuple[str, ...], said: str) -> None:
    """Nobody is asked."""
    done = here("jobs", "list", *words, **past["environ"])
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_columns_are_chosen(past: dict[str, Any]) -> None:
    """In the order in which they are named."""
    done = here("jobs", "list", "looked", "--columns", "job,status,valid_loss", **past["environ"])
    head, line = done.out.splitlines()
    assert head.split() == ["JOB", "STATUS", "VALID"]
    assert line.split()[:2] == [past["job"]["id"], "succeeded"]


def test_comparing_asks_for_each_job(past: dict[str, Any]) -> None:
    """One that is not there is told; a job beside itself is one job."""
    id_ = past["job"]["id"]
    assert "1 job cannot" in here("jobs", "compare", id_, id_, **past["environ"]).err
    missing = here("jobs", "compare", id_, "ftjob-nobody", "--contents", **past["environ"])
    assert missing.code != 0
    assert "ftjob-nobody" in missing.err


def test_one_job_without_asking(past: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for once is there when nobody answers: job, log, measurements, checkpoints."""
    id_, environ = past["job"]["id"], past["environ"]
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


def test_a_list_without_asking_loads_nothing_to_ask_with(past: dict[str, Any]) -> None:
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
        env={**os.environ, **past["environ"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert past["job"]["id"] in done.stdout
    assert not {"pydantic", "httpx", "asyncio", "ssl", "textual", "numpy"} & set(done.stderr.split())


def test_the_profile_of_a_known_job_need_not_be_named(past: dict[str, Any], tmp_path: Path) -> None:
    """Where two profiles are, the one whose account has it is meant."""
    settings = tmp_path / "two.toml"
    other = '[profiles.other]\nbase_url = "http://127.0.0.1:9/v1"\n'
    settings.write_text(Path(past["environ"]["FINETOP_CONFIG"]).read_text() + other)
    environ = {**past["environ"], "FINETOP_CONFIG": str(settings)}
    assert here("jobs", "get", past["job"]["id"], "--json", **environ).json == past["job"]
    unknown = here("jobs", "get", "ftjob-nobody", **environ)
    assert unknown.code == 2
    assert "--profile" in unknown.err


@pytest.fixture
def beside_others(past: dict[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The profile with the job, one that refuses the key, and one that takes the question and is silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = tmp_path / "three.toml"
        settings.write_text(
            f'[profiles.silent]\nbase_url = "http://127.0.0.1:{silent.getsockname()[1]}/v1"\n'
            f'[profiles.refused]\nbase_url = "{past["base_url"]}"\nkey_env = "WRONG"\n'
            + Path(past["environ"]["FINETOP_CONFIG"]).read_text()
        )
        yield {**past["environ"], "FINETOP_CONFIG": str(settings), "WRONG": "sk-wrong"}


@pytest.mark.parametrize(
    ("words", "field"),
    [(("jobs", "list", "looked"), "id"), (("files", "list"), "file"), (("models", "looked"), "job")],
)
def test_a_profile_that_fails_hides_no_other(
    past: dict[str, Any], beside_others: dict[str, str], words: tuple[str, ...], field: str
) -> None:
    """What the good one has is shown, each failure is told once and by name, and the code is the first's."""
    done = here(*words, "--timeout", "1s", "--json", **beside_others)
    wanted = {"id": past["job"]["id"], "file": past["result"], "job": past["job"]["id"]}[field]
    assert wanted in {one["id" if field == "file" else field] for one in done.json}
    assert done.code == 75
    assert done.err.count("silent has not answered within 1 s") == done.err.count("silent") == 1
    assert done.err.count("finetop: refused: Incorrect API key") == done.err.count("refused") == 1


def test_two_profiles_of_one_account_show_it_once(past: dict[str, Any], tmp_path: Path) -> None:
    """As where nobody is asked: one for reading only beside the one that may change something."""
    same = f'base_url = "{past["base_url"]}"\nkey_env = "KEY"\n'
    settings = tmp_path / "two.toml"
    settings.write_text(f"[profiles.one]\n{same}[profiles.two]\n{same}read_only = true\n")
    environ = {**past["environ"], "FINETOP_CONFIG": str(settings), "KEY": past["api_key"]}
    for words, id_ in [
        (("jobs", "list", "looked"), past["job"]["id"]),
        (("jobs", "list", "looked", "--offline"), past["job"]["id"]),
        (("files", "list"), past["result"]),
        (("models", "looked"), past["job"]["fine_tuned_model"]),
    ]:
        found = here(*words, "--json", **environ).json
        assert [one["profile"] for one in found if one["id"] == id_] == ["one"], words


def test_rows_do_not_wait_for_a_silent_profile(past: dict[str, Any], beside_others: dict[str, str]) -> None:
    """They stand on the terminal while the silent one is still waited for."""
    process = start("jobs", "list", "looked", "--timeout", "1h", **beside_others)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("STATUS")
    assert past["job"]["id"] in process.stdout.readline()
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


def test_waiting_tells_by_its_code(past: dict[str, Any], tmp_path: Path) -> None:
    """0 reached, 1 ended otherwise, 75 not in time; nothing is drawn where no terminal is."""
    environ, ended = past["environ"], past["job"]["id"]
    for state in ("succeeded", "running"):
        assert here("jobs", "wait", ended, "--until", state, **environ).code == 0
    other = here("jobs", "wait", ended, "--until", "failed", "--json", **environ)
    assert (other.code, other.json["id"]) == (1, ended)
    assert f"{ended} succeeded" in other.err
    long = here(
        "jobs", "create", examples(tmp_path / "long.jsonl", 300), "--model", "tiny-bytes-1", *SLOW, "--json",
        **environ,
    ).json["id"]  # fmt: skip
    assert here("jobs", "wait", long, "--until", "running", **environ).code == 0
    late = here("jobs", "wait", ended, long, "--timeout", "1s", "--json", **environ)
    assert (late.code, {job["id"] for job in late.json} <= {ended}) == (75, True)
    assert f"not succeeded in time: {long}" in late.err
    assert "\x1b" not in late.err
    here("jobs", "cancel", long, **environ)
    assert here("jobs", "wait", long, "--until", "cancelled", **environ).code == 0


def test_watching_prints_a_line_for_each_change(past: dict[str, Any], tmp_path: Path) -> None:
    """Of the jobs that are meant; how one of them leaves the query is told, too."""
    environ = past["environ"]
    watching = start("jobs", "watch", "status:active", "name:watched", "--jsonl", **environ)
    assert watching.stdout is not None
    try:
        until(lambda: here("record", "--status", **environ).code == 0, "somebody who asks")
        job_id = here(
            "jobs", "create", examples(tmp_path / "long.jsonl", 300), "--model", "tiny-bytes-1", *SLOW,
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


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("stauts", "Use status."),
        ("result_files.9.id", "there is no 9 in result_files"),
        ("id.x", "no x in id"),
    ],
)
def test_a_field_that_does_not_exist(past: dict[str, Any], field: str, said: str) -> None:
    """One sentence, and nothing on stdout."""
    done = here("jobs", "get", past["job"]["id"], "--offline", "--field", field, **past["environ"])
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_the_examples_a_job_has_learned_least(past: dict[str, Any]) -> None:
    """The worst first with what they say, as a table or as JSON, and of one file alone."""
    id_, environ = past["job"]["id"], past["environ"]
    told = here("jobs", "examples", id_, "--json", **environ).json
    losses = [one["loss"] for one in told]
    assert losses == sorted(losses, reverse=True)
    assert {tuple(one) for one in told} == {("split", "line", "loss", "bytes", "asked", "answered")}
    table = here("jobs", "examples", id_, "--worst", 2, **environ).out.splitlines()
    assert table[0].split() == ["LOSS", "FROM", "LINE", "ASKED", "ANSWERED"]
    assert [line.split()[2] for line in table[1:]] == [str(one["line"]) for one in told[:2]]
    bare = here("jobs", "examples", id_, "--no-text", "--jsonl", "--worst", 1, "--split", "train", **environ)
    assert list(json.loads(bare.out)) == ["split", "line", "loss", "bytes"]
    none = here("jobs", "examples", id_, "--split", "valid", **environ)
    assert (none.code, none.out) == (0, "")


def test_a_job_that_overfits_says_so_and_names_the_checkpoint(past: dict[str, Any], tmp_path: Path) -> None:
    """By what is known of it: in words, for programs, and beside the checkpoint to use."""
    id_, data = past["job"]["id"], tmp_path / "data"
    shutil.copytree(past["environ"]["FINETOP_DATA"], data, ignore=shutil.ignore_patterns("locks"))
    environ = {**past["environ"], "FINETOP_DATA": str(data)}
    store = Store(data / "finetop.db")
    key = next(
        key for account in store.jobs.counts() if store.jobs.status(key := JobKey(account, id_)) is not None
    )
    losses = (2.1, 1.0, 0.62, 0.55, 0.58, 0.66, 0.75, 0.85, 0.97, 1.1)
    metrics = [Metric(step=step, values={"full_valid_loss": loss}) for step, loss in enumerate(losses, 101)]
    store.events.save_metrics(key, metrics)
    names = {102: "ft:early", 104: "ft:best", 110: "ft:last"}
    points = [
        Checkpoint(id=name, step_number=step, fine_tuned_model_checkpoint=name)
        for step, name in names.items()
    ]
    store.jobs.save_checkpoints(key, points)
    store.close()

    def told(*words: str) -> str:
        done = here("jobs", *words, "--offline", **environ)
        assert done.code == 0, done.err
        return done.out

    shown = " ".join(told("get", id_).split())
    assert "Overfit watch rising since step 104, sure" in shown
    assert "Why sure: validation loss rose from 0.550 to 1.100 in 6 checks" in shown
    assert "Advice use checkpoint 104: ft:best" in shown
    assert told("get", id_, "--field", "overfit.checkpoint.model") == "ft:best\n"
    verdict = json.loads(told("get", id_, "--json"))["overfit"]
    assert (verdict["sureness"], verdict["turned_step"], verdict["last_step"]) == ("sure", 104, 110)
    assert json.loads(told("list", "looked", "--json"))[0]["overfit"] == verdict
    assert told("list", "looked", "--columns", "overfit").split() == ["OVERFIT", "sure"]
    listed = json.loads(told("checkpoints", id_, "--json"))
    assert [point["id"] for point in listed if point["advised"]] == ["ft:best"]
    done = here("jobs", "checkpoints", id_, "--offline", **environ)
    assert "Advice: use checkpoint 104: ft:best" in done.err
    refused = here("jobs", "get", id_, "--offline", "--judge", **environ)
    assert (refused.code, "--judge asks" in refused.err) == (2, True)
    asked = here("jobs", "get", id_, "--judge", "--json", **past["environ"])
    assert (asked.code, asked.json["id"], asked.json["overfit"]) == (0, id_, None)
