"""A list of any length shows its first lines at once, and what changes where it belongs."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from drivers import Told, fill, house, opened
from finetop.models import Event, Job
from finetop.query import read_filter
from finetop.store import JobKey, Store
from finetop.tui import listing as listings
from finetop.tui.listing import Listing
from finetop.tui.messages import StoreChanged
from finetop.tui.panes.jobs import JobsPane
from finetop.tui.remembered import Part
from finetop.views import Sort, View
from stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_795_000_000.0
NAMES = {1: "one"}


def save(store: Store, *numbers: int, status: str = "succeeded", **more: Any) -> None:
    bodies = [
        {"id": f"j{n}", "status": status, "model": "m", "created_at": NOW - n, "suffix": f"name-{n}", **more}
        for n in numbers
    ]
    jobs = [(Job.model_validate(body), json.dumps(body).encode()) for body in bodies]
    store.jobs.save(1, jobs, store.ask())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "finetop.db")
    store.accounts.ensure(dialect="openai", base_url="u", key="k")
    save(store, *range(60))
    yield store
    store.close()


@pytest.fixture
def listing(store: Store) -> Listing:
    return Listing(store, NAMES, clock=lambda: NOW)


def names(listing: Listing) -> list[str]:
    return [listing.row(place).name for place in range(len(listing))]


def test_a_short_list_is_there_at_once_whatever_is_asked(listing: Listing) -> None:
    listing.begin(View(filter=read_filter("name-5"), sort=Sort("name", reverse=True)))
    assert listing.is_whole
    assert names(listing) == [f"name-{n}" for n in (*range(59, 49, -1), 5)]
    assert listing.counts == {"succeeded": 60}


async def test_of_a_long_list_the_first_lines_are(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is read on another thread; a view that has no index begins with nothing."""
    monkeypatch.setattr(listings, "SHORT", 10)
    monkeypatch.setattr(listings, "FIRST", 20)
    listing.begin(View())
    assert (len(listing), listing.total, listing.is_whole) == (20, 60, False)
    assert await listing.show(View())
    assert (len(listing), listing.total, listing.is_whole) == (60, 60, True)
    other = Listing(listing._store, NAMES, clock=lambda: NOW)
    other.begin(View(sort=Sort("name")))
    assert (len(other), other.is_whole) == (0, False)


async def test_of_several_views_the_last_counts(listing: Listing) -> None:
    listing.begin(View())
    views = [View(filter=read_filter(words)) for words in ("name-1", "name-2", "name-33")]
    assert await asyncio.gather(*map(listing.show, views)) == [False, False, True]
    assert names(listing) == ["name-33"]


async def test_what_changes_is_put_where_it_belongs(listing: Listing, store: Store) -> None:
    """A job that a view does not mean any more leaves it, and one that it means comes."""
    listing.begin(View())
    assert listing.row(59).name == "name-59"
    save(store, 59, status="running")
    save(store, 99)
    news = listing.pull()
    assert news is not None
    assert news.is_moved
    assert news.keys == {JobKey(1, "j59"), JobKey(1, "j99")}
    assert (listing.row(0).name, listing.row(60).name) == ("name-59", "name-99")
    assert listing.counts == {"succeeded": 60, "running": 1}
    assert (listing.place(JobKey(1, "j59")), listing.place(JobKey(1, "nobody's"))) == (0, None)
    assert await listing.show(View(only="active"))
    assert listing.place(JobKey(1, "j99")) is None
    found = listing.get(JobKey(1, "j99"))
    assert found is not None
    assert found.name == "name-99"
    save(store, 59)
    assert listing.pull() is not None
    assert len(listing) == 0


def test_few_rows_are_kept_of_many(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "KEPT", 20)
    listing.begin(View())
    assert names(listing) == [f"name-{n}" for n in range(60)]
    assert len(listing._rows) <= 20 + listings.BLOCK
    assert names(listing) == [f"name-{n}" for n in range(60)]


def test_a_column_shows_what_the_row_does_not_tell(listing: Listing, store: Store) -> None:
    save(store, 1, metadata={"team": "red"}, seed=7)
    listing.begin(View())
    key = JobKey(1, "j1")
    assert (listing.extra(key, "metadata.team"), listing.extra(key, "seed")) == ("red", 7)
    save(store, 1, metadata={"team": "blue"}, seed=7)
    listing.pull()
    assert listing.extra(key, "metadata.team") == "blue"
    assert listing.extra(JobKey(1, "nobody's"), "seed") is None


def test_the_course_of_a_loss_is_read_in_few_points(listing: Listing, store: Store) -> None:
    data = [{"step": n, "train_loss": 1 / n} for n in range(1, 330)]
    store.events.save(
        JobKey(1, "j1"),
        [Event(id=str(n), message="m", type="metrics", data=told) for n, told in enumerate(data)],
    )
    listing.begin(View())
    course = listing.trend(listing.row(1))
    assert (len(course), course[0]) == (33, 1.0)
    assert listing.trend(listing.row(2)) == []


async def test_the_cursor_goes_where_it_was_left_however_long_the_list(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays on its job while the list is read once more, and comes back to it after a filter."""
    monkeypatch.setattr(listings, "SHORT", 10)
    monkeypatch.setattr(listings, "FIRST", 20)
    pane = JobsPane()
    async with Stage(pane).run_test(size=(100, 12)) as pilot:
        pane.restore(Part({"job": [1, "j50"]}))
        listing.begin(pane.view)
        pane.open(listing, now=NOW)

        async def reads(name: str, count: int) -> None:
            for _ in range(2_000):
                if len(listing) == count and pane.current is not None and pane.current.name == name:
                    return
                await pilot.pause(0.01)
            raise AssertionError(f"{pane.current} of {len(listing)}, not {name} of {count}")

        await reads("name-0", 20)
        pane.show_view(pane.view)
        await reads("name-50", 60)
        await pilot.press("j")
        before = pane.cursor
        save(listing._store, *range(70, 80), status="running")
        pane.show_view(pane.view)
        await reads("name-51", 70)
        assert pane.cursor == before, "the row does not move"
        pane.look(View(filter=read_filter("name-7")))
        await reads("name-70", 11)
        pane.look(View())
        await reads("name-51", 70)


def test_time_alone_moves_some_views(listing: Listing) -> None:
    for view, is_timely in (
        (View(), False),
        (View(sort=Sort("eta")), True),
        (View(filter=read_filter("age<7d")), True),
        (View(filter=read_filter("status:failed")), False),
    ):
        listing.begin(view)
        assert listing.is_timely == is_timely


async def test_what_happened_since_the_last_visit_is_marked_until_the_cursor_was_there(
    tmp_path: Path,
) -> None:
    """Also what happens while one looks; a job that the cursor has been on is no news any more."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as screen:
        await screen.until(lambda: bool(screen.app.store.visits.seen([1, 2])), "the first visit is kept")
        assert "∙" not in screen.picture
        screen.main.seen()
    fill(paths, [Told("ftjob-toneCCCCCCCCCCCCCCCCC1", "tone-2", "running", age_s=90)])
    async with opened(paths) as screen:
        await screen.press("escape")  # the news of the visit
        marked = [line for line in screen.lines if "∙" in line]
        assert len(marked) == 1
        assert "tone-2" in marked[0]
        await screen.jobs.select("tone-2")
        fill(paths, [Told("ftjob-ticketsBBBBBBBBBBBBBB3", "tickets-v3", "failed", age_s=61)])
        screen.main.post_message(StoreChanged())
        await screen.until(lambda: any("∙" in line and "tickets-v3" in line for line in screen.lines))
        assert sum("∙" in line for line in screen.lines) == 1
        row = screen.main.row
        assert row is not None
        assert row.name == "tone-2", "the cursor stays on its job"
