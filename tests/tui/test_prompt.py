"""The line over the footer that one types into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.tui.base import BaseApp
from finetop.tui.widgets.calm import CalmScreen
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.foot import Foot, items
from finetop.tui.widgets.prompt import Completion, Prompt
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from textual.app import ComposeResult

WORDS = ("alpha", "beta", "gamma")


class _Words(CursorView):
    def body_count(self) -> int:
        return len(WORDS)

    def body_line(self, index: int, width: int) -> Line:
        return Line(((WORDS[index], "text"),))


class _Screen(CalmScreen[None]):
    def compose(self) -> ComposeResult:
        yield _Words()
        yield Foot()


def _offers(typed: str) -> list[Completion]:
    return [Completion(word, word) for word in WORDS if typed and word.startswith(typed)]


async def test_typing_a_line_and_leaving_it() -> None:
    app: BaseApp[None] = BaseApp()
    heard: list[str] = []
    async with app.run_test(size=(80, 10)) as pilot:
        screen = _Screen()
        await app.push_screen(screen)
        words = screen.query_one(_Words)
        words.focus()

        prompt = await Prompt.ask(
            screen,
            "Filter",
            done=lambda typed: heard.append(f"done {typed}"),
            changed=heard.append,
            left=lambda: heard.append("left"),
            complete=_offers,
        )
        await pilot.press("b", "j")
        assert heard == ["b", "bj"], "letters are typed, not taken for keys"
        await pilot.press("backspace", "tab")
        assert prompt.value == "beta", "tab takes the first offer"
        left, _ = items(screen)
        assert [item.word for item in left] == ["Take", "Complete", "Leave"], (
            "the footer tells what works in the line"
        )
        await pilot.press("enter")
        assert heard[-1] == "done beta"
        assert not prompt.is_open
        assert screen.focused is words

        await Prompt.ask(screen, "Filter", "x", done=heard.append, left=lambda: heard.append("left"))
        await pilot.press("up")
        assert prompt.value == "beta", "the arrows bring back what was typed before"
        await pilot.press("escape")
        assert heard[-1] == "left"
        assert screen.focused is words
        await pilot.press("j")
        assert words.cursor == 1


async def test_what_the_line_covered_is_painted_again_whatever_was_scrolled_meanwhile() -> None:
    """A long line scrolls, and who then asks for a place has Textual lay out ahead of the screen."""
    app: BaseApp[None] = BaseApp()
    async with app.run_test(size=(80, 10)) as pilot:
        screen = _Screen()
        await app.push_screen(screen)
        prompt = await Prompt.ask(screen, "Filter", "x" * 200, done=len)
        await pilot.pause()
        compositor, covered = screen._compositor, prompt.region
        compositor.reflow_visible(screen, screen.size)
        prompt.display = False
        assert prompt not in compositor.full_map
        compositor._dirty_regions.clear()
        compositor.reflow(screen, screen.size)
        assert covered in compositor._dirty_regions
