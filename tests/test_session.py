"""The session over a real server: what a screen and a command see of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cloud import START, Cloud
from finetop.actions.draft import Draft
from finetop.config import Paths, Profile
from finetop.errors import BadInput, NotStarted, TryLater
from finetop.recorder import Recorder
from finetop.server import life
from finetop.session import Session, links, network, profile_named, starting
from finetop.session.thread import NetworkThread
from finetop.store import JobKey, JobRow, ProfileState, Store
from server.running_server import RunningServer, examples, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future


LOCAL = Profile("local", dialect="local", base_url="")
PATIENCE_S = 60.0


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "state")


@pytest.fixture
def opened(paths: Paths) -> Iterator[Callable[..., Session]]:
    """Opens sessions, and closes them; a server one of them started ends too."""
    sessions: list[Session] = []

    def open_(*profiles: Profile, **other: Any) -> Session:
        session = Session(paths, profiles, Store(paths.store_file), environ=dict(os.environ), **other)
        sessions.append(session)
        session.start()
        return session

    yield open_
    for session in sessions:
        session.close()
        session.store.close()
    life.stop(paths.server_dir)


@pytest.fixture
def server(paths: Paths) -> Iterator[RunningServer]:
    with serving(paths.server_dir) as running:
        yield running


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """One server for all stories that neither end it nor count its jobs."""
    with serving(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


def of(server: RunningServer, **other: Any) -> Profile:
    """The profile of a server that is not the one of the session's own folder."""
    return Profile("local", dialect="local", base_url="", data_dir=str(server.data_dir), **other)


def done(future: Future[Any]) -> Any:
    return future.result(PATIENCE_S)


def row(session: Session, key: JobKey, *statuses: str) -> JobRow | None:
    """The row of a job, once it is there and has one of these statuses."""
    found = [row for row in session.store.jobs.rows(session.names) if row.key == key]
    return found[0] if found and (not statuses or found[0].status in statuses) else None


def state(session: Session, *states: str) -> ProfileState | None:
    """The first profile, once it is in one of these states."""
    found = session.states()[0]
    return found if found.state in states else None


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = ("pydantic", "httpx", "ssl", "asyncio", "starlette", "numpy", "textual", "click")
    code = (
        "import sys, finetop.session, finetop.actions.draft, finetop.store\n"
        f"print(*(name for name in {heavy!r} if name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_talking_loads_no_library_of_screens() -> None:
    """A command that asks one question starts without rich, which httpx would bring."""
    code = "import sys, finetop.session.network; print(*({'rich', 'pygments', 'click'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_making_one_loads_nothing_heavy_either(paths: Paths) -> None:
    """The screen has its names and states before the first paint."""
    code = (
        "import sys; from pathlib import Path\n"
        "from finetop.session import Session; from finetop.store import Store\n"
        "from finetop.config import Paths, Profile\n"
        f"base = Path({str(paths.data_dir)!r}); paths = Paths(base, base, base)\n"
        "store = Store(paths.store_file)\n"
        "session = Session(paths, (Profile('p', key_env='K'), Profile('l', dialect='local')), store)\n"
        "assert sorted(session.names.values()) == ['l', 'p'], session.names\n"
        "assert [state.state for state in session.states()] == ['never', 'never']\n"
        "assert store.jobs.rows(session.names) == []\n"
        "print(*(name for name in ('pydantic', 'httpx', 'ssl', 'asyncio') if name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout.split(), ran.stderr) == ([], "")


def test_a_job_from_nothing_to_its_end(
    opened: Callable[..., Session], tmp_path: Path, quick_pace: None
) -> None:
    """No server runs: the first use starts one, which outlives the session."""
    changes = threading.Event()
    session = opened(LOCAL, on_change=changes.set)
    wait_for(lambda: state(session, "not started"), "the state")
    training = tmp_path / "train.jsonl"
    training.write_bytes(examples(30))
    key = done(session.create(Draft("local", "tiny-bytes-1", training, suffix="whole", metadata={"a": "b"})))
    session.watch(key)
    ended = wait_for(lambda: row(session, key, "succeeded", "failed"), "the end")
    assert (ended.status, ended.name, ended.profile) == ("succeeded", "whole", "local")
    wait_for(lambda: session.store.jobs.incomplete(key.account, 1) == [], "the whole log")
    assert ended.fine_tuned_model
    assert len(session.store.jobs.checkpoints(key)) == 3
    assert session.store.events.curves(key).train_loss.steps
    assert changes.is_set()
    assert isinstance(done(session.chat("local", ended.fine_tuned_model, "What is 2 plus 2?")), str)
    assert {model.id for model in done(session.models("local"))} == {"tiny-bytes-1", ended.fine_tuned_model}
    assert [file.filename for file in done(session.files("local"))] == ["train.jsonl"]
    assert session.states()[0].state == "ok"
    session.close()
    assert life.running(session.paths.server_dir) is not None


def test_a_running_job_is_seen_to_move(
    opened: Callable[..., Session], server: RunningServer, quick_pace: None
) -> None:
    """The curve of the watched job grows with the job, without anybody asking for it."""
    job = server.create_long()
    session = opened(LOCAL)
    key = JobKey(session.accounts["local"], job["id"])
    session.watch(key)
    seen: set[int] = set()

    def look() -> bool:
        found = row(session, key)
        if found is not None and found.step is not None:
            seen.add(found.step)
        return len(seen) >= 3

    wait_for(look, "three different steps")
    steps = session.store.events.curves(key).train_loss.steps
    assert steps == tuple(sorted(set(steps)))
    done(session.cancel(key))
    wait_for(lambda: row(session, key, "cancelled"), "the cancel")


def test_single_shots_without_a_recorder(opened: Callable[..., Session], shared: RunningServer) -> None:
    session = opened(of(shared), poll=False)
    file = shared.upload(examples(20))
    made = [shared.create(file)["id"] for _ in range(3)]
    assert [job.id for job in done(session.list_jobs("local", 2))] == made[:0:-1]
    ended = done(session.wait("local", made[0]))
    assert ended.status == "succeeded"
    events = done(session.events("local", made[0]))
    assert [event.id for event in events] == [event["id"] for event in shared.events(made[0])]
    assert len(done(session.checkpoints("local", made[0]))) == 3
    assert done(session.get_job("local", made[0])).result_files


def test_reading_does_not_start_a_server_that_may_not_be_started(opened: Callable[..., Session]) -> None:
    session = opened(LOCAL, start_local=False)
    with pytest.raises(NotStarted):
        done(session.models("local"))
    assert life.running(session.paths.server_dir) is None


def test_without_the_extra_its_name_is_told(
    opened: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "NEEDED", ("json", "no_such_module_here"))
    with pytest.raises(BadInput, match="no_such_module_here") as missing:
        done(opened(LOCAL).models("local"))
    assert "finetop[local]" in missing.value.hint


def test_a_server_that_cannot_start_says_why(opened: Callable[..., Session], paths: Paths) -> None:
    session = opened(LOCAL)
    paths.server_dir.mkdir(parents=True)
    (paths.server_dir / "jobs").write_text("in the way")
    with pytest.raises(TryLater, match="ended at once") as failed:
        done(session.models("local"))
    assert "server.log" in failed.value.hint


def test_an_older_server_without_work_is_restarted(
    opened: Callable[..., Session], server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "__version__", "999.0")
    session = opened(LOCAL)
    done(session.use("local"))
    found = life.running(session.paths.server_dir)
    assert found is not None
    assert found.pid != server.pid
    assert server.process.wait(PATIENCE_S) == 0


def test_an_older_server_with_work_is_used_as_it_is(
    opened: Callable[..., Session], server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "__version__", "999.0")
    job = server.create_long()
    session = opened(LOCAL)
    assert done(session.get_job("local", job["id"])).id == job["id"]
    assert server.process.poll() is None


def test_a_server_of_another_contract_is_told(
    opened: Callable[..., Session], shared: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "CONTRACT", life.CONTRACT + 1)
    with pytest.raises(TryLater, match="cannot speak"):
        done(opened(of(shared)).models("local"))


def test_a_killed_server_is_noticed_and_a_new_one_started(
    opened: Callable[..., Session], server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "TRUST_S", 0.0)
    session = opened(LOCAL)
    wait_for(lambda: state(session, "ok"), "contact")
    server.kill()
    session.refresh()
    wait_for(lambda: state(session, "not started"), "the loss")
    done(session.use("local"))
    wait_for(lambda: state(session, "ok"), "contact with the new one")


def test_two_screens_share_one_server_and_one_poller(
    opened: Callable[..., Session], shared: RunningServer
) -> None:
    job = shared.create(shared.upload(examples(12)))
    first, second = opened(of(shared)), opened(of(shared))
    key = JobKey(first.accounts["local"], job["id"])
    for session in (first, second):
        wait_for(lambda session=session: row(session, key), "the job")  # type: ignore[misc]
    assert first.states()[0].poller == second.states()[0].poller


def test_another_process_is_noticed(opened: Callable[..., Session], server: RunningServer) -> None:
    told = threading.Event()
    session = opened(LOCAL, on_change=told.set)
    wait_for(lambda: state(session, "ok"), "contact")
    time.sleep(0.1)  # whatever our own recorder had to tell
    told.clear()
    other = Store(session.paths.store_file)
    other.journal.write(session.accounts["local"], "create", "{}", name="from elsewhere")
    assert told.wait(PATIENCE_S)
    assert [row.name for row in session.store.jobs.rows(session.names)] == ["from elsewhere"]
    other.close()


def test_what_a_dead_process_left_is_settled_at_the_next_start(
    opened: Callable[..., Session], server: RunningServer, paths: Paths
) -> None:
    file = server.upload(examples(12))
    store = Store(paths.store_file)
    account = store.accounts.ensure(dialect="local", base_url=f"local:{paths.server_dir}")
    command = [sys.executable, str(Path(__file__).parent / "actions" / "crashing.py"), "acted"]
    died = subprocess.run(
        [*command, str(paths.store_file), str(paths.server_dir), file],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert [intent.state for intent in store.journal.open(account)] == ["sent"]
    session = opened(LOCAL)
    wait_for(lambda: store.journal.open(account) == [], "settling")
    (made,) = server.get("/fine_tuning/jobs")["data"]
    wait_for(lambda: row(session, JobKey(account, made["id"])), "its row")
    assert len(store.jobs.rows(session.names)) == 1
    store.close()


def test_two_profiles_of_one_account_share_its_rows(opened: Callable[..., Session]) -> None:
    session = opened(LOCAL, Profile("again", dialect="local", base_url=""), poll=False)
    assert session.accounts["local"] == session.accounts["again"]
    assert session.names == {session.accounts["local"]: "local"}
    assert [state.name for state in session.states()] == ["local", "again"]


def test_a_profile_for_reading_changes_nothing(opened: Callable[..., Session], shared: RunningServer) -> None:
    session = opened(of(shared, read_only=True), poll=False)
    file, before = shared.upload(examples(12)), shared.get("/fine_tuning/jobs")["data"]
    with pytest.raises(BadInput, match="reading only"):
        done(session.create(Draft("local", "tiny-bytes-1", file)))
    with pytest.raises(BadInput, match="reading only"):
        done(session.cancel(JobKey(session.accounts["local"], "x")))
    assert shared.get("/fine_tuning/jobs")["data"] == before


def test_a_missing_key_is_told_on_its_profile(opened: Callable[..., Session]) -> None:
    session = opened(Profile("cloud", key_env="NO_SUCH_KEY", base_url="http://127.0.0.1:9/v1"))
    assert "NO_SUCH_KEY" in wait_for(lambda: state(session, "no key"), "the state").message
    with pytest.raises(BadInput, match="NO_SUCH_KEY"):
        done(session.models("cloud"))


def test_a_fault_of_ours_is_told_and_outlived(
    opened: Callable[..., Session], shared: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "RESTART_S", 0.01)
    real = Recorder.round
    monkeypatch.setattr(Recorder, "round", lambda self: 1 / 0)
    session = opened(of(shared))
    assert "ZeroDivisionError" in wait_for(lambda: state(session, "stale"), "the complaint").message
    monkeypatch.setattr(Recorder, "round", real)
    wait_for(lambda: state(session, "ok"), "contact")


def test_names_of_profiles_are_checked(opened: Callable[..., Session]) -> None:
    session = opened(LOCAL, poll=False)
    with pytest.raises(BadInput, match="nobody") as unknown:
        done(session.models("nobody"))
    assert "local" in unknown.value.hint
    with pytest.raises(BadInput, match="nobody"):
        profile_named(session.profiles, "nobody")


class TestEnding:
    """Leaving is quick, and nobody waits for an answer that will not come."""

    def test_what_is_asked_before_the_start_is_answered_after_it(self, paths: Paths) -> None:
        session = Session(paths, (LOCAL,), Store(paths.store_file), start_local=False, poll=False)
        future = session.models("local")
        session.start()
        with pytest.raises(NotStarted):
            done(future)
        session.close()
        session.store.close()

    def test_what_is_asked_and_never_started_is_refused_at_the_end(self, paths: Paths) -> None:
        session = Session(paths, (LOCAL,), Store(paths.store_file))
        future = session.models("local")
        session.close()
        with pytest.raises(TryLater):
            done(future)
        with pytest.raises(TryLater):
            done(session.models("local"))
        session.close()
        session.store.close()

    def test_what_is_under_way_ends_with_it(
        self, opened: Callable[..., Session], server: RunningServer
    ) -> None:
        session = opened(LOCAL)
        job = server.create_long()
        waiting = session.wait("local", job["id"])
        wait_for(lambda: row(session, JobKey(session.accounts["local"], job["id"])), "the job")
        session.close()
        with pytest.raises(TryLater, match="ending"):
            done(waiting)
        assert not session._thread.is_alive()


def test_a_machine_that_wakes_up_asks_at_once(
    opened: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wall clock has gone on while the other one stood still; no pause of before holds."""
    slept_s = 0.0
    world = SimpleNamespace(time=lambda: time.time() + slept_s, monotonic=time.monotonic)
    monkeypatch.setattr(network, "time", world)
    monkeypatch.setattr(network, "LOOK_S", 0.02)
    cloud = Cloud()
    cloud.job("a", "succeeded", finished_at=START)
    hosted = Profile("cloud", base_url="https://cloud.test/v1")
    session = opened(hosted, transport=httpx.MockTransport(cloud))
    wait_for(
        lambda: session.store.library.models(1) and not session.store.jobs.incomplete(1, 9), "the first look"
    )
    wait_for(lambda: state(session, "ok"), "the end of the round")
    asked = cloud.asked.count("/fine_tuning/jobs")
    slept_s = 3600.0
    wait_for(lambda: cloud.asked.count("/fine_tuning/jobs") > asked, "another question", within_s=20)


def test_a_disk_that_fails_in_passing_does_not_end_the_look_at_others(
    opened: Callable[..., Session], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What other screens wish is heard for as long as this one runs, not only until the first bad read."""
    monkeypatch.setattr(network, "LOOK_S", 0.02)
    monkeypatch.setattr(network, "RESTART_S", 0.02)
    cloud = Cloud()
    cloud.job("a", "succeeded", finished_at=START)
    session = opened(Profile("cloud", base_url="https://cloud.test/v1"), transport=httpx.MockTransport(cloud))
    wait_for(
        lambda: session.store.library.models(1) and not session.store.jobs.incomplete(1, 9), "the first look"
    )
    wait_for(lambda: state(session, "ok"), "the end of the round")
    read, failed = session.store.data_version, threading.Event()

    def fails_once() -> int:
        if not failed.is_set():
            failed.set()
            raise sqlite3.OperationalError("disk I/O error")
        return read()

    monkeypatch.setattr(session.store, "data_version", fails_once)
    assert failed.wait(20)
    asked = cloud.asked.count("/fine_tuning/jobs")
    other = Store(paths.store_file)
    other.accounts.wish(1, "refresh", "")
    other.close()
    wait_for(lambda: cloud.asked.count("/fine_tuning/jobs") > asked, "another question", within_s=20)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_network_that_cannot_begin_keeps_nobody_waiting() -> None:
    """An installation that is half replaced, say: who asks is told, before the thread's end and after it."""

    def broken() -> network.Network:
        raise ImportError("a module is missing")

    thread = NetworkThread(broken, at_end=lambda: None)
    first = thread.ask(lambda begun: begun.use("local"))
    thread.start()
    with pytest.raises(TryLater):
        first.result(20)
    thread._thread.join(20)
    with pytest.raises(TryLater):
        thread.ask(lambda begun: begun.use("local")).result(20)
