"""The jobs pane keeps its cursor on a job, paints only what changed and lets text be selected."""

from __future__ import annotations

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Offset
from textual.selection import Selection

from finetop.store.rows import JobKey, JobRow
from finetop.text import UNICODE
from finetop.tui.panes.job_cells import cells
from finetop.tui.panes.jobs import JobsPane
from stage import HOSTILE, NOW, Repaints, Stage, job, picture, show, strange, written

ROWS = [job(n) for n in range(1, 41)]


class Heard(Stage):
    """Remembers the jobs the pane told of."""

    def __init__(self, pane: JobsPane) -> None:
        super().__init__(pane)
        self.highlighted: list[str | None] = []
        self.selected: list[str] = []

    def on_jobs_pane_job_highlighted(self, message: JobsPane.JobHighlighted) -> None:
        self.highlighted.append(message.row.name if message.row else None)

    def on_jobs_pane_job_selected(self, message: JobsPane.JobSelected) -> None:
        self.selected.append(message.row.name)


async def test_one_changed_job_repaints_one_line() -> None:
    pane = JobsPane()
    async with Stage(pane).run_test(size=(120, 20)) as pilot:
        rows = [job(n, "running", step=10, total_steps=100, train_loss=0.5) for n in range(1, 11)]
        show(pane, rows)
        await pilot.pause()
        repaints = Repaints(pane)
        rows[3] = rows[3]._replace(train_loss=0.4, seq=99)
        show(pane, rows)
        assert repaints.whole == 0
        assert repaints.lines == {2 + 3}
        assert repaints.regions[0].width < 10
        repaints.clear()
        show(pane, list(rows))
        pane.tick(NOW + 5)
        assert not repaints.regions
        assert repaints.whole == 0


async def test_the_cursor_stays_on_its_job_and_its_job_in_its_place() -> None:
    pane = JobsPane()
    app = Heard(pane)
    async with app.run_test(size=(100, 20)) as pilot:
        show(pane, ROWS)
        await pilot.press("j", "j", "j")
        assert pane.current is not None
        assert pane.current.name == "job-4"
        before = next(y for y, line in enumerate(picture(app)) if "job-4 " in line)
        show(pane, [job(0, "running"), *ROWS])
        await pilot.pause()
        assert pane.current.name == "job-4"
        assert "job-4 " in picture(app)[before]
        assert app.highlighted == ["job-1", "job-2", "job-3", "job-4"] or app.highlighted[-1] == "job-4"


async def test_whoever_reads_below_the_list_stays_with_the_job() -> None:
    pane = JobsPane()
    async with Stage(pane).run_test(size=(100, 12)):
        show(pane, ROWS)
        show(pane, [job(0, "running"), *ROWS])
        assert pane.current is not None
        assert pane.current.name == "job-0", "the first, for nobody has chosen any"
        pane.is_inside = True
        show(pane, [job(99, "running"), job(0, "running"), *ROWS])
        pane.is_inside = False
        show(pane, [job(98, "running"), job(99, "running"), job(0, "running"), *ROWS])
        assert pane.current.name == "job-0"


async def test_keys_move_page_and_jump() -> None:
    pane = JobsPane()
    app = Heard(pane)
    async with app.run_test(size=(100, 12)) as pilot:
        show(pane, ROWS)
        for keys, name in (
            (["G"], "job-40"),
            (["g"], "job-1"),
            (["pagedown"], "job-10"),
            (["ctrl+u"], "job-1"),
            (["end", "k", "up"], "job-38"),
            (["home", "down"], "job-2"),
        ):
            await pilot.press(*keys)
            assert pane.current is not None
            assert pane.current.name == name, keys
            assert any(f" {name} " in f"{line} " for line in picture(app)), "the cursor is in sight"
        await pilot.press("enter")
        await pilot.pause()
        assert app.selected == ["job-2"]


async def test_a_click_moves_the_cursor() -> None:
    pane = JobsPane()
    async with Stage(pane).run_test(size=(100, 12)) as pilot:
        show(pane, ROWS)
        await pilot.pause()
        await pilot.click(pane, offset=(20, 5))
        assert pane.current is not None
        assert pane.current.name == "job-4"
        await pilot.click(pane, offset=(20, 0))
        assert pane.current.name == "job-4"


async def test_the_wheel_scrolls_three_lines_and_leaves_the_cursor() -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(100, 12)) as pilot:
        show(pane, ROWS)
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollDown], pane, offset=(5, 5))
        await pilot.pause()
        assert "job-4 " in picture(app)[2]
        assert pane.current is ROWS[0]
        await pilot._post_mouse_events([MouseScrollUp], pane, offset=(5, 5))
        await pilot.pause()
        assert "job-1 " in picture(app)[2]


async def test_only_our_own_keys_are_bound() -> None:
    pane = JobsPane()
    async with Stage(pane).run_test(size=(100, 12)):
        ids = {binding.id for _, binding in pane._bindings}
        assert all(ids), "every binding has an id, so that it can be changed"


async def test_a_job_whose_state_changed_is_marked_until_the_cursor_was_there() -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(100, 12)) as pilot:
        show(pane, ROWS[:3])
        show(pane, [ROWS[0], ROWS[1], ROWS[2]._replace(status="failed", reason="why", turned=9)])
        await pilot.pause()
        assert "∙" in picture(app)[4]
        assert "∙" not in picture(app)[3]
        await pilot.press("j", "j")
        assert "∙" not in picture(app)[4]


async def test_an_empty_list_says_what_to_do() -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(80, 10)) as pilot:
        pane.say("No jobs yet. c creates one.")
        await pilot.pause()
        assert "No jobs yet. c creates one." in picture(app)[2]
        await pilot.press("j", "enter")
        assert pane.current is None


async def test_text_can_be_selected_with_the_mouse() -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(100, 12)) as pilot:
        show(pane, ROWS)
        await pilot.pause()
        await pilot.mouse_down(pane, offset=(16, 3))
        await pilot.hover(pane, offset=(22, 3))
        await pilot.mouse_up(pane, offset=(22, 3))
        assert app.screen.get_selected_text() == "job-2"
        both = pane.get_selection(Selection(Offset(16, 3), Offset(21, 4)))
        assert both is not None
        assert both[0].startswith("job-2 ")
        assert both[0].endswith("job-3")
        everything = pane.get_selection(Selection(None, None))
        assert everything is not None
        assert everything[0].count("\n") == 41


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_hostile_strings_reach_no_terminal(width: int) -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(width, 16)) as pilot:
        rows = [
            JobRow(
                key=JobKey(1, HOSTILE + status),
                seq=1,
                profile=HOSTILE,
                status=status,
                raw_status=HOSTILE,
                name=HOSTILE,
                model=HOSTILE,
                method=HOSTILE,
                reason=HOSTILE,
                intent=HOSTILE,
                created_at=NOW,
            )
            for status in ("failed", "unknown", "queued", "succeeded", "cancelled", HOSTILE)
        ]
        show(pane, rows)
        pane.say(HOSTILE)
        pane.redraw()
        await pilot.pause()
        painted = picture(app)
        assert not strange("".join(painted))
        assert "\x1b]" not in written(app)
        assert "\x07" not in written(app)
        assert any("[/]" in line for line in painted), "markup is text"


async def test_changing_the_theme_repaints_in_its_colours() -> None:
    pane = JobsPane()
    app = Stage(pane)
    async with app.run_test(size=(100, 12)) as pilot:
        show(pane, ROWS)
        await pilot.pause()
        dark = written(app)
        app.theme = "finetop-ansi-dark"
        await pilot.pause()
        await pilot.pause()
        ansi = written(app)
        assert "38;2;" in dark
        assert "38;2;" not in ansi
        app.theme = "finetop-no-colour"
        await pilot.pause()
        await pilot.pause()
        assert written(app) != ansi


async def test_two_accounts_are_told_apart_by_colour() -> None:
    rows = [ROWS[0]._replace(profile="prod"), ROWS[1]._replace(profile="play")]
    pane = JobsPane()
    pane.colours = {"prod": "red", "play": ""}
    async with Stage(pane).run_test(size=(200, 10)) as pilot:
        show(pane, rows)
        await pilot.pause()
        drawn = [segment for y in range(4) for segment in pane.render_line(y)]
        red, muted = (pane.palette.style(role).color for role in ("profile-red", "muted"))
    colours = {
        name: [segment.style.color for segment in drawn if name in segment.text and segment.style]
        for name in ("prod", "play")
    }
    assert colours == {"prod": [red], "play": [muted]}


@pytest.mark.parametrize(
    ("valid_loss", "overfit", "cell"),
    [
        (0.611, "sure", "!0.611"),
        (0.611, "likely", "!0.611"),
        (0.611, "unsure", " 0.611"),
        (0.611, None, " 0.611"),
        (12.345, "sure", "!12.35"),
        (4321.5, "sure", "!4322"),
        (float("nan"), "sure", "!nan"),
        (1e9, "sure", "!1e9"),
        (None, "sure", "turned"),
        (None, "unsure", ""),
    ],
)
def test_a_job_whose_validation_has_turned_is_marked(
    valid_loss: float | None, overfit: str | None, cell: str
) -> None:
    row = job(1, "running", step=10, total_steps=100, valid_loss=valid_loss, overfit=overfit)
    drawn = cells(row, NOW, None, UNICODE).get("valid")
    words = "" if drawn is None else "".join(words for words, _ in drawn(6, 6))
    assert (words, len(words) <= 6) == (cell.strip(), True)
