"""The themes: the only module that names a colour."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.theme import Theme

import finetop
from finetop.config import COLOURS
from finetop.tui.surroundings import is_remote

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLOURS: Final = {
    "bright": "bright",
    "text": "text",
    "text-muted": "muted",
    "text-disabled": "faint",
    "border": "accent",
    "border-blurred": "line",
    "grid": "grid",
    "field": "field",
    "field-focus": "field-focus",
    "train": "train",
    "raw": "raw",
    "valid": "valid",
    **{f"profile-{colour}": colour for colour in COLOURS},
    # Textual drops these two in an ANSI theme, ours keeps all grounds under one name.
    "bar": "bar",
    "float": "float",
    "block-cursor-background": "cursor",
    "block-cursor-foreground": "text",
    "block-cursor-blurred-background": "idle",
    "block-cursor-blurred-foreground": "text",
    "block-hover-background": "bg",
    "footer-key-foreground": "accent",
    "footer-background": "bar",
    "footer-foreground": "muted",
    "footer-description-foreground": "muted",
    "input-cursor-background": "text",
    "input-cursor-foreground": "bg",
    "input-selection-background": "field-focus",
    "screen-selection-background": "accent",
    "screen-selection-foreground": "bg",
    "scrollbar": "line",
    "scrollbar-hover": "muted",
    "scrollbar-active": "accent",
    "scrollbar-background": "bg",
    "scrollbar-background-hover": "bg",
    "scrollbar-background-active": "bg",
    "scrollbar-corner-color": "bg",
}
"""Each variable's role; Textual's own widgets get the colours of ours."""

_USUAL: Final = {
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
    "block-cursor-text-style": "none",
    "block-cursor-blurred-text-style": "none",
    "input-cursor-text-style": "none",
    "button-focus-text-style": "bold",
    "ansi-background": "ansi_black",  # Textual's own style sheet asks for these two
    "ansi-foreground": "ansi_white",
}
"""Variables without a role, as they are where a theme has none of its own."""


def _theme(
    name: str, colours: Mapping[str, str], own: Mapping[str, str] | None = None, *, kind: str = "dark"
) -> Theme:
    """A theme from the colours of its roles, and the variables it has of its own."""
    return Theme(
        name=name,
        primary=colours["accent"],
        secondary=colours["accent"],
        accent=colours["accent"],
        foreground=colours["text"],
        background=colours["bg"],
        surface=colours["bar"],
        panel=colours["float"],
        boost=colours["field"],
        success=colours["good"],
        warning=colours["warn"],
        error=colours["bad"],
        dark=kind != "light",
        ansi=kind == "ansi",
        variables={
            **{variable: colours[role] for variable, role in _COLOURS.items()},
            **_USUAL,
            **(own or {}),
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
    "blue": "#8db4ff",
    "green": "#86cb92",
    "yellow": "#e5ba67",
    "red": "#f47e7e",
    "magenta": "#e79ad3",
    "cyan": "#74cfd6",
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
    "blue": "#2f5fc4",
    "green": "#24743c",
    "yellow": "#8a5a00",
    "red": "#b8232a",
    "magenta": "#b0368f",
    "cyan": "#0a6f7a",
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
    "blue": "#56b4e9",
    "green": "#2fc497",
    "yellow": "#f0e442",
    "red": "#f5793a",
    "magenta": "#e08fc0",
    "cyan": "#a5e5ef",
}
_COLOURBLIND_LIGHT: Final = {
    **_LIGHT,
    "accent": "#11141a",
    "good": "#0b62a4",
    "warn": "#6f5a00",
    "bad": "#b03c00",
    "train": "#0b62a4",
    "raw": "#b5cfe6",
    "valid": "#8a5200",
    "blue": "#0b62a4",
    "green": "#00704f",
    "yellow": "#6f5a00",
    "red": "#b03c00",
    "magenta": "#9c3f78",
    "cyan": "#0a6f7a",
}
_PLAIN: Final = dict.fromkeys(_DARK, "ansi_default")
_ANSI_DARK: Final = {
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
    "blue": "ansi_bright_blue",
    "green": "ansi_green",
    "yellow": "ansi_yellow",
    "red": "ansi_bright_red",
    "magenta": "ansi_bright_magenta",
    "cyan": "ansi_cyan",
}
_ANSI_LIGHT: Final = {
    **_ANSI_DARK,
    "accent": "ansi_blue",
    "warn": "ansi_default",  # yellow cannot be read on white; bold it stands out
    "bad": "ansi_red",
    "train": "ansi_blue",
    "valid": "ansi_magenta",
    "blue": "ansi_blue",
    "yellow": "ansi_default",
    "red": "ansi_red",
    "magenta": "ansi_magenta",
}
_SIXTEEN: Final = {
    "cursor-style": "reverse",
    "idle-style": "underline",
    "faint-style": "dim",
    "block-cursor-text-style": "reverse",
    "block-cursor-blurred-text-style": "underline",
    "input-cursor-text-style": "reverse",
    "screen-selection-foreground": "ansi_black",
}
_ON_WHITE: Final = {"warn-style": "bold", "screen-selection-foreground": "ansi_white"}
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
    _theme("finetop-colourblind-light", _COLOURBLIND_LIGHT, kind="light"),
    _theme("finetop-ansi-dark", _ANSI_DARK, _SIXTEEN, kind="ansi"),
    _theme("finetop-ansi-light", _ANSI_LIGHT, {**_SIXTEEN, **_ON_WHITE}, kind="ansi"),
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
        ours = f"finetop-{_FORMER.get(setting, setting)}"
        return ours if any(theme.name == ours for theme in THEMES) else setting
    shade = "light" if _is_light(environment) else "dark"
    # Sixteen colours take half the bytes, and a remote terminal without COLORTERM may know no more.
    few = environment.get("TERM") == "linux" or (is_remote(environment) and not environment.get("COLORTERM"))
    return f"finetop-ansi-{shade}" if few else f"finetop-{shade}"


_FORMER: Final = {"ansi": "ansi-dark"}


def _is_light(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that its ground is bright: some tell `text;ground` as numbers of colours."""
    return environment.get("COLORFGBG", "").rpartition(";")[2] in _BRIGHT


_BRIGHT: Final = {"7", *map(str, range(9, 16))}


def styles_dir() -> Path:
    """Where the style sheets lie: in the installed package, else at the top of the checkout."""
    package = Path(finetop.__file__).parent
    installed = package / "styles"
    return installed if installed.is_dir() else package.parent.parent / "styles"
