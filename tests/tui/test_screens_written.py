"""What the screen writes to a real terminal for one key, one job and one event; resized, and unread."""

from __future__ import annotations

import json
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands import FINETOP, examples, here, serving, until
from drivers import NOW, PROFILES, STORY, fill, house
from finetop.models import Event, Job
from finetop.store import Store
from terminal import Terminal, terminal

if TYPE_CHECKING:
    from finetop.config import Paths

QUIET_S = 0.25
"""A screen that writes nothing for so long has come to rest."""
LONG_AGO_S = 90_000 * 40
"""So old that no age changes while one looks."""
DEAF_S = 10.0
"""For so long a terminal reads nothing, as one does whose line is down."""
TOLD = {
    told.suffix: replace(told, profile="local", age_s=told.age_s + LONG_AGO_S, took_s=60) for told in STORY
}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = house(tmp_path)
    fill(found, tuple(TOLD.values()), PROFILES[1:])
    return found


def environ(paths: Paths) -> dict[str, str]:
    return {
        "FINETOP_CONFIG": str(paths.config_file),
        "FINETOP_DATA": str(paths.data_dir),
        "FINETOP_STATE": str(paths.state_dir),
    }


def rest(opened: Terminal) -> int:
    """Wait until nothing more is written; how much was written by then."""
    before = -1
    while before != len(opened.written):
        before = len(opened.written)
        time.sleep(QUIET_S)
    return before


@contextmanager
def screen(paths: Paths) -> Iterator[Terminal]:
    """The screen on a terminal, come to rest."""
    with terminal(*FINETOP, "--profile", "local", environ=environ(paths)) as opened:
        opened.until("local not started")
        opened.until("Step 87/100")
        opened.until("validation became worse")  # a notice over the last line of the log
        rest(opened)
        yield opened


def cost(opened: Terminal, act: Callable[[], object], pattern: str) -> int:
    """How many bytes are written until the screen shows what an act brings, and rests."""
    before = len(opened.written)
    act()
    opened.until(pattern)
    return rest(opened) - before


def test_what_one_key_one_job_and_one_event_cost(paths: Paths) -> None:
    """A list that fills the screen writes two rows for a key; all panes together write what differs.

    The first key also takes away a notice, and what it has covered is all that is drawn for that.
    """
    with screen(paths) as opened, closing(Store(paths.store_file)) as store:
        keys = {row.name: row.key for row in store.jobs.rows({1: "local"})}

        def tell(name: str, **changes: str) -> None:
            told = replace(TOLD[name], **changes)  # type: ignore[arg-type]
            raw = json.dumps(told.body).encode()
            store.jobs.save(1, [(Job.model_validate(told.body), raw)], store.ask())

        def say(id_: str, words: str, **more: object) -> None:
            said = Event(id=id_, created_at=NOW, message=words, **more)
            store.events.save(keys["rehearsal-3"], [said])

        step = {"step": 89, "total_steps": 100, "train_loss": 0.4321, "epoch": 2.67}
        found = {
            "another job": cost(opened, lambda: opened.press("j"), "step 186 of 300"),
            "back": cost(opened, lambda: opened.press("k"), "step 88 of 100"),
            "a job": cost(opened, lambda: tell("tickets-v3", status="queued"), "queued +tickets-v3"),
            "an event": cost(opened, lambda: say("a-word", "a word of it"), "a word of it"),
            "a step": cost(
                opened, lambda: say("a-step", "Step 89/100", type="metrics", data=step), "89 %.*0.432"
            ),
        }
        cost(opened, lambda: opened.press("f"), r"^▌.*\n(?!── 2)")
        cost(opened, lambda: opened.press("j"), "^▌.*support-bot-v3")
        found["a row"] = cost(opened, lambda: opened.press("j"), "^▌.*tickets-v3")
        cost(opened, lambda: opened.press("g", "3"), "^━━ 3 Curves.*step 89 of 100")
        later = {**step, "step": 90, "train_loss": 0.4567}
        found["a point of a curve"] = cost(
            opened, lambda: say("b-step", "Step 90/100", type="metrics", data=later), "step 90 of 100"
        )
        found["the first crosshair"] = cost(opened, lambda: opened.press("h"), "step 90 +train 0.457")
        found["a crosshair"] = cost(opened, lambda: opened.press("h"), "step 89 +train 0.432")
        opened.press("q")
        assert opened.ended() == 0
    most = {
        "another job": 7_000, "back": 7_000, "a job": 400, "an event": 1_000, "a step": 2_000, "a row": 900,
        "a point of a curve": 900, "the first crosshair": 1_200, "a crosshair": 800,
    }  # fmt: skip
    assert {name: bytes_ for name, bytes_ in found.items() if bytes_ > most[name]} == {}


@pytest.mark.engine
def test_a_window_that_is_dragged_ends_with_the_screen_of_its_last_size(paths: Paths) -> None:
    """Forty sizes a second or so; also some in which nothing has room."""
    with screen(paths) as opened:
        for place in range(40):
            opened.resize(40 + place * 3, 10 + place)
            time.sleep(0.01)
        opened.resize(80, 24)
        opened.until(r"^▌.*rehearsal-3")
        rest(opened)
        for _ in range(2):
            opened.until(r"^━━ 1 Jobs .*━$")
            opened.until("Quit$")
            assert max(len(line) for line in opened.lines) <= 80
            drawn = opened.text
            opened.resize(100, 30)
            rest(opened)
            opened.resize(80, 24)
            rest(opened)
            assert opened.text == drawn, "no matter from where"
        opened.press("q")
        assert opened.ended() == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_in_tmux_it_is_the_same_screen(paths: Paths, tmp_path: Path) -> None:
    """Keys arrive, rows stand in their places, and what was there before is there again."""
    words = shlex.join([*FINETOP, "--profile", "local"])
    tmux = ("tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null", "-u", "new-session")
    environ_ = {**environ(paths), "LC_ALL": "C.UTF-8"}
    with terminal(
        *tmux, f"{words}; printf left; read -r _", columns=100, rows=30, environ=environ_
    ) as opened:
        opened.until("^▌.*rehearsal-3")
        rest(opened)
        opened.press("j")
        opened.until("^▌.*support-bot-v3")
        opened.press("/", *"tone", "enter")
        opened.until("of 2 ━")
        opened.press("q")
        opened.until("^left")
        opened.until_gone("1 Jobs")
        opened.press("enter")
        assert opened.ended() == 0


@pytest.mark.engine
def test_a_terminal_that_reads_nothing_for_ten_seconds_loses_no_poll_and_no_alert(tmp_path: Path) -> None:
    """Meanwhile more is written than it holds, a job runs to its end, and its log is kept."""
    settings = tmp_path / "mine.toml"
    with serving(tmp_path / "server", "--slots", 2) as served:
        settings.write_text(f'[profiles.mine]\ndialect = "local"\ndata_dir = "{served.card["data_dir"]}"\n')
        mine = {"FINETOP_CONFIG": str(settings), "TERM_PROGRAM": "iTerm.app"}
        lines = examples(tmp_path / "lines.jsonl", 200)
        made = ("jobs", "create", lines, "--model", "tiny-bytes-1", "--json")
        with terminal(*FINETOP, environ=mine) as opened:
            opened.until("mine live")
            first = here(*made, "--suffix", "before", "--epochs", 1, "--wait", **mine).json
            opened.until("before is done")
            rest(opened)
            with opened.deaf():
                over = time.monotonic() + DEAF_S
                second = here(*made, "--suffix", "meanwhile", "--epochs", 2, "--wait", **mine).json
                while time.monotonic() < over:
                    opened.press("j", "f", "k", "f")
                    time.sleep(0.05)
                asked = here("jobs", "get", second["id"], "--json", "--offline", **mine).json
                assert asked["status"] == "succeeded", "the screen's session went on asking"
            opened.until("meanwhile")
            until(lambda: b"]9;finetop: meanwhile is done" in opened.written, "the alert")
            rest(opened)
            opened.press("q")
            assert opened.ended() == 0
        assert opened.written.count(b"]9;finetop: meanwhile is done") == 1
        told = here("jobs", "events", second["id"], "--json", **mine).json
        kept = here("jobs", "events", second["id"], "--json", "--offline", **mine).json
        assert [event["id"] for event in kept] == [event["id"] for event in told]
        assert first["status"] == second["status"] == "succeeded"
