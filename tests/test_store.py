"""The store: what is kept, what is dropped, and what a second process sees of it."""

from __future__ import annotations

import math
import sqlite3
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetop.errors import BadInput, TryLater
from finetop.models import Checkpoint, Event, File, Job, Metric, Model
from finetop.providers.reading import read_any, read_event, read_job
from finetop.store import Contact, Intent, JobKey, JobRow, Series, Store, database, schema
from finetop.store.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = {1: "first", 2: "second"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "finetop.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    for number in (1, 2):
        assert opened.accounts.ensure(dialect="openai", base_url=f"https://{number}.test/v1") == number
    yield opened
    opened.close()


def job(id_: str = "j1", status: str = "running", **more: Any) -> tuple[Job, bytes]:
    raw = {"id": id_, "object": "fine_tuning.job", "status": status, "model": "m", "created_at": 1000, **more}
    return Job.model_validate(raw), repr(raw).encode()


def keep(store: Store, *jobs: tuple[Job, bytes], account: int = 1) -> list[str]:
    return store.jobs.save(account, jobs, store.ask())


def only(store: Store, id_: str = "j1") -> JobRow:
    (found,) = [row for row in store.jobs.rows(NAMES) if row.key.id == id_]
    return found


def metric(step: int, *, loss: float, **more: Any) -> Event:
    data = {"step": step, "total_steps": 10, "train_loss": loss, **more}
    return Event(id=f"e{step}", created_at=1000 + step, type="metrics", data=data)


class TestOrder:
    """An answer loses to that of a younger question, whoever asked."""

    def test_an_older_answer_is_dropped(self, store: Store) -> None:
        older, younger = store.ask(), store.ask()
        store.jobs.save(1, [job(status="succeeded")], younger)
        assert store.jobs.save(1, [job(status="running")], older) == []
        assert only(store).status == "succeeded"

    def test_a_younger_answer_that_changed_nothing_still_bars_older_ones(self, store: Store) -> None:
        keep(store, job(status="running"))
        older, younger = store.ask(), store.ask()
        store.jobs.save(1, [job(status="running")], younger)
        store.jobs.save(1, [job(status="queued")], older)
        assert only(store).status == "running"

    def test_an_equal_answer_moves_nothing(self, store: Store) -> None:
        assert keep(store, job()) == ["j1"]
        seq = only(store).seq
        assert keep(store, job()) == []
        assert only(store).seq == seq
        assert store.jobs.rows(NAMES, since=seq) == []

    def test_words_that_we_do_not_read_count_as_content(self, store: Store) -> None:
        keep(store, job())
        found, raw = job()
        assert keep(store, (found, raw + b" ")) == ["j1"]
        assert store.jobs.raw(JobKey(1, "j1")) == raw + b" "

    def test_asking_again_in_vain_keeps_its_number(self, store: Store) -> None:
        number = store.ask()
        assert store.ask(number) == number
        other = store.ask()
        assert store.ask(number) > other

    @given(order=st.permutations(range(6)))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_whatever_the_order_of_arrival_the_youngest_question_wins(
        self, store: Store, order: list[int]
    ) -> None:
        name = "-".join(map(str, order))
        numbers = [store.ask() for _ in order]
        for index in order:
            store.jobs.save(2, [job(name, "running", seed=index)], numbers[index])
        kept = store.jobs.get(JobKey(2, name))
        assert kept is not None
        assert kept.seed == 5


class TestRows:
    """What a screen draws."""

    def test_a_row_says_what_is_known(self, store: Store) -> None:
        keep(
            store,
            job(
                status="failed",
                finished_at=1500,
                method={"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}},
                user_provided_suffix="mine",
                error={"code": "bad_file", "message": "line 17 is odd"},
            ),
        )
        row = only(store)
        assert (row.profile, row.status, row.method, row.n_epochs) == ("first", "failed", "dpo", 2)
        assert (row.name, row.reason, row.ended_at, row.created_at) == ("mine", "line 17 is odd", 1500, 1000)
        assert row.is_final
        assert not row.is_active

    @pytest.mark.parametrize(
        ("more", "name"),
        [
            ({}, "j1"),
            ({"fine_tuned_model": "ft:m:org:haiku:x"}, "haiku"),
            ({"fine_tuned_model": "ft:m:org::x"}, "j1"),
            ({"suffix": "s", "fine_tuned_model": "ft:m:org:haiku:x"}, "s"),
        ],
    )
    def test_a_row_is_called_as_its_job(self, store: Store, more: dict[str, Any], name: str) -> None:
        keep(store, job(**more))
        kept = store.jobs.get(JobKey(1, "j1"))
        assert kept is not None
        assert only(store).name == kept.name == name

    def test_only_wanted_accounts_and_only_news(self, store: Store) -> None:
        keep(store, job("a"))
        keep(store, job("b"), account=2)
        assert [row.key for row in store.jobs.rows({2: "x"})] == [JobKey(2, "b")]
        assert store.jobs.rows({}) == []
        seen = max(row.seq for row in store.jobs.rows(NAMES))
        keep(store, job("c"))
        assert [row.key.id for row in store.jobs.rows(NAMES, since=seen)] == ["c"]
        assert store.jobs.counts() == {1: 2, 2: 1}

    def test_a_place_in_the_queue_is_shown_while_there_is_one(self, store: Store) -> None:
        keep(store, job(status="queued", queue_position=2))
        assert only(store).place == 2
        keep(store, job(status="running", queue_position=2))
        assert only(store).place is None

    def test_an_unreadable_job_says_so(self, store: Store) -> None:
        keep(store, (Job(id="unreadable-x", unreadable="id: missing"), b"?"))
        row = only(store, "unreadable-x")
        assert (row.status, row.reason) == ("unknown", "id: missing")
        assert store.jobs.unfinished(1) == []

    def test_which_jobs_are_still_to_be_asked_for(self, store: Store) -> None:
        words = ["queued", "running", "paused", "succeeded", "odd_word", "canceling"]
        keep(store, *[job(word, word, created_at=number) for number, word in enumerate(words)])
        assert store.jobs.unfinished(1) == ["canceling", "odd_word", "paused", "running", "queued"]
        assert store.jobs.active(1) == {
            "canceling": "stopping",
            "odd_word": "unknown",
            "running": "running",
            "queued": "queued",
        }
        store.jobs.mark_gone(JobKey(1, "running"))
        assert "running" not in store.jobs.unfinished(1)
        assert only(store, "running").reason == "gone at the provider"


class TestEvents:
    """Logs and measurements."""

    def test_events_are_kept_once_and_in_the_order_given(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        lines = [Event(id=name, created_at=5, message=name) for name in ("z", "a", "m")]
        assert store.events.save(key, lines) == 3
        seq = only(store).seq
        assert store.events.save(key, [*lines, Event(id="b", message="b")]) == 1
        assert [event.message for event in store.events.whole(key)] == ["z", "a", "m", "b"]
        assert [event.id for event in store.events.whole(key)[1:3]] == ["a", "m"]
        assert only(store).seq > seq
        assert store.events.known(key, ["a", "q"]) == {"a"}
        assert store.events.count_to(key, 10_000) == 4

    def test_events_without_names_are_known_by_time_text_and_place(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        lines = [
            Event(created_at=1, message="same"),
            Event(created_at=1, message="same"),
            Event(message="other"),
        ]
        assert store.events.save(key, lines) == 3
        assert store.events.save(key, lines) == 0
        assert store.events.save(key, [*lines, Event(created_at=1, message="same")]) == 1

    def test_many_events_are_saved_in_bites(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        assert store.events.save(key, [Event(id=str(number)) for number in range(1201)]) == 1201
        assert store.events.whole(key)[1200].id == "1200"

    def test_measurements_show_on_the_row_and_as_curves(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        store.events.save(
            key,
            [
                Event(id="s", created_at=999, message="Fine-tuning job started"),
                metric(1, loss=2.0, epoch=0.5),
                metric(2, loss=1.0, epoch=1.0, full_valid_loss=1.5),
                metric(3, loss=0.5, epoch=1.5),
            ],
        )
        row = only(store)
        assert (row.step, row.total_steps, row.epoch, row.train_loss, row.valid_loss) == (
            3,
            10,
            1.5,
            0.5,
            1.5,
        )
        assert row.started_at == 999
        assert row.eta_s == pytest.approx(7)
        curves = store.events.curves(key)
        assert (curves.train_loss.steps, curves.train_loss.values) == ((1, 2, 3), (2.0, 1.0, 0.5))
        assert (curves.valid_loss.steps, curves.epoch_steps, curves.seq) == ((2,), (2,), row.seq)

    def test_steps_have_a_time_an_epoch_and_tokens_as_far_as_they_were_told(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        store.events.save(
            key,
            [
                metric(1, loss=2.0, epoch=0.5, trained_tokens=40),
                metric(2, loss=1.0, num_input_tokens_seen=80),
            ],
        )
        store.events.save_metrics(key, [Metric(step=step, values={"grad_norm": 1.0}) for step in (2, 3)])
        saved = [Checkpoint(id="b", step_number=2), Checkpoint(id="a", step_number=1), Checkpoint(id="c")]
        store.jobs.save_checkpoints(key, saved)
        curves = store.events.curves(key)
        assert curves.times == Series((1, 2), (1001, 1002))
        assert curves.epochs == Series((1,), (0.5,))
        assert curves.tokens == Series((1, 2), (40, 80))
        assert curves.checkpoint_steps == (1, 2)
        assert {name: series.steps for name, series in curves.series.items()} == {
            "train_loss": (1, 2),
            "grad_norm": (2, 3),
        }

    @given(
        st.lists(
            st.lists(
                st.tuples(
                    st.integers(0, 300) | st.integers(0, 5),
                    st.sampled_from(["train_loss", "valid_loss", "odd", "odder"]),
                    st.floats(0, 9) | st.just(math.nan),
                ),
                min_size=1,
                max_size=5,
            ),
            max_size=6,
        )
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_what_is_new_is_joined_to_what_was_read(
        self, store: Store, batches: list[list[tuple[int, str, float]]]
    ) -> None:
        """Whatever steps are told of anew, and in whichever order: as if all were read at once."""
        keep(store, job(f"{id(batches)}"))
        key = JobKey(1, f"{id(batches)}")
        told = store.events.curves(key)
        for place, batch in enumerate(batches):
            store.events.save_metrics(
                key, [Metric(step=step, epoch=step / 40, values={name: value}) for step, name, value in batch]
            )
            if place % 2:
                told = store.events.curves(key, told)
        assert repr(store.events.curves(key, told)) == repr(store.events.curves(key))

    def test_an_older_store_learns_when_its_steps_were_told(self, store: Store, path: Path) -> None:
        """From the events that it has; what they do not tell stays unknown."""
        keep(store, job())
        key = JobKey(1, "j1")
        store.events.save(key, [metric(1, loss=2.0), metric(2, loss=float("nan"))])
        added = next(step for step in schema.MIGRATIONS if "add column at" in step)
        with sqlite3.connect(path) as connection:
            connection.execute("update metric set at = null")
            connection.execute(added[added.index("update metric") :])
        assert store.events.curves(key).times.steps[0] == 1

    def test_every_other_measurement_is_a_series_of_its_own(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        assert not store.events.is_measured(key)
        store.events.save_metrics(
            key,
            [
                Metric(step=1, values={"train_reward": 0.25, "train_loss": 2.0}),
                Metric(step=2, values={"train_reward": 0.5, "grad_norm": math.nan}),
            ],
        )
        store.events.save_metrics(key, [Metric(step=1, values={"valid_reward": 0.75})])
        assert store.events.is_measured(key)
        more = store.events.curves(key).more
        assert more["train_reward"] == Series((1, 2), (0.25, 0.5))
        assert more["valid_reward"] == Series((1,), (0.75,))
        assert math.isnan(more["grad_norm"].values[0])
        assert store.events.curves(key).train_loss == Series((1,), (2.0,))

    def test_a_loss_that_diverged_is_shown_as_it_was_measured(self, store: Store) -> None:
        keep(store, job())
        store.events.save(JobKey(1, "j1"), [metric(1, loss=2.0), metric(2, loss=float("nan"))])
        row = only(store)
        assert row.train_loss is not None
        assert math.isnan(row.train_loss)
        values = store.events.curves(row.key).train_loss.values
        assert (values[0], math.isnan(values[1])) == (2.0, True)

    def test_the_providers_own_counters_come_before_measurements(self, store: Store) -> None:
        keep(store, job(trained_steps=30, total_steps=120, estimated_finish=5_000, totalPrice=2_500_000_000))
        store.events.save(JobKey(1, "j1"), [metric(1, loss=2.0), metric(2, loss=1.0)])
        (row,) = store.jobs.rows(NAMES, now=4_940)
        assert (row.step, row.total_steps, row.done, row.eta_s, row.cost) == (30, 120, 0.25, 60, 2.5)

    def test_the_denser_validation_is_drawn(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        store.events.save(key, [metric(step, loss=1, valid_loss=2) for step in (1, 2, 3)])
        store.events.save(key, [metric(4, loss=1, full_valid_loss=9)])
        assert store.events.curves(key).valid_loss.values == (2, 2, 2)

    def test_a_step_told_twice_is_one_step(self, store: Store) -> None:
        keep(store, job())
        key = JobKey(1, "j1")
        store.events.save_metrics(key, [Metric(step=1, values={"train_loss": 3.0})])
        store.events.save_metrics(key, [Metric(step=1, values={"train_accuracy": 0.5})])
        curves = store.events.curves(key)
        assert (curves.train_loss.values, curves.train_accuracy.values) == ((3.0,), (0.5,))

    @given(
        st.lists(
            st.tuples(st.integers(0, 50), st.floats(allow_nan=True, allow_infinity=True) | st.none()),
            max_size=30,
        )
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_no_measurement_breaks_a_curve(self, store: Store, told: list[tuple[int, float | None]]) -> None:
        keep(store, job("odd"))
        key = JobKey(1, "odd")
        start = store.events.count_to(key, 10_000)
        events = [
            Event(id=f"{start + place}", data={"step": step, "train_loss": value})
            for place, (step, value) in enumerate(told)
        ]
        assert store.events.save(key, events) == len(events)
        curve = store.events.curves(key).train_loss
        assert list(curve.steps) == sorted(set(curve.steps))
        assert len(curve.steps) == len(curve.values)


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(
        [10**400, -(2**64), math.nan, math.inf, "\ud800", "\x00", "1e999", "2026-01-01T00:00:00"]
    )
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ODD_FIELDS = st.dictionaries(
    st.sampled_from(
        [
            *sorted(Job.model_fields),
            *sorted(Event.model_fields),
            "training_file",
            "step_number",
            "metrics",
            "progress",
        ]
    ),
    ODD,
)


@given(fields=ODD_FIELDS, data=ODD_FIELDS, metrics=st.dictionaries(st.text(max_size=5), ODD))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_provider_says_can_be_kept(
    store: Store, fields: dict[str, Any], data: dict[str, Any], metrics: dict[str, Any]
) -> None:
    found, raw = read_job({"id": "odd", **fields})
    keep(store, (found, raw))
    key = JobKey(1, found.id)
    store.events.save(
        key, [read_event(fields), read_event({**fields, "data": {"step": 1, **data, **metrics}})]
    )
    store.jobs.save_checkpoints(key, [read_any(Checkpoint)({"id": "c", **fields, "metrics": metrics})])
    assert store.jobs.get(key) is not None
    assert store.jobs.checkpoints(key)
    assert store.jobs.rows(NAMES)
    assert store.events.whole(key)
    store.events.curves(key)


def test_what_hangs_on_a_job_and_an_account(store: Store) -> None:
    keep(store, job())
    key = JobKey(1, "j1")
    points = [Checkpoint(id="c2", step_number=2), Checkpoint(id="c1", step_number=1)]
    assert store.jobs.save_checkpoints(key, points)
    seq = only(store).seq
    assert not store.jobs.save_checkpoints(key, points[::-1])
    assert only(store).seq == seq
    assert [point.id for point in store.jobs.checkpoints(key)] == ["c1", "c2"]
    twice = [Checkpoint(id="c3"), Checkpoint(id="c3", step_number=3)]
    assert store.jobs.save_checkpoints(key, twice)
    assert [point.step_number for point in store.jobs.checkpoints(key)] == [3]
    store.library.save_models(1, [Model(id="b"), Model(id="a")])
    store.library.save_models(1, [Model(id="a"), Model(id="c")])
    assert [model.id for model in store.library.models(1)] == ["a", "c"]


def test_files_and_the_bytes_they_hold(store: Store) -> None:
    files = [
        File(id="f1", filename="a.jsonl", size_bytes=5, purpose="fine-tune", created_at=1),
        File(id="f2", filename="b.jsonl", purpose="fine-tune", created_at=2),
        File(id="f3", purpose="fine-tune-results", created_at=3),
    ]
    store.library.save_files(1, files)
    store.library.note_file_hash(1, "f1", "aa")
    store.library.save_files(1, files)
    assert store.library.file_known_by_hash(1, "aa") == files[0]
    assert store.library.file_known_by_hash(2, "aa") is None
    assert [file.id for file in store.library.files(1)] == ["f2", "f1"]
    assert store.library.file(1, "f3") == files[2]
    store.library.forget_file(1, "f1")
    assert store.library.file_known_by_hash(1, "aa") is None
    assert [file.id for file in store.library.files(1)] == ["f2"]
    assert store.library.file(1, "f1") == files[0], "its jobs still name it"
    store.library.save_files(1, files[:1])
    assert store.library.file_ids(1) == {"f1", "f2", "f3"}


def test_files_as_a_list_shows_them(store: Store) -> None:
    """Newest first, with the jobs that use them; what is gone is seen only where its bytes are here."""
    named: dict[str, Any] = {"training_file": "f1", "validation_file": "f1", "result_files": ["f3"]}
    for number, id_ in enumerate(("j1", "j2")):
        keep(store, job(id_, **named, created_at=number))
    odd = File(id="f2", status="error", status_details="no JSON", created_at=5)
    store.library.save_files(1, [File(id="f1", filename="a", size_bytes=5, created_at=1), odd])
    store.library.save_files(1, [File(id="f3"), File(id="f4")])
    store.library.miss_files(1, {"f3", "f4"})
    store.kept.save(1, Kept("j1", "f3", "j1/f3-results.csv"))
    rows = store.library.file_rows({1: "openai"})
    assert [(row.id, row.size_bytes, row.problem, row.kept, row.gone) for row in rows] == [
        ("f2", None, "no JSON", "", False),
        ("f1", 5, "", "", False),
        ("f3", None, "", "j1/f3-results.csv", True),
    ]
    assert rows[0].profile == "openai"
    assert store.library.file_uses({1: "openai"}) == {(1, "f1"): ("j2", 2), (1, "f3"): ("j2", 2)}
    assert store.library.users_of(1, "f1") == ["j2", "j1"]
    assert store.library.users_of(1, "f2") == []
    assert store.kept.of(1, "f3") == Kept("j1", "f3", "j1/f3-results.csv")
    assert store.kept.of(1, "f1") is None
    assert store.library.listed_at("files") == {}
    store.library.note_listed(1, "files", 12.0)
    assert store.library.listed_at("files") == {1: 12.0}


class TestAccounts:
    """A place and a key."""

    def test_equal_places_and_keys_are_one_account(self, store: Store) -> None:
        place = {"dialect": "openai", "base_url": "https://x.test/v1", "key": "sk-1"}
        number = store.accounts.ensure(**place)
        assert store.accounts.ensure(**place) == number
        for change in ({"key": "sk-2"}, {"project": "p"}, {"organization": "o"}, {"dialect": "local"}):
            assert store.accounts.ensure(**{**place, **change}) != number

    def test_the_key_is_nowhere_in_the_file(self, store: Store, path: Path) -> None:
        store.accounts.ensure(dialect="openai", base_url="https://x.test/v1", key="sk-very-secret")
        store.close()
        for file in path.parent.rglob("*"):
            if file.is_file():
                assert b"sk-very-secret" not in file.read_bytes()

    def test_contact_is_what_was_last_said(self, store: Store) -> None:
        assert store.accounts.contact(1) == Contact()
        said = Contact("offline", "no network", 3, 55.5, "host 1 0")
        store.accounts.save_contact(1, said)
        assert store.accounts.contact(1) == said

    def test_a_wish_is_taken_once(self, store: Store) -> None:
        store.accounts.wish(1, "refresh")
        store.accounts.wish(1, "refresh")
        store.accounts.wish(1, "watch", "j1")
        store.accounts.wish(2, "refresh")
        assert sorted(store.accounts.take_wishes(1)) == [("refresh", ""), ("watch", "j1")]
        assert store.accounts.take_wishes(1) == []
        assert store.accounts.take_wishes(2) == [("refresh", "")]


class TestJournal:
    """Intents move from state to state, each step by one process only."""

    def test_a_pending_create_is_a_row_until_it_is_a_job(self, store: Store) -> None:
        intent = store.journal.write(1, "create", "{}", name="mine", model="m")
        row = only(store, f"intent:{intent.uuid}")
        assert (row.name, row.status, row.intent, row.key) == ("mine", "queued", "creating", intent.key)
        intent = store.journal.mark_sent(intent, request='{"a": 1}', file="f", at=5000.0)
        assert (intent.sent_at, intent.request, intent.file) == (5000.0, '{"a": 1}', "f")
        assert only(store, intent.key.id).status == "unknown"
        seq = store.now()
        store.journal.settle(intent, "created", job="j9")
        assert store.jobs.rows(NAMES) == []
        assert store.jobs.left(seq) == [intent.key]
        assert store.journal.claimed(1) == {"j9"}

    @pytest.mark.parametrize(
        ("walk", "ok"),
        [
            (["sent", "created"], True),
            (["sent", "unsure", "created"], True),
            (["sent", "refused", "dismissed", "created"], True),
            (["refused", "sent"], False),
            (["dismissed", "sent"], False),
            (["sent", "created", "refused"], False),
            (["sent", "created", "unsure"], False),
            (["sent", "dismissed"], False),
            (["sent", "sent"], True),
        ],
    )
    def test_which_steps_there_are(self, store: Store, walk: list[str], ok: bool) -> None:
        intent = store.journal.write(1, "create", "{}", model="m", file="f")

        def go() -> Intent:
            now = intent
            for state in walk:
                if state == "sent":
                    now = store.journal.mark_sent(intent)
                else:
                    now = store.journal.settle(intent, state, job="j" if state == "created" else None)
            return now

        if ok:
            assert go().state == walk[-1]
        else:
            with pytest.raises(TryLater):
                go()

    def test_of_two_processes_one_takes_up_what_is_unsure(self, store: Store, path: Path) -> None:
        intent = store.journal.mark_sent(store.journal.write(1, "create", "{}"), at=70.0)
        intent = store.journal.settle(intent, "unsure")
        other = Store(path)
        assert other.journal.rewrite(intent).sent_at == 70.0
        with pytest.raises(TryLater):
            store.journal.mark_sent(store.journal.settle(intent, "dismissed"))
        other.close()

    def test_only_one_like_create_is_under_way(self, store: Store) -> None:
        first = store.journal.write(1, "create", "{}", model="m", file="f")
        second = store.journal.write(1, "create", "{}", model="m", file="f")
        store.journal.mark_sent(first)
        with pytest.raises(TryLater, match="same model and file"):
            store.journal.mark_sent(second)
        store.journal.settle(first, "unsure")
        assert store.journal.mark_sent(second).state == "sent"

    def test_a_job_belongs_to_one_intent(self, store: Store) -> None:
        first, second = (store.journal.write(1, "create", "{}") for _ in range(2))
        store.journal.settle(first, "created", job="j")
        with pytest.raises(TryLater, match="another request"):
            store.journal.settle(second, "created", job="j")

    def test_saying_the_same_writes_nothing(self, store: Store) -> None:
        intent = store.journal.say(store.journal.write(1, "create", "{}"), "uploading: 10 %")
        clock = store.now()
        assert store.journal.say(intent, "uploading: 10 %") == intent
        assert store.now() == clock

    def test_open_ones_can_be_asked_for_by_kind(self, store: Store) -> None:
        store.journal.write(1, "create", "{}")
        store.journal.write(1, "cancel", "{}", file="j")
        store.journal.write(2, "upload", "{}")
        assert [intent.kind for intent in store.journal.open(1)] == ["create", "cancel"]
        assert [intent.account for intent in store.journal.open(kind="upload")] == [2]

    @pytest.mark.parametrize(
        ("state", "shown"),
        [("sent", "cancelling"), ("unsure", "unsure"), ("created", "cancelling"), ("refused", None)],
    )
    def test_a_cancel_shows_on_its_jobs_row(self, store: Store, state: str, shown: str | None) -> None:
        keep(store, job())
        seq = only(store).seq
        intent = store.journal.mark_sent(store.journal.write(1, "cancel", "{}", file="j1"))
        if state != "sent":
            store.journal.settle(intent, state)
        assert only(store).intent == shown
        assert only(store).seq > seq
        keep(store, job(status="cancelled"))
        assert only(store).intent is None


class TestLocks:
    """Locks that end with their process."""

    def test_the_living_and_the_dead_are_told_apart(self, store: Store, path: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from finetop.store import Store\n"
            "store = Store(Path(sys.argv[1])); print(store.locks.owner(), flush=True); sys.stdin.read()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert store.locks.is_alive(name)
        process.kill()
        process.communicate()
        assert not store.locks.is_alive(name)
        assert not (path.parent / "locks" / name).exists(), "what it left is swept away"
        assert store.locks.is_alive(store.locks.owner())
        assert not store.locks.is_alive("")
        assert not store.locks.is_alive("../../etc/passwd")

    def test_one_asks_for_an_account(self, store: Store, path: Path) -> None:
        other = Store(path)
        held = store.locks.poll(1)
        assert held is not None
        assert other.locks.poll(1) is None
        assert other.locks.poll(2) is not None
        asker = other.locks.asker(1)
        assert asker is not None
        assert asker.is_me
        held.release()
        assert other.locks.asker(1) is None
        held.release()
        again = other.locks.poll(1)
        assert again is not None
        again.release()
        other.close()


class TestFile:
    """The file itself."""

    def test_it_is_its_owners_alone(self, store: Store, path: Path) -> None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def test_a_place_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(BadInput, match="cannot be written") as bad:
            Store(tmp_path / "file" / "finetop.db")
        assert "FINETOP_DATA" in bad.value.hint

    def test_something_else_under_its_name_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "finetop.db").write_text("a letter to my mother, not a database at all" * 30)
        with pytest.raises(BadInput, match="cannot be read"):
            Store(tmp_path / "finetop.db")

    def test_one_from_the_future_is_told(self, store: Store, path: Path) -> None:
        with store.database.write() as connection:
            connection.execute(f"pragma user_version = {len(schema.MIGRATIONS) + 1}")
        with pytest.raises(BadInput, match="newer finetop"):
            Store(path)

    def test_an_older_one_grows_and_keeps_what_it_has(self, tmp_path: Path) -> None:
        old = sqlite3.connect(tmp_path / "finetop.db")
        for statement in schema.MIGRATIONS[0].split(";"):
            old.execute(statement)
        old.execute("insert into account values (1, 'openai', 'u', '', '', 'h')")
        old.execute(
            "insert into job (account, id, seq, asked, status, form, raw)"
            " values (1, 'j', 1, 1, 'running', '{}', x'')"
        )
        old.execute("pragma user_version = 1")
        old.commit()
        old.close()
        store = Store(tmp_path / "finetop.db")
        assert store.jobs.unfinished(1) == ["j"]
        store.close()

    def test_two_that_open_a_new_one_at_once_both_succeed(self, tmp_path: Path) -> None:
        barrier, failed = threading.Barrier(6), []

        def open_() -> None:
            barrier.wait()
            try:
                Store(tmp_path / "finetop.db").close()
            except Exception as error:  # noqa: BLE001 - told by the main thread
                failed.append(error)

        threads = [threading.Thread(target=open_) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []

    def test_a_failed_write_leaves_nothing(self, store: Store) -> None:
        def fail() -> None:
            with store.database.write() as connection:
                connection.execute("update clock set n = 999")
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert store.now() < 999

    def test_a_full_disk_is_told_and_outlived(self, store: Store) -> None:
        keep(store, job())
        connection = store.database.connection
        (pages,) = connection.execute("pragma page_count").fetchone()
        connection.execute(f"pragma max_page_count = {pages}")
        with pytest.raises(TryLater, match="full"):
            keep(store, (job("big")[0], b"x" * 1_000_000))
        connection.execute("pragma max_page_count = 100000")
        assert keep(store, (job("big")[0], b"x" * 1_000_000)) == ["big"]

    def test_a_file_another_process_writes_is_told(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "BUSY_MS", 20)
        other = Store(path)
        with store.database.write(), pytest.raises(TryLater, match="locked"):
            other.ask()
        other.close()

    def test_threads_have_connections_of_their_own(self, store: Store) -> None:
        found: list[Any] = []

        def look() -> None:
            found.append(store.database.connection)
            keep(store, job("from-thread"))
            store.release_thread()
            store.release_thread()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert found[0] is not store.database.connection
        assert only(store, "from-thread")

    def test_another_connections_writes_are_noticed_and_own_ones_are_not(
        self, store: Store, path: Path
    ) -> None:
        other = Store(path)
        version = store.data_version()
        keep(store, job("mine"))
        assert store.data_version() == version
        keep(other, job("theirs"))
        assert store.data_version() != version
        other.close()
