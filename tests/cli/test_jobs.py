"""`finetop jobs` against a real server: what is printed where."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands import Served, finetop, here, serving


def test_create_and_wait_prints_the_final_job(mine: dict[str, str], good: Path) -> None:
    """One JSON value on stdout, talk on stderr, every option on the job, and success is 0."""
    done = finetop(
        "jobs", "create", good, "--model", "tiny-bytes-1", "--validation", good,
        "--epochs", 4, "--batch-size", "auto", "--lr-multiplier", "0.5", "--seed", 7,
        "--suffix", "sums", "--metadata", "team=support", "--metadata", "note=a=b", "--wait", "--json",
        **mine,
    )  # fmt: skip
    job = done.json
    assert done.code == 0
    assert job["status"] == "succeeded"
    assert job["fine_tuned_model"].startswith("ft:tiny-bytes-1:local:sums:")
    assert job["hyperparameters"] == {"n_epochs": 4, "batch_size": 1, "learning_rate_multiplier": 0.5}
    assert job["seed"] == 7
    assert job["metadata"] == {"team": "support", "note": "a=b"}
    assert job["trained_tokens"] > 0
    assert len(job["validation_files"]) == 1
    assert f"created {job['id']}" in done.err


def test_what_was_made_can_be_looked_at(mine: dict[str, str], good: Path) -> None:
    """list, get and events show the same job, in tables for people and in JSON for programs."""
    made = here("jobs", "create", good, "--model", "tiny-bytes-1", "--suffix", "seen", "--wait", "--json",
                **mine).json  # fmt: skip
    listed = here("jobs", "list", "--json", **mine).json
    assert listed[0]["id"] == made["id"]
    assert here("jobs", "get", made["id"], "--json", **mine).json == made
    events = here("jobs", "events", made["id"], "--json", **mine).json
    assert [event["created_at"] for event in events] == sorted(event["created_at"] for event in events)
    assert len([event for event in events if event["type"] == "metrics"]) > 10
    table = here("jobs", "list", **mine).out.splitlines()
    assert table[0].split() == ["STATUS", "NAME", "BASE", "MODEL", "METHOD", "AGE", "PROFILE", "JOB"]
    assert re.search(rf"^succeeded +seen +tiny-bytes-1 .*{made['id']}$", "\n".join(table), re.MULTILINE)
    facts = here("jobs", "get", made["id"], **mine).out
    assert re.search(rf"^Tuned model +{made['fine_tuned_model']}$", facts, re.MULTILINE)
    log = here("jobs", "events", made["id"], **mine).out
    assert "Created fine-tuning job" in log


def test_an_uploaded_file_is_named_by_its_id(mine: dict[str, str], good: Path) -> None:
    """The second job needs no upload."""
    first = here("jobs", "create", good, "--model", "tiny-bytes-1", "--json", **mine).json
    file_id = first["training_files"][0]["id"]
    second = here("jobs", "create", file_id, "--model", "tiny-bytes-1", "--wait", "--json", **mine)
    assert second.code == 0
    assert second.json["training_files"][0]["id"] == file_id


def test_bytes_that_are_there_already_are_told_and_can_be_sent_anew(mine: dict[str, str], good: Path) -> None:
    """Nothing is uploaded in silence, and nothing left out in silence."""
    first = here("jobs", "create", good, "--model", "tiny-bytes-1", "--upload-anew", "--json", **mine)
    file_id = first.json["training_files"][0]["id"]
    assert "same bytes" not in first.err
    again = here("jobs", "create", good, "--model", "tiny-bytes-1", "--json", **mine)
    assert re.search(r"using file-\S+ \(same bytes, uploaded .+\); --upload-anew sends", again.err)
    assert again.json["training_files"][0]["id"] in again.err
    anew = here("jobs", "create", good, "--model", "tiny-bytes-1", "--upload-anew", "--json", **mine)
    assert anew.json["training_files"][0]["id"] not in {file_id, again.json["training_files"][0]["id"]}


def test_nothing_an_api_said_reaches_the_terminal_raw(mine: dict[str, str], good: Path) -> None:
    """Escape sequences in a value are taken out of tables and escaped in JSON."""
    made = here("jobs", "create", good, "--model", "tiny-bytes-1", "--metadata",
                "note=\x1b]52;c;aGk=\x07red\x9b31m \u202eback", "--json", **mine)  # fmt: skip
    shown = here("jobs", "get", made.json["id"], **mine)
    assert "note=red back" in shown.out
    for text in (made.out, shown.out, made.err, shown.err):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_no_jobs_yet(tmp_path: Path) -> None:
    """An empty list is no failure, and says what to do."""
    with serving(tmp_path / "engine") as fresh:
        assert here("jobs", "list", "--json", **fresh.environ).json == []
        done = here("jobs", "list", **fresh.environ)
    assert (done.code, done.out) == (0, "")
    assert "jobs create" in done.err


def test_the_engine_of_this_machine_is_started_when_it_is_needed(good: Path, own_home: Path) -> None:
    """No profile, no key: --profile local is enough."""
    assert finetop("serve", "--status").code == 4
    try:
        done = finetop(
            "jobs", "create", good, "--model", "tiny-bytes-1", "--profile", "local", "--wait", "--json"
        )
        assert (done.code, done.json["status"]) == (0, "succeeded"), done.err
        assert finetop("serve", "--status").code == 0
    finally:
        assert finetop("serve", "--stop", "--jobs").code == 0


def test_several_profiles(
    served: Served, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking goes to all, and a silent one hides no other; what changes something must choose."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        silent = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    settings = tmp_path / "config.toml"
    settings.write_text(
        f'[profiles.mine]\nbase_url = "{served.card["base_url"]}"\nkey_env = "MINE"\n'
        f'[profiles.silent]\nbase_url = "{silent}"\nkey_env = "MINE"\n'
    )
    environ = {"FINETOP_CONFIG": str(settings), "MINE": served.card["api_key"]}
    made = here("jobs", "create", good, "--model", "tiny-bytes-1", "--profile", "mine", "--json", **environ)
    assert made.code == 0, made.err
    guessed = here("jobs", "create", good, "--model", "tiny-bytes-1", **environ)
    assert guessed.code == 2
    assert "mine, silent" in guessed.err
    monkeypatch.setattr("finetop.client.api.retry_delay", lambda error, tried: 0.0)  # all tries, no pauses
    listed = here("jobs", "list", "--json", **environ)
    assert listed.code == 4
    (shown,) = [job for job in listed.json if job["id"] == made.json["id"]]
    assert shown["profile"] == "mine"
    assert f"{silent.split('/')[2]} cannot be reached" in listed.err
    assert here("--profile", "mine", "jobs", "list", "--json", **environ).code == 0


@pytest.mark.parametrize("arguments", [("serve",), ("demo",), ("jobs", "list", "--profile", "local")])
def test_the_missing_extra_is_named(arguments: tuple[str, ...]) -> None:
    """Without it finetop still watches providers; the engine says what to install."""
    program = f"""
import sys
sys.modules["uvicorn"] = None
from finetop import cli
from finetop.cli import opening
opening.is_terminal = lambda: True
sys.argv = ["finetop", *{arguments!r}]
cli.main(cli.Screens(open=lambda opening: 0, ask=lambda found: None))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the extra `local`" in done.stderr
    assert "pip install 'finetop[local]'" in done.stderr


def test_without_the_extra_other_profiles_are_shown(
    past: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the profile of this machine's engine fails, and says what to install."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    settings = tmp_path / "config.toml"
    settings.write_text(
        '[profiles.here]\ndialect = "local"\n'
        f'[profiles.there]\nbase_url = "{past["base_url"]}"\nkey_env = "THERE"\n'
    )
    environ = {"FINETOP_CONFIG": str(settings), "THERE": past["api_key"]}
    done = here("jobs", "list", "looked", "--json", **environ)
    assert [job["id"] for job in done.json] == [past["job"]["id"]]
    assert (done.code, "here: the local engine needs the extra" in done.err) == (2, True)
