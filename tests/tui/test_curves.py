"""The curves pane by its keys: what a person sees of one job, and of several over each other."""

from __future__ import annotations

import math
from dataclasses import replace

from finetop.store.rows import Curves, Series
from finetop.text import ASCII
from finetop.tui.panes.curve_drawing import Look
from finetop.tui.panes.curve_jobs import Laid, called, laid
from finetop.tui.panes.curves import CurvesPane
from finetop.tui.remembered import Part
from stage import NOW, Repaints, Stage, job, picture

ROW = job(1, "running", step=200, total_steps=300, epoch=2.0, n_epochs=3)._replace(model="tiny-bytes-1")
STEPS = tuple(range(1, 201))
LOSS = Series(STEPS, tuple(2.0 * 0.99**step for step in STEPS))
VALID = Series(tuple(range(10, 201, 10)), tuple(1.0 + abs(step - 120) / 200 for step in range(10, 201, 10)))
CURVES = Curves(
    key=ROW.key,
    seq=1,
    epoch_steps=(100, 200),
    series={"train_loss": LOSS, "valid_loss": VALID, "grad_norm": LOSS, "rate": LOSS, "train_accuracy": LOSS},
    epochs=Series(STEPS, tuple(step / 100 for step in STEPS)),
    times=Series(STEPS, tuple(NOW + step // 3 for step in STEPS)),
    tokens=Series(STEPS, tuple(step * 1000.0 for step in STEPS)),
    started_at=NOW,
    checkpoint_steps=(100, 200),
)


def other(number: int, values: float) -> Curves:
    return Curves(key=job(number).key, series={"train_loss": Series(STEPS, (values,) * 200)})


async def test_the_picture_is_zoomed_panned_and_drawn_along_other_axes() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(90, 16)) as pilot:
        pane.show(CURVES, ROW)
        await pilot.pause()
        assert "best valid 1.000 at step 120" in picture(app)[1]
        assert picture(app)[1].endswith("per byte")
        await pilot.press("b", "plus", "plus")
        assert pane.look.window == (90.0, 140.0)
        await pilot.press("greater_than_sign")
        assert pane.look.window == (102.5, 152.5)
        await pilot.press(*["H"] * 3)  # 110, 100, and 90 is out of sight
        assert (pane.look.point, pane.look.window) == (90, (75.0, 125.0)), "what is looked at is in sight"
        await pilot.press(*["less_than_sign"] * 9)
        assert pane.look.window == (0.0, 50.0), "there is nothing before the first step"
        await pilot.press("escape")
        assert "zoomed" in picture(app)[1]
        await pilot.press("0", "0")
        assert pane.look == Look(everything=True)
        for name, place, words in (
            ("epoch", " 1.2", "epoch 1.20"),
            ("time", "40", "40 s"),
            ("tokens", "120", "120 k tokens"),
        ):
            await pilot.press("i", "b")
            lines = picture(app)
            assert words in lines[1], name
            assert place in lines[-1] or name == "time", lines[-1]
        await pilot.press("i", "Y", "escape")
        assert "log" in picture(app)[1]
        assert lines[-1].rstrip().endswith("tokens")


async def test_the_numbers_stand_in_a_table_with_the_same_crosshair() -> None:
    """They are also the way for who cannot see a curve."""
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(80, 12)) as pilot:
        pane.focus()
        pane.show(CURVES, ROW)
        await pilot.press("b", "t")
        lines = picture(app)
        assert lines[1].split() == ["STEP", "EPOCH", "AFTER", "TRAIN", "VALID"]
        (here,) = [line for line in lines if line.startswith("▌")]
        assert here.split() == ["▌", "120", "1.20", "40", "s", "0.59876", "1.00000"]
        await pilot.press("j", "j", "pagedown")
        assert pane.look.point == 131
        await pilot.press("g")
        assert pane.look.point == 1
        copies = pane.copies()
        assert (copies[0].what, copies[0].text) == ("training loss of step 1", "1.98")
        assert copies[-1].text.splitlines()[120] == "120\t1.2\t40\t0.5987607826\t1"
        await pilot.press("G", "t")
        assert pane.look.point == 200
        assert "step 200" in picture(app)[1]


async def test_any_measure_is_chosen_alone_or_beside_others() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(100, 30)) as pilot:
        pane.show(CURVES, ROW)
        assert pane.tabs == ("Loss", "Accuracy", "Rate")
        await pilot.press("m")
        await pilot.press("G", "enter")
        assert list(pane.tabs) == ["Loss", "Accuracy", "Rate", "Grad norm"]
        assert pane.tab == "Grad norm"
        await pilot.press("m", "g", "space", "space", "G", "space", "enter")
        assert pane.tab == "Several"
        lines = picture(app)
        for title in ("Loss", "Accuracy", "Grad norm"):
            assert any(title in line for line in lines[1:])
        axes = [line for line in lines if line.rstrip().endswith("step")]
        assert len(axes) == 3
        assert len({(axis.index("0"), axis.index("100")) for axis in axes}) == 1, "they are lined up"
        pane.show(replace(CURVES, key=job(2).key, series={"train_loss": LOSS}), job(2))
        assert pane.tab == "Loss", "another job has not measured them"


async def test_marked_jobs_and_the_baseline_are_laid_over_each_other() -> None:
    pane = CurvesPane(glyphs=ASCII)
    app = Stage(pane)
    rows = [job(number, name=name) for number, name in ((2, "polite"), (3, "harsh\x1b[31m"), (4, "plain"))]
    letters = called(rows)
    over = [Laid(row, other(at + 2, at), *letters[row.key]) for at, row in enumerate(rows)]
    async with app.run_test(size=(90, 16)) as pilot:
        pane.show(CURVES, ROW)
        pane.overlay([], over[2])
        await pilot.pause()
        assert "base plain" in picture(app)[1]
        assert any("base 2.000" in line for line in picture(app))
        pane.overlay(over[:2], over[2])
        await pilot.pause()
        lines = picture(app)
        for words in ("A polite", "B harsh", "base plain"):
            assert words in lines[1]
        for words in ("A 0.000", "B 1.000", "base 2.000"):
            assert any(words in line for line in lines), words
        assert "\x1b" not in "".join(lines)
        await pilot.press("h")
        assert [part.strip() for part in picture(app)[1].split("  ") if part.strip()] == [
            "step 200", "A 0.000", "B 1.000", "base 2.000",
        ]  # fmt: skip
        await pilot.press("t")
        assert picture(app)[1].split() == ["STEP", "A", "TRAIN", "B", "TRAIN", "BASE", "TRAIN"]
        await pilot.press("t")
        pane.overlay([], None)
        await pilot.pause()
        assert "best" in picture(app)[1]


def test_which_jobs_are_drawn() -> None:
    rows = [job(number) for number in range(1, 10)]
    assert called(rows[:1]) == {}
    assert called(rows) == {}, "nine are too many"
    assert [letter for letter, _ in called(rows[:3]).values()] == ["A", "B", "C"]
    own, base = Laid(rows[0], Curves()), Laid(rows[1], Curves())
    assert [found.name for found in laid(own, [], base)] == ["", "base"]
    assert [found.name for found in laid(own, [], replace(own))] == [""], "it is its own baseline"
    assert laid(None, [], None) == []


async def test_how_curves_are_looked_at_is_remembered() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(90, 16)) as pilot:
        pane.show(CURVES, ROW)
        pane.show_measures(["grad_norm"])
        pane.baseline = ROW.key
        await pilot.press("s", "Y", "i", "t")
        kept = Part(pane.state())
        again = CurvesPane()
        again.restore(kept)
        assert again.state() == kept
        assert (again.look.axis, again.look.is_log, again.baseline) == ("epoch", True, ROW.key)
        odd = CurvesPane()
        odd.restore(Part({"smoothing": 3, "axis": "sideways", "baseline": ["x"], "chosen": "y", "log": "no"}))
        assert odd.state() == CurvesPane().state()


async def test_a_new_point_paints_few_cells_and_a_gap_is_counted() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    broken = Series(STEPS[:190], (*LOSS.values[:99], math.nan, math.inf, *LOSS.values[101:190]))
    async with app.run_test(size=(90, 16)) as pilot:
        pane.show(replace(CURVES, series={**CURVES.series, "train_loss": broken}), ROW)
        await pilot.pause()
        assert "2 gaps" in picture(app)[1]
        repaints = Repaints(pane)
        longer = Series(STEPS[:191], (*broken.values, 0.3))
        pane.show(replace(CURVES, seq=2, series={**CURVES.series, "train_loss": longer}), ROW)
        assert repaints.whole == 0
        assert 0 < sum(region.width for region in repaints.regions) < 120
