"""The roster says of each job what its row says, and gives the order of any view."""

from __future__ import annotations

import json
import math
import random
from array import array
from typing import TYPE_CHECKING, Any

import pytest

from finetop.models import Event, Job
from finetop.query import NO_FILTER, parse, read_filter
from finetop.store import JobKey, Store, roster
from finetop.store.roster import MANY
from finetop.views import Sort, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from finetop.store.rows import JobRow

NOW = 1_795_000_000.0
NAMES = {1: "one", 2: "two"}
ALL = View()
RANKS = {"running": 0, "stopping": 0, "checking": 1, "queued": 2, "paused": 3}


def told(id_: str, status: str = "succeeded", **more: Any) -> dict[str, Any]:
    return {"id": id_, "status": status, "model": "tiny-bytes-1", "created_at": NOW - 3_600, **more}


def save(store: Store, account: int, *bodies: dict[str, Any]) -> None:
    jobs = [(Job.model_validate(body), json.dumps(body).encode()) for body in bodies]
    store.jobs.save(account, jobs, store.ask())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "finetop.db")
    for account in NAMES:
        made = store.accounts.ensure(dialect="openai", base_url=str(account), key=str(account))
        assert made == account
    yield store
    store.close()


def rows(store: Store, view: View = ALL) -> list[JobRow]:
    """What a list shows, from its first line to its last."""
    found = store.roster.read(view, NAMES, NOW)
    assert found is not None
    drawn = store.roster.rows(found.numbers, NAMES, NOW)
    return [drawn[n] for n in found.numbers]


def ids(store: Store, view: View = ALL) -> list[str]:
    return [row.key.id for row in rows(store, view)]


def typed(line: str) -> View:
    return View(filter=read_filter(line))


def all_sorts(store: Store) -> None:
    """A dozen jobs of every kind, told in as many ways as providers have."""
    save(
        store,
        1,
        told(
            "a",
            "running",
            created_at=NOW - 50,
            suffix="Zebra",
            training_file="f",
            metadata={"team": "red", "n": "7"},
        ),
        told("b", "queued", created_at=NOW - 10, suffix="apple", model="z-model"),
        told("c", created_at=NOW - 99, fine_tuned_model="ft:m:org:mango:1", metadata={"team": "blue"}),
        told("d", "failed", created_at=NOW - 98, error={"message": "line 17", "code": "bad"}),
        told("e", "running", created_at=NOW - 40, steps_completed=30, total_steps=100, started_at=NOW - 40),
        told("f", "running", created_at=NOW - 30, estimated_finish=NOW + 90),
    )
    save(
        store,
        2,
        told("g", "paused", created_at=NOW - 5, hyperparameters={"n_epochs": 4, "beta": 0.5}),
        told("h", "cancelled", created_at=None, hyperparameters={"n_epochs": "auto"}),
        told("i", "running", created_at=NOW - 20, percent=40, eta_seconds=12),
        told("j", "exploded", created_at=NOW - 3, fine_tuned_model="m:ft-org:kiwi-2023-01-01-00-00-00"),
    )
    for id_, losses in (("a", (2.5, 0.5)), ("c", (1.0, math.nan)), ("d", (3.0,))):
        steps = [
            Event(
                id=f"{id_}{step}",
                created_at=NOW - 40 + step,
                message="m",
                type="metrics",
                data={"step": step, "train_loss": loss, "total_steps": 10},
            )
            for step, loss in enumerate(losses, 1)
        ]
        store.events.save(JobKey(1, id_), steps)
    store.events.save(JobKey(1, "e"), [Event(id="e1", created_at=NOW - 40, message="Job started")])
    store.events.save(
        JobKey(2, "g"), [Event(id="g1", created_at=NOW - 3, message="Completed epoch 1/4", type="message")]
    )


def test_the_usual_order_has_active_jobs_first_and_then_the_newest(store: Store) -> None:
    all_sorts(store)
    found = rows(store)
    assert found == sorted(
        found, key=lambda row: (RANKS.get(row.status, 4), -(row.created_at or 0.0), row.key)
    )
    assert len(found) == 10


def test_the_roster_says_what_the_row_says(store: Store) -> None:
    """Two that reckon the same: SQL for all jobs at once, and Python for the one that is drawn."""
    from finetop.store.search import ETA

    all_sorts(store)
    for row in rows(store):
        said = store.database.connection.execute(
            f"select name, model, step, steps, epoch, share, {ETA}, ends_at, train_loss, status from roster"
            " where account = :account and id = :id",
            {"now": NOW, "account": row.key.account, "id": row.key.id},
        ).fetchone()
        loss = row.train_loss if row.train_loss is None or math.isfinite(row.train_loss) else None
        assert said == (
            row.name, row.model, row.step, row.total_steps, row.epoch, pytest.approx(row.done),
            pytest.approx(row.eta_s), row.ends_at, loss, row.status,
        ), row.key.id  # fmt: skip


@pytest.mark.parametrize(
    ("column", "first"),
    [
        ("name", ["b", "d"]),
        ("model", ["j", "g"]),
        ("loss", ["a", "d"]),
        ("progress", ["d", "a"]),
        ("step", ["d", "a"]),
        ("age", ["j", "g"]),
        ("eta", ["a", "i", "f", "e"]),
        ("status", ["i", "f"]),
        ("job", ["a", "b"]),
        ("profile", ["b", "f"]),
        ("metadata.team", ["c", "a"]),
        ("metadata.n", ["a", "j"]),
        ("setting.epochs", ["g", "h"]),
        ("file", ["a", "j"]),
        ("unheard-of", ["i", "f"]),
    ],
)
def test_any_column_gives_an_order(store: Store, column: str, first: Sequence[str]) -> None:
    """Jobs without a value come last from either end, the newest of them first."""
    all_sorts(store)
    forth, back = (rows(store, View(sort=Sort(column, reverse))) for reverse in (False, True))
    assert [row.key.id for row in forth[: len(first)]] == first
    assert {row.key for row in forth} == {row.key for row in back}
    if column in {"loss", "eta", "metadata.n"}:
        assert forth[-1].key.id == back[-1].key.id == "h"
    for reverse, before in ((False, forth), (True, back)):
        view = View(sort=Sort(column, reverse))
        store.roster.keep_order(view, NAMES, NOW)
        assert rows(store, view) == before, "an index of the order gives another order"


def test_the_orders_asked_for_last_have_an_index(store: Store) -> None:
    """The next list in such an order is read in it, also once jobs have changed."""
    all_sorts(store)
    columns = ("model", "eta", "loss", "created", "metadata.it's", "name")
    for column in columns:
        store.roster.keep_order(View(sort=Sort(column)), NAMES, NOW)

    def plan(column: str) -> str:
        asked: list[str] = []
        store.database.connection.set_trace_callback(asked.append)
        store.roster.read(View(sort=Sort(column)), NAMES, NOW)
        store.database.connection.set_trace_callback(None)
        question = next(words for words in asked if "from roster" in words)
        steps = store.database.connection.execute(f"explain query plan {question}")
        return " ".join(step[3] for step in steps)

    assert ["B-TREE FOR ORDER BY" in plan(column) for column in columns] == [True, True, *[False] * 4]
    save(store, 1, told("a", suffix="zz-last", metadata={"it's": 4}))
    assert ids(store, View(sort=Sort("name")))[-1] == "a"
    assert ids(store, View(sort=Sort("metadata.it's")))[0] == "a"


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        (typed("mango"), "c"),
        (typed("MAN"), "c"),
        (typed("!tiny-bytes"), "b"),
        (typed("~^zeb|wi$"), "aj"),
        (typed("!/e/"), ""),
        (typed("status:failed,paused"), "dg"),
        (typed("!status:failed,paused"), "abcefhij"),
        (typed("metadata:team=red"), "a"),
        (typed("loss<1"), "a"),
        (typed("progress>35%"), "i"),
        (typed("eta<2m"), "aefi"),
        (typed("error:17"), "d"),
        (View(only="active"), "abefi"),
        (View(only="failed"), "d"),
        (View(condition=parse("profile:two"), filter=read_filter("kiwi")), "j"),
        (View(condition=parse("profile:one"), filter=NO_FILTER, only="active"), "abef"),
    ],
)
def test_a_view_shows_what_is_meant(store: Store, view: View, wanted: str) -> None:
    all_sorts(store)
    assert set(ids(store, view)) == set(wanted)


def test_an_order_is_kept_as_jobs_change(store: Store) -> None:
    """By any column and through anything, it is what reading anew would give."""
    dice = random.Random(4)
    save(store, 1, *(told(f"j{n}", created_at=NOW - n, suffix=f"name-{n % 7}") for n in range(40)))
    views = (View(), View(sort=Sort("name", reverse=True)), typed("name-3"), View(only="active"))
    known = [store.roster.read(view, NAMES, NOW) for view in views]
    seqs = [found.seq for found in known if found]
    for turn in range(30):
        number = dice.randrange(50)
        status = dice.choice(["running", "queued", "failed", "succeeded"])
        save(
            store, 1, told(f"j{number}", status, created_at=NOW - number, suffix=f"name-{dice.randrange(7)}")
        )
        if turn % 10 == 9:
            store.jobs.mark_gone(JobKey(1, f"j{number}"), deleted=True)
        for place, (view, found) in enumerate(zip(views, known, strict=True)):
            assert found is not None
            news = store.roster.renew(found.numbers, view, NAMES, NOW, seqs[place])
            anew = store.roster.read(view, NAMES, NOW)
            assert news is not None
            assert anew is not None
            assert found.numbers == anew.numbers
            assert news.keys == {JobKey(1, f"j{number}")}
            seqs[place] = news.seq
    assert sum(store.roster.counts([1]).values()) == len(ids(store)) == store.jobs.counts()[1]


def test_what_stays_in_its_place_is_no_move(store: Store) -> None:
    save(store, 1, told("a", "running"), told("b"))
    found = store.roster.read(View(), NAMES, NOW)
    assert found is not None
    store.events.save(JobKey(1, "a"), [Event(id="1", created_at=NOW, message="hello")])
    news = store.roster.renew(found.numbers, View(), NAMES, NOW, found.seq)
    assert news is not None
    assert (news.keys, news.is_moved) == (frozenset({JobKey(1, "a")}), False)


def test_too_many_changes_are_read_anew(store: Store) -> None:
    save(store, 1, *(told(f"j{n}") for n in range(MANY + 1)))
    assert store.roster.renew(array("I"), View(), NAMES, NOW, 0) is None


def test_nobody_waits_for_what_is_not_wanted_any_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing is found until the end."""
    monkeypatch.setattr(roster, "LOOK_EVERY", 10)
    save(store, 1, *(told(f"j{n}") for n in range(9)))
    for view in (View(), typed("nothing like it"), View(sort=Sort("name"))):
        assert store.roster.read(view, NAMES, NOW, is_wanted=lambda: False) is None
        assert store.roster.read(view, NAMES, NOW) is not None


def test_a_create_has_a_line_until_it_is_a_job(store: Store) -> None:
    """No view hides it while nobody knows its end."""
    save(store, 1, told("a"))
    intent = store.journal.write(1, "create", "{}", name="new one", model="m")
    view = typed("status:failed")
    assert [row.intent for row in rows(store, view)] == ["creating"]
    assert [row.name for row in rows(store)] == ["new one", "a"]
    found = store.roster.read(View(), NAMES, NOW)
    assert found is not None
    assert found.counts == {"succeeded": 1}
    intent = store.journal.mark_sent(intent)
    store.journal.settle(intent, "created", job="b")
    news = store.roster.renew(found.numbers, View(), NAMES, NOW, found.seq)
    assert news is not None
    assert news.is_moved
    assert ids(store) == ["a"]


def test_counts_are_those_of_the_condition_and_not_of_what_is_typed(store: Store) -> None:
    all_sorts(store)
    found = store.roster.read(View(condition=parse("profile:one"), filter=read_filter("mango")), NAMES, NOW)
    assert found is not None
    assert found.counts == {"running": 3, "queued": 1, "succeeded": 1, "failed": 1}
    told = store.roster.told(JobKey(1, "a"))
    assert (told["metadata.team"], told["tag"], told["file"]) == ("red", None, "f")
    assert store.roster.told(JobKey(2, "g"))["setting.beta"] == 0.5
    assert store.roster.keys(found.numbers) == [JobKey(1, "c")]
