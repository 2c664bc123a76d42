"""Which values a chart shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finetop.plot.buckets import Buckets
    from finetop.plot.nodes import Node

_BEARABLE: Final = 0.5
"""A spike that goes beyond the lines by more than this share of their range is told by a mark."""


def extent(
    lines: Iterable[tuple[Sequence[Node], Buckets | None]],
    columns: int,
    early: float,
    *,
    everything: bool,
    log: bool,
) -> tuple[float, float]:
    """Least and greatest value: the lines from the column `early` on, and spikes of bearable height.

    With `everything` each spike is shown; on a logarithmic axis only what is above zero.
    """
    least = 0.0 if log else -math.inf
    late: list[float] = []
    shown: list[float] = []
    lows: list[float] = []
    highs: list[float] = []
    last = columns - 1
    for nodes, buckets in lines:
        inside = [node for node in nodes if node and -0.5 <= node[0] <= last + 0.5 and node[1] > least]
        shown += [value for _, value in inside]
        late += [value for column, value in inside if column >= early]
        if buckets is not None:
            places = [at for at, column in enumerate(buckets.columns) if early <= column <= last]
            lows += [buckets.lows[at] for at in places if buckets.lows[at] > least]
            highs += [buckets.highs[at] for at in places if buckets.highs[at] > least]
    seen = late or shown
    if not seen:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(seen), max(seen)
    raw_low, raw_high = min(lows, default=low), max(highs, default=high)
    if everything:
        return min(low, raw_low), max(high, raw_high)
    room = max(high - low, 1e-9) * _BEARABLE
    return (
        min(low, raw_low) if raw_low >= low - room or log else low,
        max(high, raw_high) if raw_high <= high + room or log else high,
    )
