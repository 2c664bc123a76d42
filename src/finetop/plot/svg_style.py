"""How an SVG chart looks, on light grounds and on dark ones.

Plain colours for each: many programs that open SVG know no variables, and then show the light one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LIGHT: Final = {
    "ground": "#faf9f6", "text": "#565f6f", "grid": "#d3d0c8", "bright": "#11141a",
    "train": "#2f63cf", "valid": "#b0368f", "rate": "#2f63cf",
    "run0": "#2f63cf", "run1": "#b0368f", "run2": "#24743c", "run3": "#8a5a00",
    "run4": "#b8232a", "run5": "#00788c", "run6": "#6b4fbb", "run7": "#565f6f",
}  # fmt: skip
_DARK: Final = {
    "ground": "#12151c", "text": "#99a3b6", "grid": "#343d4d", "bright": "#f3f6fb",
    "train": "#6ea3ff", "valid": "#e79ad3", "rate": "#6ea3ff",
    "run0": "#6ea3ff", "run1": "#e79ad3", "run2": "#86cb92", "run3": "#e5ba67",
    "run4": "#f47e7e", "run5": "#56c8d8", "run6": "#b9a3ff", "run7": "#99a3b6",
}  # fmt: skip
DASHES: Final = {
    "run1": "8 4", "run2": "2 3", "run3": "8 3 2 3", "run4": "4 4", "run5": "12 4", "run6": "1 4",
    "run7": "12 3 1 3",
}  # fmt: skip
"""Lines of several jobs are told apart without their colours, too."""
_FORM: Final = (
    ("text", "font:12px ui-monospace,monospace"),
    # A name is read over whatever line goes on behind it; few programs know paint-order.
    (".halo", "stroke-width:4px;stroke-linejoin:round"),
    (".line", "fill:none;stroke-width:1.8;stroke-linejoin:round"),
    (".raw", "fill:none;opacity:.35"),
    (".grid", "fill:none"),
    (".best", "stroke-width:1.5"),
)


def style(roles: Iterable[str]) -> str:
    """The style sheet of a chart in which these roles are drawn."""
    drawn = [*dict.fromkeys(roles)]
    form = "".join(_rule(*pair) for pair in _FORM)
    return f"{form}{_colours(_LIGHT, drawn)}@media (prefers-color-scheme:dark){{{_colours(_DARK, drawn)}}}"


def _colours(colours: Mapping[str, str], roles: Iterable[str]) -> str:
    ground, words = colours["ground"], colours["text"]
    rules = [
        (".ground", f"fill:{ground}"),
        ("text", f"fill:{words}"),
        ("text.halo", f"fill:{ground};stroke:{ground}"),
        (".grid", f"stroke:{colours['grid']}"),
        (".best", f"fill:{ground};stroke:{colours['bright']}"),
        (".kept", f"fill:{words}"),
    ]
    for role in roles:
        colour = colours.get(role, words)
        rules += [(f"path.{role}", f"stroke:{colour}"), (f"text.{role}", f"fill:{colour}")]
    return "".join(_rule(*pair) for pair in rules)


def _rule(selector: str, declarations: str) -> str:
    return f".finetop-plot {selector}{{{declarations}}}"
