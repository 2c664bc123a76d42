"""The columns of the jobs list: which there are, how they are chosen, and what stands in them."""

from __future__ import annotations

from functools import reduce

import pytest

from finetop.store import order
from finetop.store.order import asked
from finetop.text import UNICODE
from finetop.tui.panes.job_columns import MORE, NAME, USUAL, Choosing, Layout, choices, column, sortable, way
from finetop.tui.panes.more_cells import more_cell
from finetop.tui.widgets.runs import plain
from finetop.tui.widgets.table import arrange, head_runs
from finetop.views import Sort, View
from stage import HOSTILE, NOW, job

LONG = {"name": 34, "model": 34, "profile": 8, "job": 14, "step": 9, "progress": 24, "status": 11}
SEEN = ["status", "name", "progress", "loss", "age"]
THERE = choices(["team"], ["n_epochs"])


def heads(layout: Layout, width: int, **how: str) -> str:
    return plain(head_runs(arrange(layout.columns(), width, LONG), **how))


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([], "status name progress loss age"),
        ([("toggled", "loss")], "status name progress age"),
        ([("toggled", "cost")], "status name progress loss age cost"),
        ([("toggled", "setting.n_epochs"), ("moved", "setting.n_epochs", -100)],
         "setting.n_epochs status name progress loss age"),
        ([("moved", "status", 1)], "name status progress loss age"),
        ([("toggled", NAME)], "status name progress loss age"),
        ([("sized", "metadata.team", 20)], "status name progress loss age metadata.team"),
        ([("toggled", "loss"), ("toggled", "loss")], "status name progress loss age"),
    ],
)  # fmt: skip
def test_columns_are_chosen_and_put_in_order(steps: list[tuple[object, ...]], shown: str) -> None:
    begun = Choosing.begin(USUAL, SEEN, THERE)
    chosen = reduce(lambda now, step: getattr(now, str(step[0]))(*step[1:]), steps, begun)
    assert " ".join(chosen.layout.names or SEEN) == shown
    assert Layout.of(chosen.layout.as_value()) == chosen.layout, "it is kept as it is"
    assert set(chosen.names) == set(THERE), "what is hidden can be shown again"


def test_what_was_asked_for_stays_longer_than_what_comes_by_itself() -> None:
    names = tuple(found.name for found in USUAL.columns())
    chosen = Layout((*names, "metadata.team"))
    assert "TEAM" in heads(chosen, 80)
    assert "JOB" not in heads(chosen, 80)
    assert "BASE MODEL" in heads(Layout(("name", "model")), 60), "asked for, it is shown at every width"


def test_a_width_is_kept_whatever_the_screen() -> None:
    layout = Layout(("status", "name", "model")).sized("name", 20)
    for width in (80, 120, 200):
        assert {slot.column.name: slot.width for slot in arrange(layout.columns(), width, {})}["name"] == 20
    assert layout.sized("name", 999).width("name") == 80


@pytest.mark.parametrize(
    "value", [None, [], {"names": "x"}, {"names": [3, "nothing"], "widths": {"loss": "wide"}}, {"widths": 3}]
)
def test_what_was_kept_and_makes_no_sense_is_left_out(value: object) -> None:
    assert Layout.of(value) == USUAL


def test_the_sorted_column_is_marked_and_stays_over_its_values() -> None:
    usual = heads(USUAL, 120)
    for name, mark in (("status", "▾"), ("loss", "▴"), ("age", "▴"), ("method", "▾")):
        line = heads(USUAL, 120, sorted_by=name, mark=mark)
        assert mark in line
        assert line.replace(mark, " ").split() == usual.split()
        assert line.index("ETA") == usual.index("ETA")


@pytest.mark.parametrize(
    ("name", "fields", "extra", "words"),
    [
        ("created", {}, None, None),
        ("took", {"started_at": NOW - 5_400, "ended_at": NOW}, None, "1 h 30 m"),
        ("took", {"status": "running", "started_at": NOW - 60}, None, "1 m"),
        ("took", {"status": "paused", "started_at": NOW - 60}, None, ""),
        ("tuned", {"fine_tuned_model": "ft:tiny:x"}, None, "ft:tiny:x"),
        ("error", {"reason": HOSTILE}, None, None),
        ("tokens", {}, 1_234_567, "1.2 M"),
        ("seed", {}, 1_234_567, "1234567"),
        ("metadata.team", {}, "support", "support"),
        ("metadata.team", {}, None, ""),
        ("setting.lr", {}, 0.0001, "0.0001"),
        ("setting.packing", {}, True, "yes"),
        ("setting.n_epochs", {}, "auto", "auto"),
    ],
)
def test_what_stands_in_a_column_that_was_asked_for(
    name: str, fields: dict[str, object], extra: object, words: str | None
) -> None:
    given = {"status": "succeeded", **fields}
    row = job(1, str(given.pop("status")), **given)
    draw = more_cell(name, row, NOW, lambda _: extra, UNICODE)
    drawn = "" if draw is None else plain(draw(14, 14))
    assert words is None or drawn == words
    assert len(drawn) <= 14
    assert drawn.isprintable()


def test_every_column_but_the_trend_can_be_sorted_by() -> None:
    assert set(THERE) - set(sortable(THERE)) == {"trend"}
    assert all(way(name).first != way(name).last for name in THERE)
    assert all(column(name) for name in THERE)
    assert len({found.name for found in MORE}) == len(MORE)


@pytest.mark.parametrize("name", sortable(THERE))
def test_the_store_knows_an_order_by_each_column(name: str) -> None:
    assert asked(View(sort=Sort(name)), {1: "openai"}, NOW).by != order.USUAL
