"""`finetop record`: what it keeps, what it says, and who asks when there are several."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commands import PATIENCE_S, here, kill, start, until
from finetop.config import Paths
from finetop.store import JobKey, Store

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "


@contextmanager
def recording(*options: object, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A recorder that runs, and is gone after the block."""
    process = start("record", *options, **environ)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, list[str]]:
    """Send a signal; the exit code and the lines that were said."""
    kill(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert out == "", "stdout is for data"
    return process.returncode, err.splitlines()


def test_it_keeps_what_happens_while_nobody_looks(mine: dict[str, str], good: Path) -> None:
    """A job made elsewhere is there with its whole log; it says how it goes, and why it ended."""
    with recording("--pace", 1, **mine) as process:
        until(lambda: here("record", "--status", **mine).code == 0, "the recorder")
        made = here("jobs", "create", good, "--model", "tiny-bytes-1", "--wait", "--json", **mine).json
        store = Store(Paths.of().store_file)
        status = here("record", "--status", "--json", **mine).json[0]
        key = JobKey(1, made["id"])
        until(lambda: key.id in store.jobs.known(1) and not store.jobs.incomplete(1, 9), "the whole log")
        assert store.events.count(key) > 10
        assert len(store.jobs.checkpoints(key)) == 3
        store.close()
        code, said = ended(process)
    assert code == 0
    assert len(said) == 4, said
    assert re.fullmatch(rf"{STAMP}recording mine into .*/finetop.db", said[1])
    assert re.fullmatch(rf"{STAMP}mine: live, \d+ jobs?, running jobs every 1 s", said[-2])
    assert re.fullmatch(rf"{STAMP}ended by SIGTERM", said[-1])
    assert (status["profile"], status["state"], status["pid"]) == ("mine", "ok", process.pid)


def test_nobody_records(mine: dict[str, str]) -> None:
    """The table says so, and the code too."""
    done = here("record", "--status", **mine)
    assert done.code == 4
    assert re.search(r"^mine +never .* nobody$", done.out, re.MULTILINE)
    assert "nobody records" in done.err


def test_what_is_said_of_the_pace_reaches_who_asks(mine: dict[str, str]) -> None:
    """From any process, and it tells that it heard; nothing is recorded by the one who says it."""
    with recording(**mine) as process:
        until(lambda: here("record", "--status", **mine).code == 0, "the recorder")
        assert here("record", "--pause", **mine).err == "finetop: mine: polling is paused\n"
        assert here("record", "--status", "--json", **mine).json[0]["paused"] is True
        said = process.stderr
        assert said is not None
        while "polling is paused" not in said.readline():
            assert process.poll() is None
        here("record", "--resume", "--pace", 7, **mine)
        while "running jobs every 7 s" not in said.readline():
            assert process.poll() is None
        assert re.search(r"^mine .* 7 s ", here("record", "--status", **mine).out, re.MULTILINE)
        done = here("record", "--status", "--pace", 0, "--json", **mine)
        assert (done.json[0]["pace_s"], done.json[0]["own_pace"]) == (2, True)
