"""Numbers as the database holds them."""

from __future__ import annotations

import math


def held(number: float | None) -> float | None:
    """A number as the database holds it: it has no nan, and nothing measured is ever minus infinity."""
    return -math.inf if number is not None and math.isnan(number) else number


def given(number: float | None) -> float | None:
    """The number that was held."""
    return math.nan if number == -math.inf else number
