"""Which columns stand at which width, and what a row of cells looks like."""

from __future__ import annotations

import pytest

from finetop import text
from finetop.text import ASCII, UNICODE
from finetop.tui.panes.job_cells import COLUMNS, cells, longest
from finetop.tui.widgets.runs import Line, changed_spans, fit, merged, plain
from finetop.tui.widgets.table import arrange, head_runs, row_runs
from stage import NOW, job

LONG = {
    "name": 31,
    "model": 32,
    "status": 11,
    "profile": 8,
    "method": 6,
    "step": 9,
    "progress": 24,
    "loss": 6,
}


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (60, "status name progress loss eta age"),
        (72, "status name progress loss eta age"),
        (80, "status name progress loss valid eta age"),
        (100, "status name progress loss valid eta age profile"),
        (120, "status name model method progress loss valid eta age profile"),
        (200, "status name model method progress step loss valid eta age profile job"),
    ],
)
def test_columns_leave_in_order(width: int, names: str) -> None:
    slots = arrange(COLUMNS, width, LONG)
    assert [slot.column.name for slot in slots] == names.split()
    assert slots[-1].end <= width - 1


def test_columns_at_120_stand_where_the_design_puts_them() -> None:
    places = {slot.column.name: (slot.x, slot.width) for slot in arrange(COLUMNS, 120, LONG)}
    assert places["name"] == (16, 19)
    assert places["model"] == (37, 18)
    assert places["progress"] == (65, 16)
    assert places["profile"] == (111, 8)


def test_wide_screens_give_no_column_more_than_its_content_and_two() -> None:
    rows = [job(n, name="n" * n, train_loss=0.5, step=3, total_steps=9, ended_at=NOW) for n in range(1, 6)]
    for slot in arrange(COLUMNS, 200, longest(rows)):
        most = longest(rows)[slot.column.name]
        assert slot.width <= max(most, len(slot.column.head)) + 2, slot.column.name


STEPS = [
    job(1, "running", step=4_125, total_steps=125_000, train_loss=0.1),
    job(2, step=586, total_steps=586),
]


@pytest.mark.parametrize("width", [140, 160, 200])
def test_long_step_numbers_keep_their_distance(width: int) -> None:
    slots = arrange(COLUMNS, width, longest(STEPS))
    line = plain(row_runs(slots, cells(STEPS[0], NOW, None, UNICODE), [("   ", "text")]))
    assert "  3 %  " in line
    assert "  4125/125000   0.100" in line
    short = plain(row_runs(slots, cells(STEPS[1], NOW, None, UNICODE), [("   ", "text")]))
    assert short.index("586/586") + 7 == line.index("4125/125000") + 11, "aligned at the right"


def test_the_step_column_does_not_move_with_the_last_digits() -> None:
    places = [
        [(slot.column.name, slot.x) for slot in arrange(COLUMNS, 140, longest([row]))]
        for row in (job(1, "running", step=step, total_steps=125_000) for step in (9_999, 10_000, 100_000))
    ]
    assert places[0] == places[1] == places[2]


@pytest.mark.parametrize("status", ["running", "succeeded", "queued", "failed", "cancelled"])
@pytest.mark.parametrize("step", [3, 1_000])
def test_at_200_no_column_is_wider_than_its_longest_cell_and_two(status: str, step: int) -> None:
    many = {
        "step": step,
        "total_steps": 300_000,
        "ended_at": NOW,
        "place": 1,
        "train_loss": 1.5,
        "valid_loss": 1.5,
    }
    rows = [job(n, status, reason="it stopped" if status == "failed" else None, **many) for n in range(1, 6)]
    slots = arrange(COLUMNS, 200, longest(rows))
    for slot in slots:
        drawn = [
            text.cells(plain(draw(slot.width, slot.width)).strip())
            for row in rows
            if (draw := cells(row, NOW, None, UNICODE).get(slot.column.name))
        ]
        assert slot.width <= max(len(slot.column.head), *drawn, 4 if slot.column.name == "age" else 0) + 2, (
            slot
        )


def test_at_80_the_four_facts_of_every_row_are_whole() -> None:
    row = job(1, "running", step=4_125, total_steps=125_000, train_loss=12.31, valid_loss=0.5, eta_s=700.0,
              name="customer-support-v3")  # fmt: skip
    slots = arrange(COLUMNS, 80, longest([row]))
    line = plain(row_runs(slots, cells(row, NOW, None, UNICODE), [("   ", "text")]))
    for words in ("◉ running", "customer-support-v3", "  3 %", "12.310"):
        assert words in line


def test_a_short_name_leaves_its_room_to_the_model() -> None:
    places = {slot.column.name: slot.width for slot in arrange(COLUMNS, 120, LONG | {"name": 6})}
    assert places["model"] == 31
    assert places["name"] == 6


def drawn(row_width: int, status: str = "succeeded", **fields: object) -> str:
    row = job(1, status, **fields)
    slots = arrange(COLUMNS, row_width, LONG)
    return plain(row_runs(slots, cells(row, NOW, None, UNICODE), [("   ", "text")]))


def test_a_training_job_shows_bar_share_losses_and_eta() -> None:
    line = drawn(
        120, status="running", step=186, total_steps=300, train_loss=0.482, valid_loss=0.611, eta_s=250.0
    )
    assert "◉ running" in line
    assert "━━━━━━────  62 %   0.482   0.611  ~4 m   1 h  openai" in line


def test_a_two_digit_eta_takes_the_gap_and_keeps_its_unit_in_line() -> None:
    line = drawn(
        120, status="running", step=1, total_steps=3, train_loss=0.5, valid_loss=0.5, eta_s=47 * 60.0
    )
    assert "0.500 ~47 m   1 h" in line


def test_a_failed_jobs_reason_runs_on_and_a_narrow_one_is_cut() -> None:
    reason = "line 17: no assistant message"
    assert reason in drawn(80, status="failed", reason=reason, train_loss=1.0)
    assert "line 17: no assist…   1 h" in drawn(60, status="failed", reason=reason)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "checking"}, "checking files"),
        ({"status": "stopping"}, "coming to rest"),
        ({"status": "unknown", "raw_status": ""}, "its state is not told"),
        ({"status": "queued", "place": 2}, "2nd in line"),
        ({"status": "succeeded", "started_at": NOW - 41 * 60, "ended_at": NOW}, "took 41 m"),
        ({"status": "cancelled", "step": 120}, "stopped at 120"),
        ({"status": "unknown", "raw_status": "deferred"}, "state deferred is new to us"),
        ({"status": "running"}, "starting"),
        ({"status": "queued", "intent": "unsure"}, "not confirmed"),
    ],
)
def test_rows_tell_their_story_where_a_bar_would_be_empty(fields: dict[str, object], words: str) -> None:
    given = dict(fields)
    assert words in drawn(120, str(given.pop("status")), **given)


def test_heads_stand_over_their_columns_and_progress_is_done_where_narrow() -> None:
    assert "PROGRESS" in plain(head_runs(arrange(COLUMNS, 80, LONG)))
    assert " DONE    LOSS" in plain(head_runs(arrange(COLUMNS, 60, LONG)))


def test_ascii_rows_are_ascii() -> None:
    row = job(1, "running", step=1, total_steps=2, eta_s=5.0, name="a" * 50)
    slots = arrange(COLUMNS, 120, LONG)
    assert plain(row_runs(slots, cells(row, NOW, None, ASCII), [])).isascii()


def test_blanks_join_the_run_before_them() -> None:
    assert merged([("a", "text"), ("  ", "muted"), ("b", "text"), ("", "bad")]) == (("a  b", "text"),)
    assert merged([("a", "tab"), (" ", "text")]) == (("a", "tab"), (" ", "text"))


def test_fit_cuts_wide_characters_at_a_cell() -> None:
    assert plain(fit([("日本", "text")], 3)) == "日 "
    assert plain(fit([("ab", "text")], 4)) == "ab  "


def test_changed_spans_are_the_smallest_that_are_worth_it() -> None:
    old, new = Line((("loss 0.48", "text"),)), Line((("loss 0.47", "text"),))
    assert changed_spans(old, old, 9) == []
    assert changed_spans(old, new, 9) == [(8, 9)]
    assert changed_spans(old, Line(old.runs, "cursor"), 9) == [(0, 9)]
    far = Line((("a" + "-" * 30 + "b", "text"),)), Line((("x" + "-" * 30 + "y", "text"),))
    assert changed_spans(*far, 32) == [(0, 1), (31, 32)]
    near = Line((("a" + "-" * 5 + "b", "text"),)), Line((("x" + "-" * 5 + "y", "text"),))
    assert changed_spans(*near, 7) == [(0, 7)]
    wide = Line((("日a", "text"),)), Line((("日b", "text"),))
    assert changed_spans(*wide, 3) == [(0, 3)]
