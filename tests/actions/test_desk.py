"""Which errors leave it open whether something was done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faulty import FastTime
from finetop.actions.desk import Desk, looks, may_have_acted
from finetop.actions.draft import Draft
from finetop.errors import (
    BadInput,
    BadReply,
    BadRequest,
    FinetopError,
    Forbidden,
    LostReply,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
)
from finetop.store import Store


@pytest.mark.parametrize(
    ("error", "open_"),
    [
        (LostReply("x"), True),
        (Unreachable("x"), False),
        (ServerFault("x", status=500), True),
        (ServerFault("x", status=503), True),
        (ServerFault("x", status=501), False),
        (ServerFault("x", status=507), False),
        (BadReply("x", status=200), True),
        (BadReply("x"), True),
        (BadReply("x", status=307), False),
        (BadRequest("x", status=400), False),
        (BadRequest("x", status=408), True),
        (BadRequest("x", status=409), False),
        (Unauthorized("x", status=401), False),
        (Forbidden("x", status=403), False),
        (RateLimited("x", status=429), False),
        (QuotaExceeded("x", status=429), False),
        (BadInput("x"), False),
    ],
)
def test_whether_it_may_have_been_done(error: FinetopError, open_: bool) -> None:
    assert may_have_acted(error) == open_


@pytest.mark.parametrize(
    ("age_s", "moments"),
    [
        (0, [2, 5, 15, 60, 180]),
        (0.5, [0.5, 2, 5, 15, 60, 180]),
        (20, [20, 60, 180]),
        (90_000, [90_000]),
    ],
)
async def test_when_to_look(tmp_path: Path, age_s: float, moments: list[float]) -> None:
    store, time = Store(tmp_path / "finetop.db"), FastTime()

    async def nobody() -> None:
        raise AssertionError

    desk = Desk(store, 1, nobody, sleep=time.sleep, clock=time.now)  # type: ignore[arg-type]
    assert [moment async for moment in looks(desk, age_s=age_s)] == moments
    assert time.ahead_s == pytest.approx(max(180 - age_s, 0), abs=0.5)
    store.close()


@pytest.mark.parametrize("validation", [None, "file-v", Path("/data/v.jsonl")])
def test_the_journal_gives_a_draft_back(validation: Path | str | None) -> None:
    draft = Draft(
        "p",
        "m",
        Path("/data/t.jsonl"),
        validation,
        {"n_epochs": 3, "batch_size": "auto"},
        "s",
        7,
        {"a": "b"},
        method="reinforcement",
        grader={"type": "string_check"},
        integrations=({"type": "wandb", "wandb": {"project": "p"}},),
    )
    assert Draft.from_json(draft.to_json()) == draft


def test_what_an_older_finetop_wrote_down_can_still_be_sent() -> None:
    kept = json.loads(Draft("p", "m", "file-t", suffix="s").to_json())
    for new in ("upload_anew", "method", "grader", "integrations"):
        del kept[new]
    assert Draft.from_json(json.dumps(kept)) == Draft("p", "m", "file-t", suffix="s")
