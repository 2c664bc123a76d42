"""`finetop models`: one's own models beside their base's last day, by the list and by the jobs."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands import here
from finetop.archive import Fetched, Folder, Origin, Words
from finetop.models import Job

BASE, OTHER = "gpt-4o-mini-2024-07-18", "o4-mini-2025-04-16"
TODAY = datetime.now(UTC).date()


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


def model(id_: str, owner: str = "system", **more: Any) -> dict[str, Any]:
    return {"id": id_, "model": {"id": id_, "owned_by": owner, "created": 1_700_000_000} | more, "raw": {}}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three models that end in 23 days, one later, one that has ended, one that nobody says of."""
    path = tmp_path_factory.mktemp("models") / "acme"
    bases = [BASE, BASE, BASE, OTHER, "curie", "davinci-002"]
    tuned = [f"ft:{base}:acme::A{number}" for number, base in enumerate(bases)]
    tuned[2], tuned[4] = "accounts/acme/models/triage", "curie:ft-acme-2023-04-18-09-53-20"
    with Folder(path, Origin("openai", "https://one.test/v1"), "acme") as folder:
        for number, base in enumerate(bases):
            said = {
                "id": f"ftjob-{number}",
                "status": "succeeded",
                "model": base,
                "fine_tuned_model": tuned[number],
                "created_at": 1_700_000_000 + number,
                "finished_at": 1_700_000_100 + number,
            }
            folder.draft.add(Fetched(Job.model_validate(said), Words.of(said), time.time()))
        models = [
            model(BASE, shutdown_date=day(23)),
            model(OTHER, shutdown_date=day(60)),
            model("curie", shutdown_date=day(-300)),
            model("davinci-002"),
            model(tuned[0], "acme", shutdown_date=None),
            model(f"{tuned[0]}:ckpt-step-20", "acme"),
        ]
        folder.finish([f"ftjob-{number}" for number in range(len(bases))], models, [])
    return path


def test_what_ends_first_stands_first_and_one_line_says_how_much(account: Path) -> None:
    done = here("--archive", account, "models")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["MODEL", "OWNER", "AGE", "TUNED", "FROM", "JOB", "ENDS", "DAYS", "PROFILE"]
    assert [line.split()[0] for line in lines[1:3]] == ["curie:ft-acme-2023-04-18-09-53-20", "curie"]
    assert f"{day(23)}  23" in next(line for line in lines if "triage" in line)
    assert done.err == "finetop: 3 of your models end in 23 days, 1 later, 1 has ended\n"


def test_programs_read_what_is_joined(account: Path) -> None:
    found = {value["id"]: value for value in here("--archive", account, "models", "--json").json}
    assert found["accounts/acme/models/triage"] == {
        "profile": "acme",
        "id": "accounts/acme/models/triage",
        "created": 1_700_000_102.0,
        "owned_by": None,
        "shutdown_date": None,
        "listed": False,
        "tuned_from": BASE,
        "job": "ftjob-2",
        "ends_on": day(23),
        "ends_in_days": 23,
        "ends_with": BASE,
    }
    point = found[f"ft:{BASE}:acme::A0:ckpt-step-20"]
    assert (point["job"], point["ends_in_days"], point["listed"]) == ("ftjob-0", 23, True)
    assert (found["davinci-002"]["tuned_from"], found["davinci-002"]["ends_on"]) == (None, None)
    assert found["ft:davinci-002:acme::A5"]["ends_on"] is None
    lines = here("--archive", account, "models", "--jsonl").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == list(found)
    schema = here("schema", "model").json["properties"]
    assert set(found["davinci-002"]) <= set(schema)


def test_a_query_means_the_jobs_that_made_them(account: Path) -> None:
    soon = here("--archive", account, "models", "ends_in<30d", "--json").json
    assert {value["job"] for value in soon} == {"ftjob-0", "ftjob-1", "ftjob-2", "ftjob-4"}
    none = here("--archive", account, "models", "model:nobody")
    assert (none.code, none.out) == (0, "")
    assert "no job that matches model:nobody made a model" in none.err
    assert here("--archive", account, "models", "ends_inn<30d").code == 2


def test_what_is_known_needs_no_asking(account: Path) -> None:
    here("--archive", account, "models")
    found = here("--archive", account, "models", "--offline", "--json")
    assert len(found.json) == 11
    assert here("--archive", account, "jobs", "list", "ends_in<30d", "--offline", "--json").json[0]["id"]
