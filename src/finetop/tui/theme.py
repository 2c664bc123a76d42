"""The themes, and the way from a role to a style. The only module that names a colour.

Widgets speak in roles (`muted`, `good`, `train`); a `Palette` made from the active theme's variables
turns a role on a ground into a Rich style. Grounds: "" (pane), `bar` (title line and footer), `cursor`,
`idle` (cursor where the focus is elsewhere), `float` (dialogs).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

import finetop

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT_STYLES: Final = {
    "cursor-style": "none",
    "idle-style": "none",
    "muted-style": "none",
    "faint-style": "none",
    "line-style": "none",
    "accent-style": "none",
    "warn-style": "none",
    "bad-style": "none",
    "raw-style": "none",
    "valid-style": "none",
}


def _theme(
    name: str, colours: Mapping[str, str], styles: Mapping[str, str] | None = None, *, kind: str = "dark"
) -> Theme:
    """A theme from the colours of its roles; Textual's own widgets get the same ones."""
    c = colours
    return Theme(
        name=name,
        primary=c["accent"],
        secondary=c["accent"],
        accent=c["accent"],
        foreground=c["text"],
        background=c["bg"],
        surface=c["bar"],
        panel=c["float"],
        boost=c["field"],
        success=c["good"],
        warning=c["warn"],
        error=c["bad"],
        dark=kind != "light",
        ansi=kind == "ansi",
        variables={
            "bright": c["bright"],
            "text": c["text"],
            "text-muted": c["muted"],
            "text-disabled": c["faint"],
            "border": c["accent"],
            "border-blurred": c["line"],
            "grid": c["grid"],
            "field": c["field"],
            "field-focus": c["field-focus"],
            "train": c["train"],
            "raw": c["raw"],
            "valid": c["valid"],
            "ansi-background": "ansi_black",  # Textual's own style sheet asks for these two
            "ansi-foreground": "ansi_white",
            # Textual drops these two in an ANSI theme, ours keeps all grounds under one name.
            "bar": c["bar"],
            "float": c["float"],
            "block-cursor-background": c["cursor"],
            "block-cursor-foreground": c["text"],
            "block-cursor-text-style": "reverse" if kind == "ansi" else "none",
            "block-cursor-blurred-background": c["idle"],
            "block-cursor-blurred-foreground": c["text"],
            "block-cursor-blurred-text-style": "underline" if kind == "ansi" else "none",
            "block-hover-background": c["bg"],
            "footer-key-foreground": c["accent"],
            "footer-background": c["bar"],
            "footer-foreground": c["muted"],
            "footer-description-foreground": c["muted"],
            "input-cursor-background": c["text"],
            "input-cursor-foreground": c["bg"],
            "input-cursor-text-style": "reverse" if kind == "ansi" else "none",
            "input-selection-background": c["field-focus"],
            "screen-selection-background": c["accent"],
            "screen-selection-foreground": c["bg"] if kind != "ansi" else "ansi_black",
            "scrollbar": c["line"],
            "scrollbar-hover": c["muted"],
            "scrollbar-active": c["accent"],
            "scrollbar-background": c["bg"],
            "scrollbar-background-hover": c["bg"],
            "scrollbar-background-active": c["bg"],
            "scrollbar-corner-color": c["bg"],
            "button-focus-text-style": "bold",
            **_TEXT_STYLES,
            **(styles or {}),
        },
    )


_DARK: Final = {
    "bg": "#12151c",
    "bar": "#1a1f29",
    "float": "#181d27",
    "cursor": "#252d3d",
    "idle": "#1b212c",
    "field": "#1d232e",
    "field-focus": "#283246",
    "text": "#d3d9e4",
    "bright": "#f3f6fb",
    "muted": "#99a3b6",
    "faint": "#757f94",
    "line": "#343d4d",
    "grid": "#2a3240",
    "accent": "#8db4ff",
    "good": "#86cb92",
    "warn": "#e5ba67",
    "bad": "#f47e7e",
    "train": "#6ea3ff",
    "raw": "#34486e",
    "valid": "#e79ad3",
}
_LIGHT: Final = {
    "bg": "#faf9f6",
    "bar": "#efede7",
    "float": "#ffffff",
    "cursor": "#dfe6f5",
    "idle": "#efeeea",
    "field": "#f0eee8",
    "field-focus": "#e2e8f5",
    "text": "#2b303b",
    "bright": "#11141a",
    "muted": "#565f6f",
    "faint": "#6d7483",
    "line": "#d3d0c8",
    "grid": "#e2dfd8",
    "accent": "#2f5fc4",
    "good": "#24743c",
    "warn": "#8a5a00",
    "bad": "#b8232a",
    "train": "#2f63cf",
    "raw": "#b9c9ec",
    "valid": "#b0368f",
}
_COLOURBLIND: Final = {
    **_DARK,
    "accent": "#f3f6fb",
    "good": "#56b4e9",
    "warn": "#f0e442",
    "bad": "#f5793a",
    "train": "#56b4e9",
    "raw": "#2b4a63",
    "valid": "#f5c242",
}
_PLAIN: Final = dict.fromkeys(_DARK, "ansi_default")
_ANSI: Final = {
    **_PLAIN,
    "line": "ansi_bright_black",
    "grid": "ansi_bright_black",
    "raw": "ansi_bright_black",
    "accent": "ansi_bright_blue",
    "good": "ansi_green",
    "warn": "ansi_yellow",
    "bad": "ansi_bright_red",
    "train": "ansi_bright_blue",
    "valid": "ansi_bright_magenta",
}
_SIXTEEN: Final = {"cursor-style": "reverse", "idle-style": "underline", "faint-style": "dim"}
_NO_COLOUR: Final = {
    **_SIXTEEN,
    "line-style": "dim",
    "raw-style": "dim",
    "accent-style": "bold",
    "warn-style": "bold",
    "bad-style": "bold",
    "valid-style": "bold",
}

THEMES: Final = (
    _theme("finetop-dark", _DARK),
    _theme("finetop-light", _LIGHT, kind="light"),
    _theme("finetop-colourblind", _COLOURBLIND),
    _theme("finetop-ansi", _ANSI, _SIXTEEN, kind="ansi"),
    _theme("finetop-no-colour", _PLAIN, _NO_COLOUR, kind="ansi"),
)
"""Register all of them; `choose_theme` names the one to start with."""

DEFAULT_VARIABLES: Final[dict[str, str]] = dict(THEMES[0].variables)
"""What the app's `get_theme_variable_defaults` returns, so that a foreign theme works too."""


def choose_theme(setting: str, environment: Mapping[str, str]) -> str:
    """The theme for a setting (`auto`, or a name with or without `finetop-`) and the environment."""
    if environment.get("NO_COLOR"):
        return "finetop-no-colour"
    if setting != "auto":
        ours = f"finetop-{setting}"
        return ours if any(theme.name == ours for theme in THEMES) else setting
    remote = "SSH_CONNECTION" in environment or "SSH_TTY" in environment
    # Sixteen colours take half the bytes, and a remote terminal without COLORTERM may know no more.
    return "finetop-ansi" if remote and not environment.get("COLORTERM") else "finetop-dark"


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


def palette_of(variables: Mapping[str, str]) -> Palette:
    """The palette of an app's `theme_variables`; the same object while the theme stays the same."""
    return _palette(tuple(variables.get(name, "") for name in _NAMES))


def styles_dir() -> Path:
    """Where the style sheets lie: in the installed package, else at the top of the checkout."""
    package = Path(finetop.__file__).parent
    installed = package / "styles"
    return installed if installed.is_dir() else package.parent.parent / "styles"
