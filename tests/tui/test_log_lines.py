"""How a line of a log is drawn: time, whose it is, mark and message, cut, moved sideways or wrapped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from finetop.query.needle import read_needle
from finetop.store import JobKey
from finetop.store.log import LONGEST, MODERATION, LogLine
from finetop.text import ASCII
from finetop.tui.panes.log_lines import Look, row, rows_of, words_of
from finetop.tui.panes.log_times import time_meant
from finetop.tui.widgets.runs import plain
from stage import HOSTILE, NOW, strange

KEY = JobKey(1, "ftjob-1")
STEP = "Step 186/300: training loss=0.48"
LOOK = Look(now=NOW, began=NOW - 60, stamp="UTC")


@pytest.fixture(autouse=True)
def _somewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(
    message: str = STEP, at: float | None = NOW - 9, level: str = "info", type_: str = "message"
) -> LogLine:
    return LogLine(1, KEY, at, level, type_, message)


def drawn(line: LogLine, look: Look = LOOK, width: int = 60) -> list[str]:
    words = words_of(line)
    return [
        plain(row(line, words, look, width, part=part)).rstrip()
        for part in range(rows_of(words, look, width))
    ]


@pytest.mark.parametrize(
    ("line", "look", "lines"),
    [
        (said(), LOOK, [" 12:03:02    Step 186/300: training loss=0.48"]),
        (said(), replace(LOOK, stamp="local"), [" 17:48:02    Step 186/300: training loss=0.48"]),
        (said(), replace(LOOK, stamp="ago"), ["  9 s ago    Step 186/300: training loss=0.48"]),
        (said(), replace(LOOK, stamp="off"), ["   Step 186/300: training loss=0.48"]),
        (said(at=None), LOOK, ["             Step 186/300: training loss=0.48"]),
        (said(), replace(LOOK, began=NOW - 9e5), ["     12:03:02    Step 186/300: training loss=0.48"]),
        (said("slow", NOW - 9e5, "warn"), replace(LOOK, began=0), [" 11 Nov 02:03  ! slow"]),
        (said("lost", level="error"), LOOK, [" 12:03:02  ✗ lost"]),
        (said("lost", level="error"), replace(LOOK, glyphs=ASCII), [" 12:03:02  x lost"]),
        (said("passed", type_=MODERATION), LOOK, [" 12:03:02    moderation passed"]),
        (said("ok"), replace(LOOK, names={KEY: "bot-3"}), [" 12:03:02  bot-3    ok"]),
        (said(STEP * 3), LOOK, [" 12:03:02    Step 186/300: training loss=0.48Step 186/300:…"]),
        (said(), replace(LOOK, left=20), [" 12:03:02    …g loss=0.48"]),
        (said("short"), replace(LOOK, left=20), [" 12:03:02    …"]),
        (
            said(f"{STEP}, validation loss=0.61, and on"),
            replace(LOOK, wraps=True),
            [
                " 12:03:02    Step 186/300: training loss=0.48, validation",
                "             loss=0.61, and on",
            ],
        ),
    ],
)  # fmt: skip
def test_a_line(line: LogLine, look: Look, lines: list[str]) -> None:
    assert drawn(line, look) == lines


@pytest.mark.parametrize(
    ("line", "words", "role"),
    [
        (said("slow", level="warn"), "slow", "warn"),
        (said("lost", level="error"), "lost", "bad"),
        (said("strange", level="notice"), "strange", "text"),
        (said("blocked", level="warn", type_=MODERATION), "moderation", "reverse"),
        (said("blocked", level="warn", type_=MODERATION), " blocked", "warn"),
        (said("passed", type_=MODERATION), "moderation", "bright"),
    ],
)
def test_what_stands_out(line: LogLine, words: str, role: str) -> None:
    assert (words, role) in row(line, words_of(line), LOOK, 60)


def test_what_is_looked_for_is_marked_where_it_is_in_sight() -> None:
    look = replace(LOOK, needle=read_needle("loss"), left=26)
    line = said(f"{STEP} loss")
    assert [words for words, role in row(line, words_of(line), look, 60) if role == "match"] == ["loss"]
    found = row(line, words_of(line), replace(look, left=0), 60, here=True)
    assert [words for words, role in found if role == "here"] == ["loss", "loss"]


@pytest.mark.parametrize("wraps", [True, False])
def test_hostile_words_are_drawn_and_not_obeyed(*, wraps: bool) -> None:
    look = replace(LOOK, wraps=wraps, names={KEY: HOSTILE})
    line = said(HOSTILE + "\n" + HOSTILE, level=HOSTILE, type_=HOSTILE)
    assert not strange("".join(drawn(line, look)))


def test_of_a_message_without_end_the_screen_says_where_the_rest_is() -> None:
    assert words_of(said("x" * LONGEST)).endswith("(the rest stands in the saved log)")


@pytest.mark.parametrize(
    ("words", "ago_s"),
    [
        ("40m", 2_400),
        ("2 h ago", 7_200),
        ("17:00", 2_891),
        ("17:00:11", 2_880),
        ("17:50", 86_291),
        ("2026-11-21 17:00", 2_891),
        ("12", None),
        ("noon", None),
        ("", None),
        ("25:00", None),
    ],
)
def test_the_time_that_is_meant(words: str, ago_s: float | None) -> None:
    meant = time_meant(words, NOW)
    assert (None if meant is None else round(NOW - meant)) == ago_s
