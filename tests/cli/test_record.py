"""`finetop record`: what it keeps, what it says, and who asks when there are several."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

import finetop
from commands import here, kill, until
from finetop.config import Paths
from finetop.store import JobKey, Store
from recording import recording

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "


def test_it_keeps_what_happens_while_nobody_looks(mine: dict[str, str], good: Path) -> None:
    """A job made elsewhere is there with its whole log; it says how it goes, and why it ended."""
    with recording("--pace", 1, "--result-files", **mine) as process:
        until(lambda: here("record", "--status", **mine).code == 0, "the recorder")
        made = here("jobs", "create", good, "--model", "tiny-bytes-1", "--wait", "--json", **mine).json
        store = Store(Paths.of().store_file)
        status = here("record", "--status", "--json", **mine).json[0]
        key = JobKey(1, made["id"])
        until(lambda: key.id in store.jobs.known(1) and not store.jobs.incomplete(1, 9), "the whole log")
        assert store.events.count_to(key, 99) > 10
        assert len(store.jobs.checkpoints(key)) == 3
        until(lambda: sum(one.job == key.id for one in store.kept.all(1)) == 2, "the result files")
        kept = sorted((one.path for one in store.kept.all(1) if one.job == key.id), key=lambda p: "step" in p)
        store.close()
        folder = Paths.of().store_dir / "results" / "mine"
        heads = [(folder / path).read_text("utf-8").split(",")[0] for path in kept]
        assert heads == ["split", "step"]
        assert process.ended() == 0
    found = "".join(process.said)
    for line in (
        r"recording mine into \S+/finetop.db, result files into \S+/results",
        r"mine: live, \d+ jobs?, running jobs every 1 s",
        *(rf"mine: the results of {key.id} are kept in \S+/{path}" for path in kept),
        r"ended by SIGTERM",
    ):
        assert re.search(f"^{STAMP}{line}$", found, re.MULTILINE), found
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
        process.says("polling is paused")
        here("record", "--resume", "--pace", 7, **mine)
        process.says("running jobs every 7 s")
        assert re.search(r"^mine .* 7 s ", here("record", "--status", **mine).out, re.MULTILINE)
        done = here("record", "--status", "--pace", 0, "--json", **mine)
        assert (done.json[0]["pace_s"], done.json[0]["own_pace"]) == (2, True)


class Copy:
    """An installation of its own, that can be replaced under what runs from it."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "finetop"
        shutil.copytree(
            Path(finetop.__file__).parent,
            self.package,
            ignore=shutil.ignore_patterns("tui", "demo", "server", "*.npz"),
        )
        for part in ("__init__", "life", "disks", "processes", "durable", "protocol", "layout"):
            source = Path(finetop.__file__).parent / "server" / f"{part}.py"
            (self.package / "server").mkdir(exist_ok=True)
            shutil.copy(source, self.package / "server")
        self.change("cli/record/process.py", "LOOK_S = 5.0", "LOOK_S = 0.1")
        self.environ = {"PYTHONPATH": str(folder)}

    def change(self, file: str, old: str, new: str) -> None:
        """Put a file of another length in the place of one, as what is compiled is known by it."""
        path = self.package / file
        changed = path.read_text("utf-8").replace(old, new)
        path.unlink()
        path.write_text(changed, "utf-8")

    def set_version(self, version: str) -> None:
        before = re.findall(r'"(.+)"\n', (self.package / "__init__.py").read_text("utf-8"))[-1]
        self.change("__init__.py", before, version)


@pytest.mark.engine
def test_it_survives_its_own_update(mine: dict[str, str], tmp_path: Path) -> None:
    """In the same process, by what is good; a broken one is told, and a newer store is not touched."""
    installed = Copy(tmp_path / "installed")
    with recording("--pace", 7, **mine, **installed.environ) as process:
        process.says("mine: live")
        installed.change("cli/main.py", "import click", "import clicks")
        installed.set_version("8")
        process.says("does not start, so this one goes on: ModuleNotFoundError: No module named 'clicks'")
        installed.change("cli/main.py", "import clicks", "import click")
        installed.set_version("9.0")
        process.says("starting anew, for finetop was updated")
        process.says("mine: live")
        (status,) = here("record", "--status", "--json", **mine).json
        assert (status["pid"], status["version"]) == (process.pid, "9.0")
        assert status["pace_s"] == 7
        here("record", "--status", "--pace", 9, **mine)
        kill(process.pid, signal.SIGHUP)
        process.says("starting anew, for SIGHUP")
        kill(process.pid, signal.SIGHUP)  # a shell and its terminal both send one
        process.says("mine: live")
        with sqlite3.connect(Paths.of().store_file) as database:
            applied = database.execute("pragma user_version").fetchone()[0]
            database.execute(f"pragma user_version = {applied + 1}")
        process.says("written by a newer finetop; recording goes on as soon as this one is updated")
        with sqlite3.connect(Paths.of().store_file) as database:
            database.execute(f"pragma user_version = {applied}")
        database.close()
        status = here("record", "--status", "--json", **mine)
        assert status.code == 4, "it lets others ask meanwhile"
        assert status.json[0]["pace_s"] == 9, "what was said last counts"
        installed.change("store/schema.py", "from __future__", "# newer\nfrom __future__")  # git pull
        process.says("mine: live")
        assert process.ended() == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--pace", "0.2"), "--pace 0.2 is too often"),
        (("--pause", "--resume"), "opposites"),
        (("--json",), "--json goes with --status"),
        (("--profile", "nobody"), "there is no profile nobody"),
    ],
)
def test_what_makes_no_sense_is_told(mine: dict[str, str], options: tuple[str, ...], words: str) -> None:
    """Before anything is asked or written down."""
    done = here("record", *options, **mine)
    assert done.code == 2
    assert words in done.err
