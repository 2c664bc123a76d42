"""The events pane: following, moving, searching and saving logs of jobs, also long ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.geometry import Offset
from textual.selection import Selection
from textual.widgets import Input

from finetop.models import Event
from finetop.store import JobKey, Store
from finetop.store.log import MODERATION
from finetop.tui.panes.events import EventsPane
from finetop.tui.panes.log_reading import AT_ONCE, LogSource
from finetop.tui.remembered import Part
from stage import HOSTILE, NOW, Repaints, Stage, picture, strange, written

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from finetop.tui.messages import Said

ONE, TWO = JobKey(1, "ftjob-1"), JobKey(1, "ftjob-2")
LONG = 5_000


class Talk:
    """A store in which jobs speak, and the pane that shows it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "finetop.db")
        self.pane = EventsPane()
        self.app = _Hearing(self.pane)

    def log(self, *keys: JobKey) -> LogSource:
        return LogSource(self.store.log, keys, {key: key.id for key in keys}, lambda: "No events yet.")

    def say(
        self, *said: str, key: JobKey = ONE, level: str = "info", type_: str = "message", at: float = NOW - 60
    ) -> None:
        known = self.store.events.count_to(key, 10_000)
        events = [
            Event(id=f"{key.id}-{known + number}", created_at=at, level=level, type=type_, message=words)
            for number, words in enumerate(said)
        ]
        self.store.events.save(key, events)

    def say_much(self, count: int) -> None:
        with self.store.database.write() as connection:
            connection.execute(
                """with recursive n(i) as (select 0 union all select i + 1 from n where i < ? - 1)
                insert into event (account, job, id, created_at, level, type, message, data)
                select 1, 'ftjob-1', i, ? + i, iif(i = 40, 'warn', 'info'), 'message',
                'event ' || i || iif(i % 1000 = 7, ' odd', ''), '{}' from n""",
                (count, NOW - 9_000),
            )

    def news(self) -> None:
        self.pane.news(now=NOW)

    @property
    def lines(self) -> list[str]:
        return picture(self.app)


class _Hearing(Stage):
    """Keeps what is said."""

    heard = ""
    merge_wanted = False

    def on_events_pane_merge_wanted(self) -> None:
        self.merge_wanted = True

    def on_said(self, event: Said) -> None:
        self.heard = event.sentence


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = Talk(tmp_path)
    yield made
    made.store.close()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(500):
        await pilot.pause(0.01)
        if holds():
            return
    raise AssertionError("\n".join(picture(pilot.app)))


async def ask(pilot: Pilot[None], key: str, words: str, end: str = "enter") -> None:
    """Open the line with a key, paste words into it, and end it."""
    if key:
        await pilot.press(key)
    line = pilot.app.screen.query_one(Input)
    line.value = words
    await pilot.pause()
    if end:
        await pilot.press(end)


def messages(lines: Sequence[str]) -> list[str]:
    return [line.split("  ", 2)[-1].strip(" !✗▌") for line in lines[1:]]


async def test_it_follows_the_end_unless_it_was_told_or_scrolled(talk: Talk) -> None:
    talk.say(*(f"event {number}" for number in range(200)))
    talk.say("slow", level="warn")
    pane = talk.pane
    async with talk.app.run_test(size=(80, 8)) as pilot:
        assert "No job yet." in talk.lines[1]
        await pilot.press("space", "G", "space")
        pane.show(talk.log(ONE), now=NOW)
        await pilot.pause()
        assert talk.lines[-1].endswith("! slow")
        assert talk.lines[0].endswith("following   201 ━")
        talk.say("new")
        talk.news()
        await pilot.pause()
        assert talk.lines[-1].endswith("new")

        await pilot.press("k")
        repaints = Repaints(pane)
        talk.say("later")
        talk.news()
        await pilot.pause()
        assert repaints.lines == {0}, "only the rule says that there is one more"
        assert "1 new   203" in talk.lines[0]
        await pilot.press("G")
        assert talk.lines[-1].endswith("later")
        assert "following" in talk.lines[0]

        await pilot.press("space")
        assert "follow off" in talk.lines[0]
        talk.say("unseen")
        talk.news()
        await pilot.press("k", "G")
        assert talk.lines[-1].endswith("unseen")
        assert "follow off" in talk.lines[0], "the end alone does not turn it on again"
        talk.say("unseen too")
        talk.news()
        pane.show(talk.log(TWO), now=NOW)
        await pilot.pause()
        assert "No events yet." in talk.lines[1]
        pane.show(talk.log(ONE), now=NOW)
        talk.say("and this")
        talk.news()
        await pilot.pause()
        assert talk.lines[-1].endswith("unseen too"), "nor does another job"
        await pilot.press("space")
        assert talk.lines[-1].endswith("and this")

        talk.say(HOSTILE, HOSTILE + "\n" + HOSTILE, level=HOSTILE)
        talk.news()
        await pilot.pause()
        assert not strange("".join(talk.lines))
        assert "\x1b]" not in written(talk.app)


async def test_lines_can_be_selected_and_older_days_show_their_date(talk: Talk) -> None:
    talk.say("event 0", at=NOW - 5 * 86_400)
    talk.say("event 1", "event 2")
    pane = talk.pane
    async with talk.app.run_test(size=(80, 8)) as pilot:
        pane.show(talk.log(ONE), now=NOW)
        await pilot.pause()
        assert talk.lines[1].index("event") == talk.lines[2].index("event")
        assert talk.lines[1].split()[1].isalpha()
        taken = pane.get_selection(Selection(Offset(17, 1), Offset(24, 2)))
        assert taken is not None
        assert taken[0].split("\n")[0] == "event 0"
        await pilot.mouse_down(pane, offset=(17, 2))
        await pilot.hover(pane, offset=(24, 3))
        await pilot.mouse_up(pane, offset=(24, 3))
        assert (talk.app.screen.get_selected_text() or "").startswith("event 1\n")


async def test_what_is_looked_for_is_found_and_what_is_not_wanted_is_left_out(talk: Talk) -> None:
    talk.say(*(f"Step {number}: training loss=0.{number}" for number in range(1, 60)))
    talk.say("Checkpoint at step 60", type_="message")
    talk.say("Model blocked", level="warn", type_=MODERATION)
    talk.say("lost", level="error")
    talk.say("Step 60: training loss=0.60")
    pane = talk.pane
    async with talk.app.run_test(size=(80, 12)) as pilot:
        pane.show(talk.log(ONE), now=NOW)
        await ask(pilot, "slash", "checkp")
        assert "1 of 1" in talk.lines[0]
        assert any(line.startswith("▌") and "Checkpoint" in line for line in talk.lines)
        await ask(pilot, "slash", "loss=0.2")
        assert "11 of 11   not following" in talk.lines[0], "the last one above what was seen"
        await pilot.press("n")
        assert "1 of 11" in talk.lines[0]
        await pilot.press("N", "N")
        assert "10 of 11" in talk.lines[0]
        await ask(pilot, "slash", "~(", "escape")
        assert "10 of 11" in talk.lines[0], "left as it was"
        await pilot.press("escape", "G")
        await ask(pilot, "slash", "nowhere")
        await pilot.press("n")
        assert "no match   following" in talk.lines[0]
        assert talk.app.heard == "nowhere does not stand here."
        await pilot.press("escape")

        await pilot.press("left_square_bracket")
        assert any(line.startswith("▌") and "✗ lost" in line for line in talk.lines)
        await pilot.press("left_square_bracket")
        assert any(line.startswith("▌") and "! moderation Model blocked" in line for line in talk.lines)
        await pilot.press("left_square_bracket")
        assert talk.app.heard.startswith("There is no warning, error or moderation check before")
        await pilot.press("L")
        assert messages(talk.lines)[:2] == ["moderation Model blocked", "lost"]
        assert "warnings" in talk.lines[0]
        await pilot.press("L")
        assert messages(talk.lines)[:1] == ["lost"]
        await ask(pilot, "ampersand", "step")
        assert "No event matches step. esc clears." in talk.lines[1]
        await pilot.press("L", "G")
        assert "& step   following   61" in talk.lines[0]
        talk.say("Step 61: training loss=0.61", "between", "Step 62: training loss=0.62")
        talk.news()
        await pilot.pause()
        assert messages(talk.lines)[-2:] == ["Step 61: training loss=0.61", "Step 62: training loss=0.62"]
        await ask(pilot, "ampersand", "!~^step")
        assert messages(talk.lines)[:4] == [
            "Checkpoint at step 60",
            "moderation Model blocked",
            "lost",
            "between",
        ]
        await ask(pilot, "ampersand", "xyz", "escape")
        assert messages(talk.lines)[3] == "between", "left as it was"
        await pilot.press("escape")
        assert "& " not in talk.lines[0]


async def test_a_long_log_is_there_at_once_and_known_whole_soon(talk: Talk) -> None:
    talk.say_much(LONG)
    pane = talk.pane
    async with talk.app.run_test(size=(80, 12)) as pilot:
        pane.show(talk.log(ONE), now=NOW)
        assert pane.count == AT_ONCE
        assert messages(talk.lines)[-1] == f"event {LONG - 1}"
        await pilot.press("g")
        await until(pilot, lambda: messages(talk.lines)[0] == "event 0")
        assert talk.lines[0].endswith("not following   5,000 ━")
        await pilot.press("G", "k")
        await ask(pilot, "slash", "odd", "")
        assert messages(talk.lines)[3] == "event 4007 odd"
        await until(pilot, lambda: "5 of 5" in talk.lines[0])
        await pilot.press("enter", "N", "N", "N", "N")
        await until(pilot, lambda: "1 of 5" in talk.lines[0])
        await pilot.press("escape", "G", "left_square_bracket")
        assert any(line.startswith("▌") and "event 40" in line for line in talk.lines)
        await pilot.press("escape", "G")
        await ask(pilot, "ampersand", "event 10")
        await until(pilot, lambda: messages(talk.lines)[-1] == "event 1099")
        assert talk.lines[0].endswith("& event 10   following   111 ━")
        await ask(pilot, "ampersand", "!", "escape")
        await until(pilot, lambda: talk.lines[0].endswith("111 ━"))

        await pilot.press("escape")
        await until(pilot, lambda: talk.lines[0].endswith("5,000 ━"))
        await pane.action_go_to_time()
        await ask(pilot, "", "2h")
        assert any(line.startswith("▌") and "event 1800" in line for line in talk.lines)
        assert [copy.text for copy in pane.copies() if copy.what == "this event"] == ["event 1800"]
        sheet = pane.sheet()
        assert sheet is not None
        assert isinstance(sheet.content, bytes)
        assert sheet.content.splitlines()[-1].endswith(b"info   event 4999")
        pane.action_clear_view()
        await pilot.pause()
        assert "Nothing new. esc shows all." in talk.lines[1]
        talk.say("fresh")
        talk.news()
        await pilot.pause()
        assert messages(talk.lines) == ["fresh", *[""] * 10]
        await pilot.press("escape")
        await until(pilot, lambda: talk.lines[0].endswith("5,001 ━"))


async def test_long_lines_wrap_or_move_sideways_and_stay_there(talk: Talk) -> None:
    words = " ".join(f"word-{number}" for number in range(20))
    talk.say(*(f"{number} {words}" for number in range(9)))
    pane = talk.pane
    async with talk.app.run_test(size=(60, 9)) as pilot:
        pane.show(talk.log(ONE), now=NOW)
        await pilot.press("l")
        assert all(line[13:].startswith("…2 word-3") for line in talk.lines[1:])
        assert "+20   following" in talk.lines[0]
        talk.say(f"9 {words}")
        talk.news()
        await pilot.press("l", "l", "h")
        assert "+40   following" in talk.lines[0]
        await pilot.press("w")
        assert "+" not in talk.lines[0]
        assert talk.lines[-1].strip().endswith("word-19")
        top = talk.lines[1]
        talk.say("short")
        talk.news()
        await pilot.pause()
        assert talk.lines[-1].endswith("short")
        await pilot.press("k", "k", "j")
        assert talk.lines[1] == top
        await pilot.press("pageup", "g")
        assert "0 word-0" in talk.lines[1]
        assert "             word-6" in talk.lines[2]
        taken = pane.get_selection(Selection(Offset(13, 1), Offset(20, 2)))
        assert taken is not None
        assert taken[0].startswith("0 word-0 word-1")
        await pilot.press("t")
        assert "UTC" in talk.lines[0]
        await pilot.press("t")
        assert "1 m ago" in talk.lines[1]
        await pilot.press("t")
        assert talk.lines[1].startswith("   0 word-0")
        kept = pane.state()
        assert kept == {"tab": "", "follows": True, "wraps": True, "time": "off", "level": ""}
        await pilot.press("t", "w")
        pane.restore(Part({**kept, "level": "odd"}))
        assert (pane.state(), pane.follows) == (kept, True)


async def test_marked_jobs_are_one_log_and_what_is_shown_is_saved(talk: Talk, tmp_path: Path) -> None:
    talk.say("two is made", key=TWO, at=NOW - 50)
    talk.say("one is made", at=NOW - 60)
    talk.say("one is slow", level="warn", at=NOW - 30)
    talk.say("two is over", key=TWO, at=NOW - 20)
    pane = talk.pane
    async with talk.app.run_test(size=(90, 9)) as pilot:
        pane.show(talk.log(ONE), now=NOW)
        await pilot.press("M")
        assert talk.app.merge_wanted
        pane.merge(talk.log(ONE, TWO), now=NOW)
        pane.show(talk.log(TWO), now=NOW)
        await pilot.pause()
        assert "2 marked" in talk.lines[0]
        assert [line[11:34].split() for line in talk.lines[1:5]] == [
            ["ftjob-1", "one", "is", "made"],
            ["ftjob-2", "two", "is", "made"],
            ["ftjob-1", "!", "one", "is", "slow"],
            ["ftjob-2", "two", "is", "over"],
        ]
        talk.say("one came late", at=NOW - 25)
        talk.news()
        await until(pilot, lambda: "one came late" in talk.lines[4])

        file = tmp_path / "saved.txt"
        await pilot.press("E")
        assert any("merged-events.txt" in line for line in talk.lines)
        await ask(pilot, "", str(file))
        await until(pilot, lambda: talk.app.heard == f"Saved 5 events in {file}.")
        read = file.read_text().splitlines()
        assert read[2][:4] == "2026"
        assert read[2].split("  ", 1)[1] == "ftjob-1  warn   one is slow"
        await ask(pilot, "ampersand", "made")
        await ask(pilot, "E", str(file))
        await until(pilot, lambda: any("enter replaces it" in line for line in talk.lines))
        assert len(file.read_text().splitlines()) == 5
        await pilot.press("enter")
        await until(pilot, lambda: talk.app.heard == f"Saved 2 events in {file}.")
        lines = file.with_suffix(".jsonl")
        await ask(pilot, "E", str(lines))
        await until(pilot, lines.exists)
        told = [json.loads(line) for line in lines.read_text().splitlines()]
        assert [(line["job"], line["message"]) for line in told] == [
            ("ftjob-1", "one is made"),
            ("ftjob-2", "two is made"),
        ]
        await ask(pilot, "E", str(tmp_path))
        await until(pilot, lambda: talk.app.heard == f"{tmp_path} is a folder")
        await pilot.press("escape", "escape")
        assert [line[13:].strip() for line in talk.lines[1:4]] == ["two is made", "two is over", ""]
