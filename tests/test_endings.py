"""The last day of a tuned model stands on its job's row, whichever of the two was known first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from finetop.models import Job, Model
from finetop.shutdown import moment_of
from finetop.store import Store, endings
from finetop.tui.panes.jobs import JobsPane
from stage import NOW, Stage, job, picture, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetop.store import JobRow

BASE = "gpt-4o-mini-2024-07-18"
LAST = moment_of("2027-01-14")
LISTED = [Model(id=BASE, shutdown_date="2027-01-14"), Model(id="o1", shutdown_date="2028-01-01")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    opened.accounts.ensure(dialect="openai", base_url="https://one.test/v1")
    yield opened
    opened.close()


def keep(store: Store, *ids: str, **more: Any) -> None:
    jobs = [
        {"id": id_, "status": "succeeded", "model": BASE, "fine_tuned_model": f"ft:{BASE}:acme::{id_}"} | more
        for id_ in ids
    ]
    store.jobs.save(1, [(Job.model_validate(raw), b"{}") for raw in jobs], store.ask())


def rows(store: Store, since: int = 0) -> dict[str, JobRow]:
    return {row.key.id: row for row in store.jobs.rows({1: "one"}, since=since)}


def test_a_job_learns_its_models_last_day_from_the_list_and_from_itself(store: Store) -> None:
    keep(store, "before")
    assert rows(store)["before"].ends_at is None
    store.library.save_models(1, LISTED)
    keep(store, "after")
    keep(store, "running", status="running", fine_tuned_model=None)
    keep(store, "elsewhere", model="curie", fine_tuned_model="curie:ft-acme-2023-04-18-09-53-20")
    assert {id_: row.ends_at for id_, row in rows(store).items()} == {
        "before": LAST,
        "after": LAST,
        "running": None,
        "elsewhere": None,
    }


def test_only_rows_whose_day_moved_are_drawn_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "BATCH", 2)
    store.library.save_models(1, LISTED)
    keep(store, "a", "b", "c")
    keep(store, "other", model="o1", fine_tuned_model="mine")
    drawn = max(row.seq for row in rows(store).values())
    store.library.save_models(1, LISTED[::-1])
    assert rows(store, drawn) == {}
    store.library.save_models(1, [Model(id=BASE, shutdown_date="2027-02-01"), LISTED[1]])
    assert {id_: row.ends_at for id_, row in rows(store, drawn).items()} == dict.fromkeys(
        "abc", moment_of("2027-02-01")
    )


async def test_the_list_counts_the_days_where_one_is_known() -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(140, 12)) as pilot:
        show(pane, [job(1), job(2)], now=NOW)
        await pilot.pause()
        assert "ENDS" not in picture(app)[1]
        days = (23.5, 0.2, -3)
        show(
            pane,
            [job(n, ends_at=(NOW // 86_400 + day) * 86_400 // 86_400 * 86_400) for n, day in enumerate(days)],
            now=NOW,
        )
        await pilot.pause()
        lines = picture(app)
        assert "ENDS" in lines[1]
        assert [next(word for word in ("23 d", "today", "ended") if word in line) for line in lines[2:5]] == [
            "23 d",
            "today",
            "ended",
        ]
