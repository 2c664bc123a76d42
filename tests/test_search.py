"""Finding jobs in the store by what a query says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.models import Event
from finetop.providers.reading import read_job
from finetop.query import parse
from finetop.store import JobKey, Store

NAMES = {1: "openai", 2: "local"}
NOW = 1_780_000_000.0
DAY = 86_400.0

JOBS: tuple[tuple[int, dict[str, Any]], ...] = (
    (1, {"id": "ftjob-one", "status": "succeeded", "model": "gpt-4o-mini", "created_at": NOW - 2 * DAY,
         "finished_at": NOW - 2 * DAY + 3_600, "fine_tuned_model": "ft:gpt-4o-mini:org:towns:X1",
         "trained_tokens": 12_000, "seed": 3, "organization_id": "org-7",
         "training_file": "file-abc", "result_files": ["file-res"],
         "metadata": {"team": "support", "tags": "night, gold", "finetop": "ours"},
         "method": {"type": "supervised", "supervised": {"hyperparameters":
                    {"n_epochs": 3, "learning_rate_multiplier": 2.0, "batch_size": "auto"}}}}),
    (1, {"id": "ftjob-two", "status": "failed", "model": "gpt-4o", "created_at": NOW - 9 * DAY,
         "finished_at": NOW - 9 * DAY + 60, "suffix": "100%_sure",
         "error": {"code": "invalid_file", "message": "line 3: no message"},
         "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": 0.2,
                    "learning_rate_multiplier": 0.0001}}}}),
    (2, {"id": "ftjob-three", "status": "running", "model": "tiny-bytes-1", "created_at": NOW - 600,
         "metadata": {"experiment": "x", "team": "Sales"}}),
    (2, {"id": "ftjob-four", "status": "validating_files", "model": "tiny-bytes-1", "created_at": NOW - 60}),
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("search") / "finetop.db")
    for account, raw in JOBS:
        opened.accounts.ensure(dialect="openai", base_url=f"https://{account}.test/v1")
        sent = read_job({"object": "fine_tuning.job", **raw})
        opened.jobs.save(account, [sent], opened.ask())
    data = {"step": 5, "total_steps": 10, "train_loss": 0.4, "valid_loss": float("nan")}
    opened.events.save(
        JobKey(2, "ftjob-three"), [Event(id="e1", created_at=NOW - 60, type="metrics", data=data)]
    )
    yield opened
    opened.close()


def found(store: Store, query: str) -> list[str]:
    keys = store.jobs.find(parse(query), NAMES, now=NOW)
    return [key.id.removeprefix("ftjob-") for key in keys]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "four three one two"),
        ("status:failed", "two"),
        ("status:active", "four three"),
        ("-status:ended", "four three"),
        ("raw_status:validating", "four"),
        ("model:mini", "one"),
        ("model=GPT-4O", "two"),
        ("MINI", "one"),
        ("towns", "one"),
        ("name:towns,sure", "one two"),
        ("name:100%_", "two"),
        ("name:10_%", ""),
        ("id:ftjob-t*", "three two"),
        ("profile:openai", "one two"),
        ("-profile:openai", "four three"),
        ("profile:open", ""),
        ("method:dpo", "two"),
        ("lr>1", "one"),
        ("lr<1e-3", "two"),
        ("batch:auto", "one"),
        ("batch>1", ""),
        ("-batch>1", "four three one two"),
        ("setting.beta:0.1..0.3", "two"),
        ("epochs:1,3", "one two"),
        ("age<7d", "four three one"),
        ("age>5m status:running", "three"),
        ("took<2m", "four three two"),
        ("created>=2026-05-27T12:00", "four three"),
        ("created:2026-05", "four three one two"),
        ("tokens>10k", "one"),
        ("seed:*", "one"),
        ("seed!=3", "four three two"),
        ("error:message", "two"),
        ("file:abc", "one"),
        ("result_file=file-res", "one"),
        ("org:org-7", "one"),
        ("metadata:team=support", "one"),
        ("metadata:team=support,Sales", "three one"),
        ("metadata:team=sales", ""),
        ("metadata.team:sales", "three"),
        ("metadata:team", "three one"),
        ("metadata:finetop", ""),
        ("tag:gold", "one"),
        ("tag:go", ""),
        ("tag:experiment", "three"),
        ("tag:finetop", ""),
        ("loss<0.5", "three"),
        ("valid_loss<9", ""),
        ("progress>=50%", "three"),
        ("-progress>0", "four one two"),
        ("step:5 status:running", "three"),
        ("status:failed,succeeded model:4o -profile:local age<30d", "one two"),
    ],
)
def test_what_is_found(store: Store, query: str, ids: str) -> None:
    """The newest first."""
    assert found(store, query) == ids.split()


TERMS = st.sampled_from(
    ["status:failed", "lr>1", "model:mini", "tag:x", "took<1h", "progress<60%", "metadata:team", "seed:3",
     "loss<1", "error:*", "file:abc", "profile:local", "batch:auto", "created<2026-05-20", "valid_loss>0"]
)  # fmt: skip


@given(TERMS, TERMS)
def test_a_term_and_its_opposite_divide_the_jobs(store: Store, one: str, other: str) -> None:
    """What is unknown of a job is on the side of the dash; terms beside each other cut."""
    every = set(found(store, ""))
    meant, not_meant = set(found(store, one)), set(found(store, f"-{one}"))
    assert (meant | not_meant, meant & not_meant) == (every, set())
    assert set(found(store, f"{one} {other}")) == meant & set(found(store, other))


@given(
    st.text("%_*'-ftjobTWO :", min_size=1) | st.text(st.characters(codec="ascii", exclude_characters='"\\\0'))
)
def test_any_text_can_be_looked_for(store: Store, text: str) -> None:
    """It is only ever bound, and its own signs mean themselves."""
    expected = [key for key in ("four", "three", "one", "two") if text.lower() in f"ftjob-{key}"]
    assert found(store, f'id:"{text}"') == expected


def test_one_job_alone(store: Store) -> None:
    """For a rule that asks about the job at hand."""
    assert store.jobs.matches(parse("status:failed"), JobKey(1, "ftjob-two"), "openai")
    assert not store.jobs.matches(parse("status:failed"), JobKey(1, "ftjob-one"), "openai")
    assert not store.jobs.matches(parse(""), JobKey(1, "ftjob-nobody"), "openai")


def test_rows_that_a_screen_shows(store: Store) -> None:
    """Only those that are meant, and of them only the news."""
    condition = parse("status:running,failed")
    rows = store.jobs.rows(NAMES, condition=condition, now=NOW)
    assert [row.key.id for row in rows] == ["ftjob-three", "ftjob-two"]
    assert store.jobs.rows(NAMES, condition=condition, since=store.now(), now=NOW) == []
