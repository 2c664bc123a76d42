"""The first question: everything in sight at every size, in the middle, and answered with keys or mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from finetop.config import FoundKey
from finetop.text import ASCII
from finetop.tui.screens.first_run import Choices, FirstRun
from stage import picture

if TYPE_CHECKING:
    from textual.pilot import Pilot

KEY = FoundKey("OPENAI_API_KEY", "https://api.openai.com/v1", "org-cedar", "proj-elm")
WAYS = ("Use both", "Use the key in", "Use the local engine", "Look at the demo")
DOTS = range(0x2801, 0x2900)


@asynccontextmanager
async def asked(size: tuple[int, int], *found: FoundKey) -> AsyncIterator[tuple[FirstRun, Pilot[Any]]]:
    app = FirstRun(found or (KEY,))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def shown(app: FirstRun) -> list[str]:
    return picture(app)  # type: ignore[arg-type]  # any app has a screen


def dots(lines: list[str]) -> int:
    return sum(ord(char) in DOTS for line in lines for char in line)


async def test_a_large_screen_shows_all_as_a_block_in_the_middle() -> None:
    async with asked((120, 40)) as (app, _):
        lines = shown(app)
    assert lines[0].startswith(" finetop")
    assert lines[0].endswith("no profile yet")
    whole = "\n".join(lines)
    for words in (
        *WAYS,
        "api.openai.com",
        "org-cedar",
        "proj-elm",
        "Everything here works with the keyboard.",
    ):
        assert words in whole
    assert dots(lines) > 40, "the curve"
    block = [(at, line) for at, line in enumerate(lines[1:-1], 1) if line]
    left = min(len(line) - len(line.lstrip()) for _, line in block)
    right = 120 - max(len(line) for _, line in block)
    assert abs(left - right) <= 1
    assert abs(block[0][0] - (len(lines) - 1 - block[-1][0])) <= 1


async def test_at_80x24_the_curve_gives_way_and_nothing_else() -> None:
    async with asked((80, 24)) as (app, _):
        lines = shown(app)
    whole = "\n".join(lines)
    for words in (*WAYS, "proj-elm.", "keyboard.", "How do you want to start?", "deleted when you leave."):
        assert words in whole
    assert dots(lines) == 0


async def test_at_60x16_sentences_take_more_lines_and_the_list_follows_the_cursor() -> None:
    async with asked((60, 16)) as (app, pilot):
        assert "organisation org-cedar,\n     project proj-elm." in "\n".join(shown(app))
        await pilot.press("G")
        assert "Everything is deleted when you leave." in "\n".join(shown(app))
        await pilot.press("g")
        assert "Use both" in "\n".join(shown(app))


async def test_without_braille_there_is_no_curve() -> None:
    async with asked((120, 40)) as (app, pilot):
        app.glyphs = ASCII
        await pilot.resize_terminal(121, 40)
        await pilot.pause()
        assert dots(shown(app)) == 0
        assert "top for fine-tuning jobs" in "\n".join(shown(app))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(["enter"], "both"), (["j", "enter"], "key"), (["3"], "local"), (["G", "enter"], "demo"), (["q"], None)],
)
async def test_keys_answer(keys: list[str], answer: str | None) -> None:
    async with asked((80, 24)) as (app, pilot):
        await pilot.press(*keys)
    assert app.return_value == answer


async def test_the_mouse_chooses_and_then_starts() -> None:
    async with asked((120, 40)) as (app, pilot):
        choices = app.query_one(Choices)
        row = next(at for at, (place, _) in enumerate(choices.lay_out(80)) if place == 2)
        await pilot.click(choices, offset=(10, row))
        assert choices.chosen == 2
        assert app.return_value is None
        await pilot.click(choices, offset=(10, row + 1))
    assert app.return_value == "local"


async def test_several_keys_are_told_with_their_hosts_and_taken_together_or_alone() -> None:
    azure = FoundKey("AZURE_OPENAI_API_KEY", "https://res.openai.azure.com/openai/v1", key_header="api-key")
    async with asked((80, 24), KEY, azure) as (app, pilot):
        whole = "\n".join(shown(app))
        for words in ("res.openai.azure.com.", "api.openai.com", "Use only AZURE", "Look at the demo"):
            assert words in whole
        await pilot.press("3")
    assert app.return_value == "AZURE_OPENAI_API_KEY"
