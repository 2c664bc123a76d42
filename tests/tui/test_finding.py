"""Finding words in lines that are in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.style import Style

from finetop.tui.base import BaseApp
from finetop.tui.palette import palette_of
from finetop.tui.widgets.calm import CalmScreen
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.finding import Finding, LineText, Span, matches_in, pattern_of, with_marks
from finetop.tui.widgets.foot import Foot, items
from finetop.tui.widgets.runs import Line
from stage import picture

if TYPE_CHECKING:
    from textual.app import ComposeResult

POEM = [f"line {number} of {'Sand' if number % 10 == 5 else 'sea'}" for number in range(40)]


@pytest.mark.parametrize(
    ("needle", "lines", "found"),
    [
        ("a", [LineText("banana")], [[(0, 1, 2)], [(0, 3, 4)], [(0, 5, 6)]]),
        ("an", [LineText("AN"), LineText("Ban")], [[(0, 0, 2)], [(1, 1, 3)]]),
        ("An", [LineText("AN"), LineText("An")], [[(1, 0, 2)]]),
        ("a.b", [LineText("axb a.b")], [[(0, 4, 7)]]),
        ("b c", [LineText("a b"), LineText("c d")], []),
        ("b c", [LineText("a b"), LineText("    c d", 4, " ")], [[(0, 2, 3), (1, 4, 5)]]),
        ("abcdef", [LineText("ab"), LineText(" cd", 1, ""), LineText(" ef", 1, "")],
         [[(0, 0, 2), (1, 1, 3), (2, 1, 3)]]),
        ("x", [LineText(""), LineText("x"), LineText("")], [[(1, 0, 1)]]),
        ("İ", [LineText("ıİi")], [[(0, 1, 2)]]),
    ],
)  # fmt: skip
def test_where_words_stand(
    needle: str, lines: list[LineText], found: list[list[tuple[int, int, int]]]
) -> None:
    expected = [tuple(Span(*span) for span in match) for match in found]
    assert matches_in(lines, pattern_of(needle)) == expected


def test_marks_lie_over_the_roles() -> None:
    runs = [("abc", "text"), ("def", "muted")]
    assert with_marks(runs, [(1, 2, "match"), (2, 5, "here")]) == (
        ("a", "text"),
        ("b", "match"),
        ("c", "here"),
        ("de", "here"),
        ("f", "muted"),
    )
    plain = palette_of({"cursor-style": "reverse"})
    assert plain.style("match").reverse
    assert plain.style("match", "cursor") == plain.style("text", "cursor") + Style(reverse=False)


class _Poem(Finding, CursorView):
    def body_count(self) -> int:
        return len(POEM)

    def body_line(self, index: int, width: int) -> Line:
        return Line(((POEM[index], "text"),))


class _Screen(CalmScreen[None]):
    def compose(self) -> ComposeResult:
        yield _Poem()
        yield Foot()


async def test_words_are_found_while_they_are_typed_and_gone_through() -> None:
    app: BaseApp[None] = BaseApp()
    async with app.run_test(size=(60, 12)) as pilot:
        screen = _Screen()
        await app.push_screen(screen)
        poem = screen.query_one(_Poem)
        poem.focus()
        await pilot.press("j", "slash", *"sand")
        assert poem.cursor == 5, "the first match from the cursor on"
        assert poem.find_fact() == (("1 of 4", "accent"),)
        await pilot.press("y")
        assert "no match" in picture(app)[-2]
        await pilot.press("escape")
        assert (poem.cursor, poem.top, poem.needle) == (1, 0, ""), "esc: as it was"
        assert not any(item.word == "Match" for item in items(screen)[0])

        await pilot.press("slash", *"sand", "enter", "n")
        assert (poem.cursor, poem.find_fact()[0][0]) == (15, "2 of 4")
        assert "line 15 of Sand" in "\n".join(picture(app))
        assert [item.keys for item in items(screen)[0] if item.word == "Match"] == ["n N"]
        await pilot.press("N", "N")
        assert poem.cursor == 35, "before the first comes the last"
        POEM[0] = "Sand first"
        poem.find_again()
        assert poem.find_fact() == (("5 of 5", "accent"),), "it stays on its match when others come"
        POEM[0] = "line 0 of sea"
        await pilot.press("escape")
        assert poem.find_fact() == ()
        await pilot.press("n")
        assert poem.cursor == 35
