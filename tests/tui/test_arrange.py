"""Where the panes stand at which size, and how the grid follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual._compositor import ChopsUpdate

from finetop.tui.panes.curves import CurvesPane
from finetop.tui.panes.detail import DetailPane, detail_model
from finetop.tui.panes.events import EventsPane
from finetop.tui.panes.grid import PaneGrid
from finetop.tui.panes.jobs import JobsPane
from finetop.tui.remembered import Part
from finetop.tui.widgets.arrange import USUAL, Arrangement, Box, Sizes, arrange, resized, too_small
from finetop.tui.widgets.calm import CalmScreen
from finetop.tui.widgets.foot import Foot
from finetop.tui.widgets.title import TitleBar
from stage import NOW, Repaints, Stage, job, picture, show

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen


@pytest.mark.parametrize(
    ("size", "jobs", "detail", "curves", "events"),
    [
        ((120, 40), (0, 0, 120, 16), (0, 17, 55, 13), (57, 17, 63, 13), (0, 31, 120, 7)),
        ((200, 60), (0, 0, 200, 22), (0, 23, 72, 21), (74, 23, 126, 21), (0, 45, 200, 13)),
        ((100, 30), (0, 0, 100, 14), (0, 14, 46, 10), (48, 14, 52, 10), (0, 24, 100, 4)),
    ],
)
def test_large_screens_show_all_four(
    size: tuple[int, int],
    jobs: tuple[int, ...],
    detail: tuple[int, ...],
    curves: tuple[int, ...],
    events: tuple[int, ...],
) -> None:
    found = arrange(*size)
    assert (found.jobs, found.detail, found.curves, found.events) == (jobs, detail, curves, events)
    assert not found.tabs


@pytest.mark.parametrize(
    ("size", "jobs", "lower", "facts"),
    [
        ((80, 24), (0, 0, 80, 11), (0, 11, 80, 11), False),
        ((60, 16), (0, 0, 60, 9), (0, 9, 60, 5), True),
        ((120, 24), (0, 0, 120, 11), (0, 11, 120, 11), False),
        ((99, 43), (0, 0, 99, 20), (0, 20, 99, 21), False),
    ],
)
def test_small_screens_share_the_lower_place(
    size: tuple[int, int], jobs: tuple[int, ...], lower: tuple[int, ...], facts: bool
) -> None:
    found = arrange(*size)
    assert found.tabs
    assert found.facts is facts
    assert found.jobs == jobs
    assert found.detail == found.curves == found.events == lower


@pytest.mark.parametrize(
    ("size", "jobs", "detail", "curves", "events"),
    [
        ((80, 44), (0, 0, 80, 13), (0, 14, 80, 9), (0, 24, 80, 10), (0, 35, 80, 7)),
        ((99, 60), (0, 0, 99, 18), (0, 19, 99, 13), (0, 33, 99, 14), (0, 48, 99, 10)),
    ],
)
def test_tall_screens_show_all_four_one_under_the_other(
    size: tuple[int, int],
    jobs: tuple[int, ...],
    detail: tuple[int, ...],
    curves: tuple[int, ...],
    events: tuple[int, ...],
) -> None:
    found = arrange(*size)
    assert (found.jobs, found.detail, found.curves, found.events) == (jobs, detail, curves, events)
    assert not found.tabs


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24), (60, 18), (80, 50), (200, 60)])
def test_every_pane_grows_as_far_as_there_is_room(size: tuple[int, int]) -> None:
    usual = arrange(*size)
    for number in (1, 2, 3, 4):
        for step in (1, -1):
            sizes = USUAL
            while (then := resized(sizes, number, step, *size)) != sizes:
                before, sizes = arrange(*size, sizes).box(number), then
                box = arrange(*size, sizes).box(number)
                assert (box.width * box.height > before.width * before.height) is (step > 0)
            assert step < 0 or arrange(*size, sizes) != usual
            fills(*size, sizes)
    far = Sizes(jobs=90, left=-90, detail=90, events=-90)
    fills(*size, far)
    smaller = resized(far, 1, -1, *size)
    assert arrange(*size, smaller).jobs.height == arrange(*size, far).jobs.height - 1


@pytest.mark.parametrize("width", range(60, 240, 7))
def test_boxes_fill_the_body_without_overlap(width: int) -> None:
    for height in range(16, 80, 3):
        found = fills(width, height)
        boxes = {found.jobs, found.detail, found.curves, found.events}
        assert all(box.width >= 40 for box in boxes)


def fills(width: int, height: int, sizes: Sizes = USUAL) -> Arrangement:
    """The arrangement, each box of which stands for itself."""
    found = arrange(width, height, sizes)
    boxes: list[Box] = [found.jobs, found.detail]
    if not found.tabs:
        boxes += [found.curves, found.events]
    assert all(box.height >= 4 and box.width >= 30 for box in boxes)
    assert max(box.y + box.height for box in boxes) == height - 2
    spots = [
        (x, y)
        for box in boxes
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    ]
    assert len(spots) == len(set(spots))
    return found


def test_too_small_says_both_sizes() -> None:
    assert too_small(60, 16) == ""
    assert too_small(52, 14) == "finetop needs 60 by 16; this is 52 by 14"


class Screenful(Stage):
    """Title, grid and footer as the main screen has them."""

    def compose(self) -> ComposeResult:
        self.grid = PaneGrid(JobsPane(), DetailPane(), CurvesPane(), EventsPane())
        yield TitleBar()
        yield self.grid
        yield Foot()

    def fill(self) -> None:
        row = job(1, "running", step=10, total_steps=20)
        show(self.grid.jobs, [row, job(2)], now=NOW)
        self.grid.detail.show(detail_model(row, now=NOW))


async def test_the_grid_shows_four_panes_or_two() -> None:
    app = Screenful()
    async with app.run_test(size=(120, 40)) as pilot:
        app.fill()
        await pilot.pause()
        lines = picture(app)
        assert lines[1].startswith("━━ 1 Jobs ")
        assert lines[18].startswith("── 2 Detail  Overview ")
        assert "  ── 3 Curves  Loss " in lines[18]
        assert lines[32].startswith("── 4 Events")
        assert lines[17].strip() == lines[31].strip() == ""
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        lines = picture(app)
        assert lines[12].startswith("── 2 Detail  3 Curves  4 Events ─")
        assert sum(" job-" in line for line in lines) == 2
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert any("finetop needs 60 by 16; this is 50 by 12" in line for line in picture(app))


async def test_tabs_are_reached_by_number_and_by_mouse() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 24)) as pilot:
        app.fill()
        app.grid.go_to(3)
        await pilot.pause()
        assert picture(app)[12].startswith("━━ 2 Detail  3 Curves  4 Events ━")
        assert app.grid.curves.has_focus
        assert not app.grid.detail.display
        await pilot.click(app.grid.curves, offset=(27, 0))
        await pilot.pause()
        assert app.grid.events.has_focus
        app.grid.go_next()
        await pilot.pause()
        assert app.grid.jobs.has_focus
        assert app.grid.events.display


async def test_a_pane_grows_by_a_key_and_is_as_large_at_the_next_start() -> None:
    app = Screenful()
    async with app.run_test(size=(120, 40)) as pilot:
        app.fill()
        app.grid.go_to(2)
        await pilot.press("}", "}")
        app.grid.go_to(1)
        await pilot.press("{")
        await pilot.pause()
        lines = picture(app)
        assert lines[17].startswith("── 2 Detail  Overview ")
        assert "── 3 Curves" in lines[17][63:]
        kept = app.grid.state()
    again = Screenful()
    async with again.run_test(size=(120, 40)) as pilot:
        again.fill()
        again.grid.restore(Part(kept))
        await pilot.resize_terminal(121, 40)
        await pilot.pause()
        assert picture(again)[17].startswith("── 2 Detail  Overview ")
        await again.run_action("usual_sizes", again.grid)
        await pilot.pause()
        assert picture(again)[18].startswith("── 2 Detail  Overview ")


async def test_one_pane_may_take_the_whole_body() -> None:
    app = Screenful()
    async with app.run_test(size=(120, 40)) as pilot:
        app.fill()
        app.grid.go_to(2)
        await pilot.pause()
        app.grid.toggle_full()
        await pilot.pause()
        await pilot.pause()
        assert app.grid.full
        assert app.grid.detail.size == (120, 38)
        app.grid.toggle_full()
        await pilot.pause()
        await pilot.pause()
        assert app.grid.detail.size == (55, 13)
        assert app.grid.jobs.size == (120, 16)


async def test_moving_the_focus_paints_no_whole_screen() -> None:
    app = Screenful()
    app.get_default_screen = lambda: CalmScreen(id="_default")  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)) as pilot:
        app.fill()
        await pilot.pause()
        repaints = Repaints(app.screen)
        await pilot.press("tab")
        await pilot.pause()
        assert app.grid.detail.has_focus
        assert repaints.whole == 0
        assert picture(app)[18].startswith("━━ 2 Detail")
        assert picture(app)[1].startswith("── 1 Jobs")


async def test_one_changed_number_writes_its_cells_only() -> None:
    app = Screenful()
    app.get_default_screen = lambda: CalmScreen(id="_default")  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)) as pilot:
        updates: list[str] = []
        display = app._display

        def listen(screen: Screen[object], renderable: object) -> None:
            if isinstance(renderable, ChopsUpdate):
                updates.append(renderable.render_segments(app.console))
            display(screen, renderable)  # type: ignore[arg-type]

        app._display = listen  # type: ignore[method-assign]
        rows = [job(n, "running", step=10, total_steps=20, train_loss=0.512) for n in range(1, 9)]
        show(app.grid.jobs, rows, now=NOW)
        while "Filter" not in "".join(updates):  # the footer follows the focus when there is time for it
            await pilot.pause()
        updates.clear()
        rows[4] = rows[4]._replace(train_loss=0.498, seq=99)
        show(app.grid.jobs, rows, now=NOW)
        await pilot.pause()
        written = "".join(updates)
        assert "498" in written
        assert "job-5" not in written
        assert len(written) < 80


async def test_moving_the_focus_repaints_rules_and_cursor_only() -> None:
    app = Screenful()
    async with app.run_test(size=(120, 40)) as pilot:
        app.fill()
        await pilot.pause()
        jobs, detail = Repaints(app.grid.jobs), Repaints(app.grid.detail)
        app.grid.go_to(2)
        await pilot.pause()
        assert jobs.lines == {0, 2}
        assert detail.lines == {0, 1}
        assert jobs.whole == detail.whole == 0
