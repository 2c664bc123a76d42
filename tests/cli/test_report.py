"""Reports on jobs from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from commands import here


def test_a_report_is_made_of_what_is_known(past: dict[str, Any], tmp_path: Path) -> None:
    """Asked or not, in three forms, the same bytes each time, and never over another file."""
    id_ = past["job"]["id"]
    environ = {**past["environ"], "FINETOP_STATE": str(tmp_path / "state")}
    asked = here("report", id_, **environ)
    assert asked.code == 0, asked.err
    assert "nothing is left out" in asked.err
    known = here("report", id_, "--offline", "--leave-out", "nothing", **environ)
    assert known.err == ""
    assert known.out == asked.out
    assert "not known" not in asked.out, "the data were read for their hashes"
    assert asked.out.startswith("# Fine-tuning report: looked\n")
    for words in (id_, "tiny-bytes-1", "| team | looking |", "n_epochs", "```text"):
        assert words in asked.out
    for name, begins in (("r.md", "# Fine-tuning"), ("r.html", "<!doctype html>"), ("r.txt", "Fine-tuning")):
        path = tmp_path / name
        done = here("report", id_, "--offline", "-o", path, **environ)
        assert (done.code, done.out) == (0, ""), done.err
        assert f"wrote {path}" in done.err
        assert path.read_text("utf-8").startswith(begins)
        again = here("report", id_, "--offline", "-o", path, **environ)
        assert again.code == 2
        assert "is there already" in again.err
        before = path.read_bytes()
        assert here("report", id_, "--offline", "-o", path, "--force", **environ).code == 0
        assert path.read_bytes() == before


def test_what_is_left_out_is_nowhere(past: dict[str, Any], tmp_path: Path) -> None:
    """Neither names nor ids nor pairs; and what cannot be meant is told before anything is asked."""
    id_ = past["job"]["id"]
    environ = {**past["environ"], "FINETOP_STATE": str(tmp_path / "state")}
    bare = here("report", id_, "--offline", "--leave-out", "names,ids", "--leave-out", "metadata", **environ)
    assert bare.code == 0, bare.err
    files = [file["id"] for file in (*past["job"]["training_files"], *past["job"]["result_files"])]
    for words in (id_, "looked", "looking", "mine", "team", past["job"]["fine_tuned_model"], *files):
        assert words not in bare.out, words
    assert "Left out: names, ids, metadata." in bare.out
    for arguments, said in (
        ((id_, "--leave-out", "nmaes"), "cannot leave out 'nmaes'"),
        ((id_, "-o", "report.pdf"), ".md, .html or .txt"),
        ((id_, "-o", tmp_path, "--format", "md"), "is a folder"),
        (("ftjob-nobody", "--offline"), "nothing is known of ftjob-nobody"),
        ([f"j{number}" for number in range(9)], "8 jobs at most"),
    ):
        done = here("report", *arguments, **environ)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def test_curves_are_printed_as_numbers_and_as_pictures(past: dict[str, Any]) -> None:
    """All of them, or those that are named; as JSON they are what `--json` prints."""
    id_, environ = past["job"]["id"], past["environ"]

    def printed(*options: str) -> str:
        done = here("jobs", "metrics", id_, "--offline", *options, **environ)
        assert done.code == 0, done.err
        return done.out

    numbers = printed("--format", "csv").splitlines()
    steps = json.loads(printed("--json"))
    assert numbers[0].startswith("step,train_loss")
    assert len(numbers) == len(steps) + 1
    assert float(numbers[1].split(",")[1]) == steps[0]["train_loss"]
    told = json.loads(printed("--format", "json"))
    assert [step["train_loss"] for step in told] == [step["train_loss"] for step in steps]
    assert printed("--format", "text", "--measure", "loss").startswith("Loss, per byte\n")
    picture = printed("--format", "svg")
    assert picture.startswith("<svg ")
    assert all(title in picture for title in (">Loss, per byte<", ">Accuracy, of bytes<", ">Learning rate<"))
    for options, said in (
        (("--format", "svg", "--measure", "los"), "There is loss, accuracy"),
        (("--format", "csv", "--measure", "loss"), "--measure is for pictures"),
        (("--format", "csv", "--json"), "Leave out --json"),
    ):
        done = here("jobs", "metrics", id_, "--offline", *options, **environ)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
