"""`finetop` with a profile of the legacy dialect, against a real server that speaks it."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commands import Served, here, serving, start, until


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that does one job at a time."""
    with serving(tmp_path_factory.mktemp("engine"), "--slots", 1) as running:
        yield running


@pytest.fixture
def old(served: Served, tmp_path: Path) -> dict[str, str]:
    """An environment whose one profile speaks the legacy dialect."""
    file = tmp_path / "old.toml"
    url = served.card["base_url"]
    file.write_text(f'[profiles.old]\ndialect = "openai-legacy"\nbase_url = "{url}"\nkey_env = "OLD"\n')
    return {"FINETOP_CONFIG": str(file), "OLD": served.card["api_key"]}


def pairs(path: Path, count: int = 12) -> Path:
    """Prompts and completions."""
    lines = [{"prompt": f"{number} plus 2 is", "completion": f" {number + 2}"} for number in range(count)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_job_from_its_making_to_its_end(old: dict[str, str], tmp_path: Path) -> None:
    """Made in the old words, followed as a stream to its end, and then looked at."""
    made = here("jobs", "create", pairs(tmp_path / "t.jsonl"), "--model", "tiny-bytes-1",
                "--epochs", 3, "--suffix", "sums", "--json", **old)  # fmt: skip
    assert made.code == 0, made.err
    assert (made.json["kind"], made.json["method"]) == ("fine-tune", "legacy")
    id_ = made.json["id"]
    followed = here("jobs", "events", id_, "--follow", **old)
    said = [line.split(maxsplit=2)[2] for line in followed.out.splitlines()]
    assert (followed.code, said[0], said[-1]) == (0, f"Created fine-tune: {id_}", "Fine-tune succeeded")
    assert [line for line in said if "epoch" in line] == [f"Completed epoch {k}/3" for k in (1, 2, 3)]
    listed = here("jobs", "events", id_, "--json", **old).json
    assert [event["message"] for event in listed] == said
    job = here("jobs", "get", id_, "--json", **old).json
    assert (job["status"], job["hyperparameters"]["n_epochs"]) == ("succeeded", 3)
    table = here("jobs", "list", **old).out
    assert re.search(rf"^succeeded +sums +tiny-bytes-1 +legacy .*{id_}$", table, re.MULTILINE)


def test_a_queue_a_cancel_and_looking_away(served: Served, old: dict[str, str], tmp_path: Path) -> None:
    """Whoever stops looking stops nothing; the one behind moves up when the one before it is cancelled."""
    with httpx.Client(
        base_url=served.card["base_url"], headers={"Authorization": f"Bearer {served.card['api_key']}"}
    ) as api:
        content = pairs(tmp_path / "long.jsonl", 1000).read_bytes()
        sent = api.post("/files", files={"file": ("long.jsonl", content)}, data={"purpose": "fine-tune"})
        wanted = {"training_file": sent.json()["id"], "n_epochs": 50, "batch_size": 1}

        def status(id_: str) -> str:
            found: str = api.get(f"/fine-tunes/{id_}").json()["status"]
            return found

        first = api.post("/fine-tunes", json=wanted).json()["id"]
        until(lambda: status(first) == "running", "its beginning")
        second = api.post("/fine-tunes", json=wanted).json()["id"]
        until(lambda: "Queue number: 0" in api.get(f"/fine-tunes/{second}/events").text, "its place")
        assert "1st in line" in here("jobs", "get", second, **old).out
        looking = start("jobs", "events", first, "--follow", "--json", **old)
        assert looking.stdout is not None
        assert json.loads(looking.stdout.readline())["message"] == f"Created fine-tune: {first}"
        os.kill(looking.pid, signal.SIGINT)
        assert "the job goes on" in looking.communicate(timeout=30)[1]
        assert status(first) in {"pending", "running"}
        assert here("jobs", "cancel", first, "--json", **old).json["status"] == "cancelled"
        until(lambda: status(second) == "running", "its turn")
        api.post(f"/fine-tunes/{second}/cancel")
    followed = here("jobs", "events", second, "--follow", **old)
    assert followed.code == 1
    assert followed.out.splitlines()[-1].split(maxsplit=2)[2] == "Fine-tune cancelled"
