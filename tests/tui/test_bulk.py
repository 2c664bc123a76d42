"""Marks, and what is asked before something is done to all marked jobs."""

from __future__ import annotations

import pytest

from finetop.store.rows import JobKey
from finetop.text import ASCII, UNICODE, cells
from finetop.tui.panes.marks import NO_MARKS
from finetop.tui.screens.bulk_consent import Target, bulk_consent, outcome
from finetop.tui.screens.consent import WIDTH
from finetop.tui.widgets.runs import plain
from stage import HOSTILE, job

A, B, C = (JobKey(1, name) for name in "abc")


def test_marks_toggle_and_a_range_begins_at_the_last_one() -> None:
    marks = NO_MARKS.toggled(A).toggled(B)
    assert marks.keys == {A, B}
    assert (marks.start, len(marks)) == (B, 2)
    assert marks.toggled(B).start is None
    assert marks.toggled(A).start == B
    assert marks.through([A, B, C], C).keys == {A, B, C}
    assert marks.through([C], C).start == C
    assert marks.without([B]) == NO_MARKS.toggled(A).toggled(C).toggled(C)
    assert marks.without([C]) is marks
    assert A in marks
    assert C not in marks


def target(number: int, status: str = "running", *, saved: int = 0, **fields: object) -> Target:
    return Target(job(number, status, **fields), checkpoints=int(saved > 0), saved=saved)


def asked(kind: str, targets: list[Target], left_out: int = 0) -> list[str]:
    consent = bulk_consent(kind, targets, left_out, UNICODE)
    return [consent.question, *(plain(line) for line in consent.lines), consent.do]


@pytest.mark.parametrize(("count", "named", "more"), [(1, 1, ""), (8, 8, ""), (9, 7, "and 2 more")])
def test_up_to_eight_jobs_are_listed_by_name(count: int, named: int, more: str) -> None:
    words = asked("cancel", [target(n) for n in range(count)])
    assert sum("job-" in line for line in words) == named
    assert any(more in line for line in words)
    assert words[0] == f"Cancel {count} job{'s' if count > 1 else ''}?"


@pytest.mark.parametrize(
    ("kind", "targets", "said"),
    [
        ("cancel", [target(1, step=186, total_steps=300, saved=100), target(2, "queued")],
         ["186 of 300 steps in 1 of them", "the steps already done", "1 checkpoint", "86 steps since"]),
        ("cancel", [target(1, step=5, cost=1.5), target(2, step=7, cost=0.25)],
         ["12 steps", "$1.75", "no checkpoint yet", "Lost      12 steps"]),
        ("cancel", [target(1, step=5, cost=1.5), target(2)], ["$1.50, as told of 1"]),
        ("cancel", [target(1, "queued")], ["no step yet", "nothing yet", "Lost      nothing"]),
        ("pause", [target(1)], ["everything they have learned", "can be resumed"]),
        ("resume", [target(1, "paused")], ["the rest of their steps"]),
        ("delete", [target(1, "failed")], ["for everybody", "cannot be brought back"]),
    ],
)  # fmt: skip
def test_what_is_done_spent_kept_and_lost(kind: str, targets: list[Target], said: list[str]) -> None:
    words = "\n".join(asked(kind, targets, left_out=2))
    for expected in said:
        assert expected in words
    assert "2 marked, where this cannot be done" in words


def test_hostile_names_stay_inside_the_box() -> None:
    for glyphs, width in ((UNICODE, 120), (ASCII, 60)):
        targets = [target(1, name=HOSTILE, profile=HOSTILE), target(2, name="日本" * 40)]
        for line in bulk_consent("cancel", targets, 0, glyphs, screen=(width, 16)).lines:
            assert cells(plain(line)) <= min(WIDTH, width - 6)
            assert plain(line).isprintable()


@pytest.mark.parametrize(
    ("done", "refused", "said"),
    [
        (3, [], ("3 jobs are asked to stop.", "", "text")),
        (1, [], ("1 job is asked to stop.", "", "text")),
        (2, ["No."], ("2 of 3 jobs are asked to stop.", "No.", "warn")),
        (0, ["No.", "No."], ("None of 2 jobs is asked to stop.", "No.", "bad")),
        (
            1,
            ["No.", "Never."],
            ("1 of 3 jobs are asked to stop.", "No. 1 more reason in the action log.", "warn"),
        ),
    ],
)
def test_what_is_said_when_all_have_answered(
    done: int, refused: list[str], said: tuple[str, str, str]
) -> None:
    assert outcome("cancel", done, refused) == said
