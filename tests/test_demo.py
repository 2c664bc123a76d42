"""`finetop demo` as its first user meets it: on a real terminal, by keys alone, and nothing left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import FINETOP, alive, finetop, here, kill, until
from finetop.demo import run
from finetop.demo.run import Demo, start
from finetop.errors import BadInput, FinetopError
from finetop.server.jobdir import read_events
from server.running_server import held, workers
from terminal import Terminal, terminal

PAST = (
    "harbor-support",
    "kind-pairs",
    "modest",
    "town-paused",
    "town-hall-40",
    "town-hall",
    "reviews",
    "labels-lr1",
    "labels-lr01",
    "polite-hot",
    "polite",
    "older-labels",
)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo puts its directory, so that a test can see whether it is gone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def processes_in(folder: Path) -> list[int]:
    """Every process at work in this folder: servers by their words, workers by their place."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            place = str((entry / "cwd").readlink())
        except OSError:
            continue
        if (str(folder) in words or place.startswith(str(folder))) and alive(int(entry.name)):
            found.append(int(entry.name))
    return found


def nothing_left(folder: Path) -> Callable[[], bool]:
    """True once no process and no file of a demo remains."""
    return lambda: not processes_in(folder) and not list(folder.iterdir())


def opened(screen: Terminal, folder: Path) -> None:
    """Wait until the demo shows its past, and both its jobs have a worker beside the server."""
    screen.until("harbor-support")
    until(lambda: len(processes_in(folder)) >= 3, "a server and two workers")


def both_training(folder: Path) -> list[int]:
    """The workers of the two jobs of the present, once each has said that it trains."""

    def begun() -> bool:
        logs = list(folder.glob("*/jobs/*/events.jsonl"))
        return sum(any(event["type"] == "running" for event in read_events(log, 0)[0]) for log in logs) == 2

    until(begun, "two jobs that train")
    return workers(*folder.iterdir())


def test_from_the_first_key_to_a_tuned_model(own_temporary_folder: Path) -> None:
    """c, enter makes a job of the sample; it succeeds; i asks it; q leaves nothing behind."""
    with terminal(*FINETOP, "demo") as screen:
        opened(screen, own_temporary_folder)
        with held(both_training(own_temporary_folder)):
            screen.until(r"running +ticket-replies")
            screen.until(r"running +trail-notes")
            shown = screen.text
            assert "demo" in shown.splitlines()[0]
            for name in PAST[:-1]:  # the oldest is below what fits
                assert name in shown
            screen.press("c")
            screen.until("New job")
            screen.until("already uploaded")
            screen.press("enter")
            screen.until(r"16 jobs")
            screen.until(r"^▌.*succeeded +harbor-support")
            screen.press("i")
            screen.until("Try a prompt")
            screen.until("Where is my refund")  # what it was taught first is offered; ctrl+u takes it away
            screen.type("\x15How do I return an item?")
            screen.press("enter")
            screen.until("You can return anything")
            screen.press("esc")
            screen.until_gone("Try a prompt")
        screen.press("q")
        assert screen.ended() == 0
        assert screen.written.endswith(b"\x1b[?1004l") or b"\x1b[?1049l" in screen.written[-200:]
    assert nothing_left(own_temporary_folder)(), "q waits until everything is gone"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_nothing_is_left(own_temporary_folder: Path, number: signal.Signals) -> None:
    """A closed window, a polite and an impolite kill of the process with the screen."""
    with terminal(*FINETOP, "demo") as screen:
        opened(screen, own_temporary_folder)
        kill(screen.process.pid, number)
        screen.ended()
    until(nothing_left(own_temporary_folder), "the end of the server, its workers and its directory")


def test_killed_before_the_screen_is_there(own_temporary_folder: Path) -> None:
    """The server may still be starting: it must notice all the same."""
    with terminal(*FINETOP, "demo") as screen:
        until(lambda: processes_in(own_temporary_folder), "the server")
        kill(screen.process.pid)
        screen.ended()
    until(nothing_left(own_temporary_folder), "the end of the server and its directory")


def test_a_kept_demo_goes_on(tmp_path: Path, own_temporary_folder: Path) -> None:
    """--keep DIR leaves everything there but the processes; the next one shows the same jobs."""
    kept = tmp_path / "kept"
    first = start(kept)
    jobs = _jobs(first)
    first.end()
    assert processes_in(kept) == []
    assert not list(own_temporary_folder.iterdir())
    second = start(kept)
    try:
        assert second.sample == first.sample
        assert [job["id"] for job in _jobs(second)] == [job["id"] for job in jobs]
        assert len(jobs) == len(PAST) + 3
    finally:
        second.end()
    assert (kept / "server.db").is_file()


def test_a_folder_with_something_else_is_not_taken(tmp_path: Path) -> None:
    """Nobody's files are mixed with a demo's."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="holds something else already"):
        start(tmp_path)
    with pytest.raises(BadInput, match="cannot hold the demo"):
        start(tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_server_that_does_not_start(monkeypatch: pytest.MonkeyPatch, own_temporary_folder: Path) -> None:
    """Its last words are passed on, and its directory goes."""
    monkeypatch.setattr(run, "SERVER", ("-c", "import sys; sys.exit('no room on the disk')"))
    with pytest.raises(FinetopError, match="no room on the disk"):
        start(None)
    assert nothing_left(own_temporary_folder)()


def test_ending_twice_is_ending_once() -> None:
    """The screen ends it, and so does the command around the screen."""
    demo = start(None)
    demo.end()
    demo.end()
    assert not demo.directory.exists()


def test_a_demo_without_a_terminal() -> None:
    """One sentence; nothing is started."""
    done = finetop("demo")
    assert done.code == 2
    assert "terminal" in done.err


def _jobs(demo: Demo) -> list[dict[str, object]]:
    """What the command line sees of a demo's server."""
    settings = demo.directory.parent / f"{demo.directory.name}.toml"
    settings.write_text(f'[profiles.demo]\ndialect = "local"\ndata_dir = "{demo.directory}"\n')
    listed: list[dict[str, object]] = here("jobs", "list", "--json", FINETOP_CONFIG=str(settings)).json
    settings.unlink()
    return listed
