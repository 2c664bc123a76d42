"""Title line, footer, notice and rule say what matters first when room is short."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.binding import Binding, BindingType
from textual.widget import Widget

from finetop import text
from finetop.config import COLOURS
from finetop.store.rows import ProfileState
from finetop.text import ASCII, UNICODE
from finetop.tui.palette import palette_of
from finetop.tui.theme import THEMES
from finetop.tui.widgets.foot import Foot
from finetop.tui.widgets.notice import Notice
from finetop.tui.widgets.rule import Rule
from finetop.tui.widgets.runs import plain
from finetop.tui.widgets.title import TitleBar, profile_words
from stage import HOSTILE, NOW, Repaints, Stage, picture, strange, written

PROFILES = (
    ProfileState("together", 2, "stale", NOW - 560),
    ProfileState("openai", 1, "ok", NOW - 4),
    ProfileState("local", 3, "ok", NOW - 130),
)
COUNTS = {"running": 2, "paused": 1, "failed": 1, "succeeded": 1}


@pytest.mark.parametrize(
    ("width", "said", "unsaid"),
    [
        (
            120,
            [
                "finetop   all profiles   5 jobs   2 running   1 paused   1 failed",
                "openai live   local 2 m   together 9 m old !",
            ],
            [],
        ),
        (80, ["2 running  1 paused  1 failed", "together 9 m !"], ["all profiles"]),
        (60, ["2 running  1 paused  1 failed", "together 9 m !"], ["openai"]),
    ],
)
async def test_counts_stay_and_a_stale_profile_stays_longest(
    width: int, said: list[str], unsaid: list[str]
) -> None:
    title = TitleBar()
    app = Stage(title)
    async with app.run_test(size=(width, 5)) as pilot:
        title.show(PROFILES, COUNTS, now=NOW)
        await pilot.pause()
        line = picture(app)[0]
        assert all(words in line for words in said), line
        assert not any(words in line for words in unsaid), line


async def test_an_idle_title_is_not_painted_again() -> None:
    title = TitleBar()
    app = Stage(title)
    async with app.run_test(size=(120, 5)) as pilot:
        title.show(PROFILES, COUNTS, now=NOW)
        await pilot.pause()
        repaints = Repaints(title)
        for second in range(1, 40):
            title.show(PROFILES, COUNTS, now=NOW + second)
        assert len(repaints.regions) <= 1, "only the minute of the stale profile"
        assert repaints.whole == 0


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("offline", "offline 9 m !"),
        ("refused", "key refused !"),
        ("no key", "no key !"),
        ("none", "no fine-tuning API !"),
        ("not started", "not started"),
        ("never", "asking"),
        (HOSTILE, "aredbcdef[/]g[bold]h?ij?"),
    ],
)
def test_profiles_say_what_is_wrong(state: str, words: str) -> None:
    assert profile_words(ProfileState("p", 1, state, NOW - 560), NOW)[0] == words


async def test_one_profile_is_named_and_read_only_is_said() -> None:
    title = TitleBar()
    app = Stage(title)
    async with app.run_test(size=(100, 5)) as pilot:
        title.show([ProfileState("demo", 1, "ok", NOW, read_only=True)], {"running": 1}, now=NOW)
        title.note("polling paused, p resumes")
        await pilot.pause()
        line = picture(app)[0]
        assert "finetop   demo   read-only   1 job   1 running" in line
        assert line.endswith("polling paused, p resumes")


class Keys(Widget, can_focus=True):
    """A pane with the bindings of a jobs list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "go", "Create", id="job.create"),
        Binding("C", "go", "Clone", id="job.clone"),
        Binding("x", "go", "Cancel", id="job.cancel"),
        Binding("slash", "go", "Filter", id="list.filter"),
        Binding("s", "go", "Sort", id="list.sort"),
        Binding("equals_sign", "go", "Compare", id="job.compare"),
        Binding("y", "go", "Copy", id="app.copy"),
        Binding("f", "go", "Full", id="pane.full"),
        Binding("z", "go", "Zebra", id="odd.zebra"),
        Binding("question_mark", "go", "Help", id="app.help"),
        Binding("q", "go", "Quit", id="app.quit"),
        Binding("left_square_bracket", "go", "Tab", id="tab.previous"),
        Binding("right_square_bracket", "go", "Tab", id="tab.next"),
    ]
    grey = False

    def action_go(self) -> None:
        """Nothing."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if self.grey and action == "go" else True


@pytest.mark.parametrize(
    ("width", "left"),
    [
        (120, "c Create   C Clone   x Cancel   / Filter   s Sort   = Compare   y Copy   f Full"),
        (80, "c Create  x Cancel  / Filter  = Compare  y Copy  f Full"),
        (60, "c Create  x Cancel  / Filter  "),
    ],
)
async def test_the_footer_shows_the_live_keys_in_order(width: int, left: str) -> None:
    keys, foot = Keys(id="jobs"), Foot()
    app = Stage(keys, foot)
    async with app.run_test(size=(width, 6)) as pilot:
        await pilot.pause()
        line = picture(app)[-1]
        assert line.strip().startswith(left)
        assert line.rstrip().endswith("q Quit")
        assert "Zebra" not in line


async def test_keys_that_do_not_work_now_are_absent_and_pairs_share_a_word() -> None:
    keys, foot = Keys(id="detail"), Foot()
    app = Stage(keys, foot)
    async with app.run_test(size=(100, 6)) as pilot:
        await pilot.pause()
        assert "[ ] Tab" in picture(app)[-1]
        repaints = Repaints(foot)
        app.screen.refresh_bindings()
        await pilot.pause()
        assert not repaints.regions
        keys.grey = True
        app.screen.refresh_bindings()
        await pilot.pause()
        assert picture(app)[-1].strip() == ""


async def test_a_notice_lies_over_the_line_above_the_footer_and_moves_nothing() -> None:
    keys, notice, foot = Keys(id="jobs"), Notice(), Foot()
    app = Stage(keys, notice, foot)
    async with app.run_test(size=(80, 8)) as pilot:
        await pilot.pause()
        before = keys.region
        notice.show("The key was refused.", "P chooses another profile.", role="bad")
        await pilot.pause()
        assert picture(app)[-2].strip() == "✗ The key was refused.  P chooses another profile."
        assert keys.region == before
        address = f"https://host.test/{'a' * 80}/{'z' * 9}"
        notice.show(address, "Copied it.")
        await pilot.pause()
        shown = [line.strip() for line in picture(app)[-3:-1]]
        assert shown[0].removeprefix("! ") + shown[1].removesuffix("  Copied it.") == address
        assert keys.region == before
        notice.show("Short.")
        await pilot.pause()
        assert picture(app)[-3].strip() == ""
        assert picture(app)[-2].strip() == "! Short."
        notice.clear()
        await pilot.pause()
        assert picture(app)[-2].strip() == ""
        assert notice.message == ""


async def test_hostile_words_reach_no_terminal() -> None:
    title, notice, keys, foot = TitleBar(), Notice(), Keys(id="jobs"), Foot()
    app = Stage(title, keys, notice, foot)
    async with app.run_test(size=(120, 8)) as pilot:
        title.show([ProfileState(HOSTILE, 1, HOSTILE, NOW)], {HOSTILE: 1}, now=NOW, where=(HOSTILE, HOSTILE))
        title.note(HOSTILE)
        notice.show(HOSTILE, HOSTILE)
        await pilot.pause()
        assert not strange("".join(picture(app)))
        assert "\x1b]" not in written(app)


def test_rules_have_number_name_tabs_and_facts() -> None:
    rule = Rule(3, "Curves", ("Loss", "Rate"), "Loss", (("step 1", "muted"), ("214", "muted")))
    assert plain(rule.line(50, UNICODE).runs) == "── 3 Curves  Loss  Rate ─────────── step 1   214 ─"
    assert plain(rule.line(30, UNICODE).runs) == "── 3 Curves  Loss  Rate ──────"
    focused = Rule(1, "Jobs", focused=True)
    assert plain(focused.line(20, ASCII).runs) == "== 1 Jobs =========="
    assert "[Loss]" in plain(rule.line(60, ASCII).runs)


def test_a_column_of_a_rule_is_a_tab_or_a_pane() -> None:
    rule = Rule(3, "Curves", ("Loss", "Rate"), "Loss")
    assert rule.tab_at(14, 60, UNICODE) == (0, "Loss")
    assert rule.tab_at(50, 60, UNICODE) is None
    tabs = Rule(2, "Detail", ("Overview", "Checkpoints", "Files", "JSON"), "Overview")
    assert plain(tabs.line(48, UNICODE).runs).startswith("── 2 Detail  Overview  Checkpoints  Files  JSON ")
    assert plain(tabs.line(46, UNICODE).runs) == "── 2 Detail Overview Checkpoints Files JSON ──"
    assert tabs.tab_at(39, 46, UNICODE) == (0, "JSON")
    group = Rule(2, "Detail", group=((2, "Detail"), (3, "Curves")))
    assert group.tab_at(14, 60, UNICODE) == (3, "")


async def test_few_requests_left_are_told_and_many_are_not() -> None:
    """Below a tenth; until then the line stays as it was."""
    low = ProfileState("openai", 1, "ok", NOW - 4, requests_left=1200, requests_limit=20_000, is_low=True)
    assert profile_words(low, NOW) == (f"{text.count(1200)} requests left !", "warn")
    many = ProfileState("openai", 1, "ok", NOW - 4, requests_left=19_000, requests_limit=20_000)
    assert profile_words(many, NOW) == ("live", "text")


async def test_a_profile_has_its_colour_in_every_theme() -> None:
    """In the title line and in its cell of the list; without colour it is a name like any other."""
    states = [
        ProfileState("together", 2, "stale", NOW - 9),
        ProfileState("openai", 1, "ok", NOW, colour="magenta"),
    ]
    for theme in THEMES:
        title = TitleBar()
        async with Stage(title, theme=theme.name).run_test(size=(120, 3)) as pilot:
            title.show(states, COUNTS, now=NOW)
            await pilot.pause()
            palette = palette_of(pilot.app.theme_variables)
            (name,) = [segment for segment in title.render_line(0) if segment.text.strip() == "openai"]
            assert name.style is not None
            assert name.style.color == palette.style("profile-magenta", "bar").color
            shades = {palette.style(f"profile-{colour}").color for colour in COLOURS}
            assert len(shades) == (1 if theme.name.endswith("no-colour") else len(COLOURS))
