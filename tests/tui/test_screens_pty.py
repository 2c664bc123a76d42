"""The screen on a real terminal: the bytes it writes, and the terminal it leaves behind."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands import FINETOP, PATIENCE_S, until
from drivers import PROFILES, STORY, Told, fill, house
from finetop.server import life
from policy import at_work_in
from stage import HOSTILE
from terminal import Terminal, terminal

if TYPE_CHECKING:
    from finetop.config import Paths

LOCAL = PROFILES[1:]
OPEN = (*FINETOP, "--profile", "local")
QUIET_S = 0.2
"""A screen that writes nothing for so long has come to rest."""
UNANSWERED_S = 0.4
"""A key that brought nothing in so long changes nothing; esc alone is waited for by a quarter of it."""
IDLE_S = 2.2
"""Long enough for the session to have asked, which it does every 2 s here, and looked around again."""
# Everything Textual itself sends: cursor, colours, modes, questions to the terminal, the pointer's shape.
_OURS = re.compile(r"\x1b\[[?<>=]?[0-9;:]*\$?[A-Za-z]|\x1b\]22;[a-z-]*\x07")
EVIL = HOSTILE.replace("\ud800", "")


def story() -> list[Told]:
    """The whole story on the local profile, old enough that no age changes while one looks."""
    return [
        Told(told.id, told.suffix, told.status, "local", told.model, told.age_s + 90_000 * 40, 60, told.steps)
        for told in STORY
    ]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Paths]:
    """Folders of a person's own; a server that was started from there ends with the test."""
    found = house(tmp_path)
    yield found

    def ended() -> bool:
        life.stop(found.server_dir, jobs=True)
        return not at_work_in(tmp_path)

    until(ended, "the end of a server that may only just be starting")


@pytest.fixture
def paths(home: Paths) -> Paths:
    fill(home, story(), LOCAL)
    return home


def environ(paths: Paths, **more: str) -> dict[str, str]:
    return {
        "FINETOP_CONFIG": str(paths.config_file),
        "FINETOP_DATA": str(paths.data_dir),
        "FINETOP_STATE": str(paths.state_dir),
        **more,
    }


@contextmanager
def screen(paths: Paths, **more: str) -> Iterator[Terminal]:
    """Finetop on a terminal, come to rest."""
    with terminal(*OPEN, environ=environ(paths, **more)) as opened:
        opened.until("local not started")
        opened.until("support-bot-v3")
        rest(opened)
        yield opened


def rest(opened: Terminal, quiet_s: float = QUIET_S) -> None:
    """Wait until nothing more is written."""
    before = -1
    while before != len(opened.written):
        before = len(opened.written)
        time.sleep(quiet_s)


def answered(opened: Terminal, key: str) -> None:
    """Press a key and wait until the screen has drawn its answer; some keys change nothing."""
    before, deadline = len(opened.written), time.monotonic() + UNANSWERED_S
    opened.press(key)
    while len(opened.written) == before and time.monotonic() < deadline:
        time.sleep(0.005)
    rest(opened, 0.03)


def attributes(opened: Terminal) -> list[object]:
    return termios.tcgetattr(opened._master)


def test_nothing_is_written_while_nothing_changes(paths: Paths) -> None:
    with screen(paths) as opened:
        rest(opened, QUIET_S * 3)
        before = len(opened.written)
        time.sleep(IDLE_S)
        assert len(opened.written) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_and_closes_the_store(paths: Paths, number: signal.Signals) -> None:
    with screen(paths) as opened:
        assert not int(str(attributes(opened)[3])) & termios.ECHO
        os.kill(opened.process.pid, number)
        assert opened.ended() == 128 + number
        assert int(str(attributes(opened)[3])) & termios.ECHO
        until(lambda: opened.written.rstrip().endswith(b"\x1b[?1004l"), "the end of the screen")
        assert b"\x1b[?1049l" in opened.written
    with sqlite3.connect(paths.store_file) as store:
        assert store.execute("pragma integrity_check").fetchone() == ("ok",)
    store.close()


@contextmanager
def deaf_terminal(paths: Paths) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Finetop on a terminal that controls nothing, and that is read until the screen is there."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        OPEN, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **environ(paths)},
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        seen = b""
        while b"Quit" not in seen:
            assert select.select([master], [], [], PATIENCE_S)[0]
            seen += os.read(master, 65_536)
        yield master, process
    finally:
        process.kill()
        process.wait()


def test_a_terminal_that_nobody_reads_does_not_keep_the_process(paths: Paths) -> None:
    with deaf_terminal(paths) as (master, process):
        for _ in range(40):
            os.write(master, b"4f]j3f]k1")
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
        os.close(master)


def test_a_terminal_that_is_gone_ends_it_also_where_no_signal_says_so(paths: Paths) -> None:
    with deaf_terminal(paths) as (master, process):
        os.close(master)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGHUP


def test_the_last_screen_is_there_at_once_and_says_how_old_it_is(paths: Paths) -> None:
    with screen(paths) as opened:
        opened.press("q")
        assert opened.ended() == 0
    assert (paths.state_dir / "frame").stat().st_mode & 0o777 == 0o600
    with terminal(*OPEN, environ=environ(paths)) as opened:
        opened.type("?")
        opened.until(r"as of \d\d:\d\d")
        assert b"\x1b[?1049h" in opened.written[:20]
        opened.until("Keys in the jobs list")  # typed before anything could have read it
        assert opened.written.count(b"\x1b[?1049h") == 1
        assert "as of" not in opened.text.splitlines()[0], "what a pane knows may be old all the same"
        opened.press("q", "q")
        assert opened.ended() == 0
        assert int(str(attributes(opened)[3])) & termios.ECHO


def test_a_frame_is_not_kept_with_a_dialog_on_it(paths: Paths) -> None:
    with screen(paths) as opened:
        opened.press("?")
        opened.until("Keys in the jobs list")
        opened.press("ctrl+q")
        assert opened.ended() == 0
    assert not (paths.state_dir / "frame").exists()


def test_a_start_that_fails_gives_the_terminal_back(paths: Paths, tmp_path: Path) -> None:
    with screen(paths) as opened:
        opened.press("q")
        assert opened.ended() == 0
    broken = tmp_path / "broken" / "textual"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('a broken installation')")
    with terminal(*OPEN, environ=environ(paths, PYTHONPATH=str(broken.parent))) as opened:
        assert opened.ended() != 0
        until(lambda: b"a broken installation" in opened.written, "the reason")
        assert opened.written.index(b"\x1b[?1049l") < opened.written.index(b"a broken installation")
        assert int(str(attributes(opened)[3])) & termios.ECHO


# fmt: off
EVERYTHING = (
    "2", "]", "]", "]", "f", "f", "3", "]", "4", "f", "f", "1", "?", "esc", "j", "j", "x", "n", ":", "esc",
    "c", "down", "esc", "esc", "k", "k", "j", "j", "j", "i",
)
# fmt: on
"""Every pane, tab and dialog of the screen, one key after the other."""


def test_no_string_of_a_provider_reaches_the_terminal_as_anything_but_text(home: Paths) -> None:
    """200 columns show every column there is."""
    evil = {
        "user_provided_suffix": EVIL, "fine_tuned_model": f"ft:{EVIL}:x:{EVIL}", "metadata": {EVIL: EVIL},
        "integrations": [{"type": EVIL, EVIL: {"entity": EVIL, "run": EVIL}}],
        "training_file": EVIL, "result_files": [EVIL],
    }  # fmt: skip
    failure = {"error": {"code": EVIL, "message": EVIL, "param": EVIL}}
    fill(
        home,
        [
            Told(f"ftjob-1{EVIL}", EVIL, EVIL, "local", EVIL, 3_600_000, extra=evil),
            Told(f"ftjob-2{EVIL}", EVIL, "failed", "local", EVIL, 3_700_000, extra={**evil, **failure}),
            Told(f"ftjob-3{EVIL}", EVIL, "running", "local", EVIL, 3_800_000, steps=120, extra=evil),
            Told(f"ftjob-4{EVIL}", EVIL, "succeeded", "local", EVIL, 3_900_000, steps=30, extra=evil),
        ],
        LOCAL,
        said=EVIL,
    )
    with terminal(*OPEN, columns=200, rows=60, environ=environ(home)) as opened:
        opened.until("1 Jobs")
        rest(opened)
        for key in EVERYTHING:
            answered(opened, key)
            if key == "c":
                opened.until("New job")  # the form starts the server: nothing else takes so long
        opened.until("Try a prompt")
        until(lambda: life.running(home.server_dir), "the server that the form has started")
        opened.press("ctrl+q")
        assert opened.ended() == 0
        written = opened.written.decode()
        assert "red" in written, "the words themselves are shown"
        assert "[/]" in written
        left = _OURS.sub("", written.replace("\r", "").replace("\n", ""))
        assert [char for char in left if not char.isprintable()] == []
        assert "\x1b[31m" not in written
