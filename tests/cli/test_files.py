"""`finetop files` against a real server, the schema of what is printed, and what a shell completes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from commands import examples, finetop, here
from finetop.cli.main import finetop as root


def test_a_file_goes_there_is_listed_and_deleted(past: dict[str, Any], tmp_path: Path) -> None:
    """Sent once, unless it is to be sent anew."""
    environ, path = past["environ"], examples(tmp_path / "mine.jsonl", 17)
    sent = here("files", "upload", path, **environ)
    file_id = sent.out.strip()
    assert (sent.code, file_id.startswith("file-")) == (0, True)
    again = here("files", "upload", path, "--json", **environ)
    assert again.json["id"] == file_id
    assert "mine.jsonl is there already; --anew" in again.err
    listed = {file["id"]: file for file in here("files", "list", "--json", **environ).json}
    assert (listed[file_id]["profile"], listed[file_id]["bytes"]) == ("mine", path.stat().st_size)
    assert listed[past["result"]]["purpose"] == "fine-tune-results"
    of_results = here("files", "list", "--purpose", "fine-tune-results", "--jsonl", **environ).out
    assert past["result"] in of_results
    assert file_id not in of_results
    assert file_id in here("files", "list", **environ).out
    refused = here("files", "delete", file_id, **environ)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert here("files", "delete", file_id, "--yes", **environ).code == 0
    assert file_id not in here("files", "list", "--json", **environ).out


def test_a_bad_file_keeps_the_good_one_here(past: dict[str, Any], tmp_path: Path) -> None:
    """All are read through before anything is sent."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\nnot json\n")
    done = here("files", "upload", examples(tmp_path / "a.jsonl", 18), bad, **past["environ"])
    assert (done.code, done.out) == (2, "")
    assert f"{bad}, line 2" in done.err


def test_a_file_comes_here_and_writes_over_nothing(
    past: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into this folder, another one, under a name, or to stdout."""
    monkeypatch.chdir(tmp_path)
    environ, result = past["environ"], past["result"]
    first, second = (here("files", "get", result, **environ).out.strip() for _ in range(2))
    assert Path(first).read_text().startswith("step,")
    assert first != second
    named = tmp_path / "named.csv"
    assert here("files", "get", result, "-o", named, **environ).out.strip() == str(named)
    named.write_text("mine")
    taken = here("files", "get", result, "-o", named, **environ)
    assert (taken.code, named.read_text()) == (2, "mine")
    assert "--force" in taken.err
    assert here("files", "get", result, "-o", named, "--force", **environ).code == 0
    assert named.read_bytes() == Path(first).read_bytes()
    assert finetop("files", "get", result, "-o", "-", **environ).out == named.read_text()
    there = here("files", "get", result, "-o", "new/folder/", **environ).out.strip()
    assert Path(there).parent.parts[-2:] == ("new", "folder")
    again = here("files", "get", result, "-o", "new/folder", **environ).out.strip()
    assert Path(again).parent == Path(there).parent
    strange = here("files", "list", "--purpose", "fine-tnue", **environ)
    assert (strange.code, "did you mean fine-tune?" in strange.err) == (0, True)
    assert here("files", "get", "file-nobody", **environ).code == 3


def printed(past: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What commands print, by the kind of value."""
    environ, id_ = past["environ"], past["job"]["id"]
    return {
        "job": here("jobs", "list", "--json", **environ).json,
        "event": here("jobs", "events", id_, "--json", **environ).json,
        "metric": here("jobs", "metrics", id_, "--json", **environ).json,
        "checkpoint": here("jobs", "checkpoints", id_, "--json", **environ).json,
        "file": here("files", "list", "--json", **environ).json,
        "profile": here("profiles", "list", "--json", **environ).json,
    }


def test_what_is_printed_stands_in_the_schema(past: dict[str, Any]) -> None:
    """Of jobs, their logs, measurements and checkpoints, of files and of profiles."""
    for what, values in printed(past).items():
        schema = here("schema", what).json
        told = {name for value in values for name in value}
        assert set(schema.get("required", ())) <= told
        assert what == "metric" or told == set(schema["properties"]) - {"was"}  # that is for `jobs watch`
    assert here("schema", "config").json["properties"]["profiles"]
    assert "did you mean job?" in here("schema", "jobb").err


@pytest.mark.judge
def test_a_foreign_reader_finds_what_is_printed_as_the_schema_says(past: dict[str, Any]) -> None:
    """Each value, field by field."""
    import jsonschema

    for what, values in printed(past).items():
        schema = here("schema", what).json
        jsonschema.Draft202012Validator.check_schema(schema)
        for value in values:
            jsonschema.validate(value, schema)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("che", []),
        ("ser", ["serve"]),
        ("jobs wa", ["watch", "wait"]),
        ("jobs wait --unt", ["--until"]),
        ("jobs wait --until suc", ["succeeded"]),
        ("jobs list st", ["status:", "step:", "steps:", "started:"]),
        ("jobs list -sta", ["-status:", "-started:"]),
        ("jobs list status:failed,run", ["status:failed,running"]),
        ("jobs list profile:", ["profile:mine"]),
        ("jobs get --profile mi", ["mine"]),
        ("--profile mi", ["mine"]),
        ("profiles test mi", ["mine"]),
    ],
)
def test_what_a_tab_key_completes(past: dict[str, Any], words: str, completed: list[str]) -> None:
    """Commands, options, choices, profiles and the words of a query."""
    assert complete(past, words) == completed


def test_ids_of_known_jobs_are_completed(past: dict[str, Any]) -> None:
    """Nobody is asked for them; of a profile that is named, only its own."""
    id_ = past["job"]["id"]
    assert complete(past, f"jobs get {id_[:12]}") == [id_]
    assert complete(past, f"jobs --profile mine get {id_[:12]}") == [id_]
    assert complete(past, f"--profile local jobs get {id_[:12]}") == []


def test_what_would_change_a_terminal_is_not_completed(past: dict[str, Any], tmp_path: Path) -> None:
    """An id is whatever a server wrote; a shell would put it on the line as it is."""
    jobs = [
        {"id": "ftjob-\x1b]0;x\x07", "model": "m", "status": "running"},
        {"id": "ftjob-plain", "model": "m"},
    ]
    (tmp_path / "jobs.jsonl").write_text("".join(f"{json.dumps(job)}\n" for job in jobs))
    settings = tmp_path / "config.toml"
    settings.write_text(f'[profiles.old]\ndialect = "archive"\npath = "{tmp_path}/jobs.jsonl"\n')
    odd = {"environ": {**past["environ"], "FINETOP_CONFIG": str(settings)}}
    assert len(here("jobs", "list", "--json", **odd["environ"]).json) == 2
    assert complete(odd, "jobs get ft") == ["ftjob-plain"]


def complete(past: dict[str, Any], words: str) -> list[str]:
    """What a shell is told."""
    *before, begun = words.split(" ")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in past["environ"].items():
            patch.setenv(name, value)
        found = ShellComplete(root, {}, "finetop", "_FINETOP_COMPLETE").get_completions(before, begun)
    return [item.value for item in found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_understands_its_lines(shell: str) -> None:
    """The lines are read by the shell itself, where it is here."""
    done = here("completion", shell)
    assert (done.code, "_FINETOP_COMPLETE" in done.out) == (0, True)
    found = shutil.which(shell)
    if found is not None:
        read = subprocess.run([found, "-n"], input=done.out, text=True, capture_output=True, check=False)
        assert read.returncode == 0, read.stderr
