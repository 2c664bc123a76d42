"""Moving about on the x axis: what is shown after zooming in, out, or to the side."""

from __future__ import annotations

from typing import TypeAlias

Window: TypeAlias = tuple[float, float]


def zoomed(window: Window, whole: Window, about: float, factor: float, least: float = 1.0) -> Window | None:
    """The window made `factor` times as wide, with `about` at the same place; None where it is the whole."""
    low, high = window
    width = max(min(least, whole[1] - whole[0]), (high - low) * factor)
    if width >= (whole[1] - whole[0]) * (1 - 1e-9):
        return None
    about = max(low, min(high, about))
    share = (about - low) / ((high - low) or 1.0)
    return _inside((about - share * width, about + (1 - share) * width), whole)


def panned(window: Window, whole: Window, share: float) -> Window:
    """The window moved by a share of its width, never beyond the ends."""
    move = (window[1] - window[0]) * share
    return _inside((window[0] + move, window[1] + move), whole)


def holding(window: Window, whole: Window, point: float) -> Window:
    """The window moved as far as a point needs to be in it."""
    low, high = window
    if low <= point <= high:
        return window
    move = point - high if point > high else point - low
    return _inside((low + move, high + move), whole)


def _inside(window: Window, whole: Window) -> Window:
    low, high = window
    move = max(0.0, whole[0] - low) - max(0.0, high - whole[1])
    return low + move, high + move
