"""Colours that can be read, by whoever and wherever; and the theme one likes, at the next start too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.color import Color

from drivers import PROFILES, OfflineSession, fill, house, opened
from finetop.config.settings import Settings, overridden
from finetop.errors import BadInput
from finetop.tui.app import FinetopApp
from finetop.tui.remembered import FILE, Remembered
from finetop.tui.start import Options
from finetop.tui.theme import THEMES, choose_theme

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SSH = {"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"}


@pytest.mark.parametrize(
    ("setting", "environ", "expected"),
    [
        ("auto", {}, "dark"),
        ("auto", {"COLORFGBG": "0;15"}, "light"),
        ("auto", {"COLORFGBG": "15;default;0"}, "dark"),
        ("auto", {"TERM": "linux"}, "ansi-dark"),
        ("auto", SSH, "ansi-dark"),
        ("auto", {"SSH_TTY": "/dev/pts/1", "COLORFGBG": "0;7"}, "ansi-light"),
        ("auto", {**SSH, "COLORTERM": "truecolor"}, "dark"),
        ("light", SSH, "light"),
        ("ansi", {}, "ansi-dark"),
        ("ansi-light", {}, "ansi-light"),
        ("finetop-light", {}, "light"),
        ("light", {"NO_COLOR": "1"}, "no-colour"),
        ("light", {"NO_COLOR": ""}, "light"),
    ],
)
def test_which_theme_is_worn(setting: str, environ: Mapping[str, str], expected: str) -> None:
    assert choose_theme(setting, environ) == f"finetop-{expected}"


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = (part / 255 for part in Color.parse(colour).rgb)
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", [theme for theme in THEMES if not theme.ansi], ids=lambda theme: theme.name)
def test_all_that_must_be_read_can_be(theme: Any) -> None:
    """4.5 to 1 on the ground of panes; 4 on bars and dialogs, which differ from it by a shade."""
    words = {
        "text": theme.foreground, "accent": theme.primary,
        "good": theme.success, "warn": theme.warning, "bad": theme.error,
        **{name: theme.variables[name] for name in ("bright", "text-muted", "text-disabled")},
        **{name: colour for name, colour in theme.variables.items() if name.startswith("profile-")},
        "train": theme.variables["train"], "valid": theme.variables["valid"],
    }  # fmt: skip
    grounds = {theme.background: 4.45, theme.surface: 4.0, theme.panel: 4.0}
    weak = [
        (name, ground, round(contrast(colour, ground), 2))
        for ground, least in grounds.items()
        for name, colour in words.items()
        if contrast(colour, ground) < least
    ]
    assert weak == []


def test_the_mouse_can_be_left_to_the_terminal() -> None:
    assert Settings().mouse
    assert not overridden(Settings(), {"FINETOP_MOUSE": "off"}).mouse
    assert overridden(Settings(mouse=False), {"FINETOP_MOUSE": "1"}).mouse
    with pytest.raises(BadInput, match="the variable FINETOP_MOUSE: mouse must be true or false"):
        overridden(Settings(), {"FINETOP_MOUSE": "sometimes"})


async def test_a_theme_is_chosen_by_looking_at_it_and_kept(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        await driver.press("colon")
        await driver.type("by looking")
        await driver.press("enter", "down")
        assert driver.app.theme == "finetop-light"
        await driver.press("escape")
        assert driver.app.theme == "finetop-dark"
        await driver.app.run_action("themes")
        await driver.press("down", "down", "enter")
        assert driver.app.theme == "finetop-colourblind"
        await driver.app.run_action("mouse")
        await driver.reads("The terminal has the mouse")
        await driver.press("q")

    def worn(theme: str, *, mouse: bool = True, environ: Mapping[str, str] | None = None) -> tuple[str, bool]:
        options = Options(paths, PROFILES, arguments=(), theme=theme, mouse=mouse)
        app = FinetopApp(options, make_session=OfflineSession, environ=environ or {})
        app.end()
        return app.theme, app.mouse

    assert worn("auto") == ("finetop-colourblind", False)
    assert worn("light") == ("finetop-light", False), "the settings say something else by now"
    assert worn("auto", environ={"NO_COLOR": "1"}) == ("finetop-no-colour", False)
    assert worn("auto", environ=SSH) == ("finetop-ansi-dark", False)
    assert Remembered(paths.state_dir / FILE, "").everywhere["theme"] == {
        "finetop-dark": "finetop-colourblind"
    }
    async with opened(paths) as driver:
        driver.app.theme = "finetop-dark"
        await driver.app.run_action("mouse")
        await driver.press("q")
    assert worn("auto") == ("finetop-dark", True), "what was taken back is forgotten"


async def test_without_unicode_nothing_else_is_drawn(tmp_path: Path) -> None:
    """Neither on the screen nor in the form, the menus and the dialogs over it."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(80, 24), glyphs="ascii") as screen:
        for key, word in (
            ("c", "down chooses"),
            ("y", "The job's id"),
            ("P", "all profiles"),
            ("W", "Views"),
        ):
            await screen.press(key)
            await screen.reads(word)
            assert screen.picture.isascii(), key
            await screen.press("escape")
            await screen.reads("1 Jobs")
