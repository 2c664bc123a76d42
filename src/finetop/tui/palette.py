"""The way from a role to a style.

Widgets speak in roles (`muted`, `good`, `train`); a `Palette` made from the active theme's variables
turns a role on a ground into a Rich style. Grounds: "" (pane), `bar` (title line and footer), `cursor`,
`idle` (cursor where the focus is elsewhere), `float` (dialogs).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.color import Color, ColorParseError

from finetop.config import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

# role -> (variable of its colour, variable of its text style, text style in every theme)
_ROLES: Final[dict[str, tuple[str, str, str]]] = {
    "text": ("foreground", "", ""),
    "bright": ("bright", "", "bold"),
    "tab": ("bright", "", "bold underline"),
    "muted": ("text-muted", "muted-style", ""),
    "faint": ("text-disabled", "faint-style", ""),
    "line": ("border-blurred", "line-style", ""),
    "grid": ("grid", "line-style", ""),
    "accent": ("primary", "accent-style", ""),
    "key": ("primary", "", "bold"),
    "good": ("success", "", ""),
    "warn": ("warning", "warn-style", ""),
    "bad": ("error", "bad-style", ""),
    "train": ("train", "", ""),
    "raw": ("raw", "raw-style", ""),
    "valid": ("valid", "valid-style", ""),
    "reverse": ("foreground", "", "bold reverse"),
    "match": ("text-muted", "", "reverse"),
    "here": ("primary", "", "bold reverse"),
    "rate": ("train", "", ""),
    # Jobs laid over each other; letters tell them apart where there are no colours.
    "run0": ("train", "", ""),
    "run1": ("valid", "", ""),
    "run2": ("profile-green", "", ""),
    "run3": ("profile-yellow", "", ""),
    "run4": ("profile-cyan", "", ""),
    "run5": ("profile-red", "", ""),
    "run6": ("text-muted", "", ""),
    "run7": ("foreground", "", ""),
    **{f"profile-{colour}": (f"profile-{colour}", "", "") for colour in COLOURS},
}

_GROUNDS: Final[dict[str, tuple[str, str]]] = {
    "": ("background", ""),
    "bar": ("bar", ""),
    "float": ("float", ""),
    "cursor": ("block-cursor-background", "cursor-style"),
    "idle": ("block-cursor-blurred-background", "idle-style"),
}
_NAMES: Final = tuple(
    dict.fromkeys(
        name
        for pair in (*(role[:2] for role in _ROLES.values()), *_GROUNDS.values())
        for name in pair
        if name
    )
)


class Palette:
    """The styles of one theme by ground and role."""

    __slots__ = ("_styles", "_variables")

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, role: str, ground: str = "") -> Style:
        """The style of a role on a ground; an unknown role is plain text."""
        found = self._styles.get((role, ground))
        if found is None:
            found = self._styles[role, ground] = self._make(role, ground)
        return found

    def _make(self, role: str, ground: str) -> Style:
        if ground == "cursor" and role == "faint":
            role = "text"
        colour_name, style_name, always = _ROLES.get(role, _ROLES["text"])
        ground_name, ground_style = _GROUNDS[ground]
        colour, back = self._colour(colour_name, "foreground"), self._colour(ground_name, "background")
        look = Style.parse(self._words(ground_style)) + Style.parse(self._words(style_name))
        if look.reverse:
            # Reversed, a coloured word would become a coloured block.
            colour = Color.parse("ansi_default")
            always = always.replace("reverse", "not reverse")  # a match is seen on it too
        return (
            Style.from_color(colour.rich_color, back.rich_color)
            + look
            + (Style.parse(always) if always else Style())
        )

    def _words(self, name: str) -> str:
        return self._variables.get(name, "none") if name else "none"

    def _colour(self, name: str, fallback: str) -> Color:
        for candidate in (name, fallback):
            try:
                return Color.parse(self._variables[candidate])
            except (KeyError, ColorParseError):
                continue  # a foreign theme may say "auto 60%", which only CSS can resolve
        return Color.parse("ansi_default")


@lru_cache(8)
def _palette(values: tuple[str, ...]) -> Palette:
    return Palette({name: value for name, value in zip(_NAMES, values, strict=True) if value})


def profile_role(colour: str, otherwise: str) -> str:
    """The role of a profile's name: its own colour, where a person has given it one."""
    return f"profile-{colour}" if colour else otherwise


def palette_of(variables: Mapping[str, str]) -> Palette:
    """The palette of an app's `theme_variables`; the same object while the theme stays the same."""
    return _palette(tuple(variables.get(name, "") for name in _NAMES))
