"""`finetop jobs metrics --format`: the curves of a job, as numbers in full or as pictures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from finetop.errors import BadInput
from finetop.measures import FIRST
from finetop.report import curve_file
from finetop.report.pictures import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.store import JobKey, Store


def written(store: Store, key: JobKey, profile: str, kind: str, names: Sequence[str]) -> str:
    """What was measured of a job in one of the formats; of pictures those with these names.

    Raises BadInput for a name under which nothing was measured.
    """
    curves = store.events.curves(key)
    row = store.jobs.row(key, profile, now=time.time())
    kept = [point.step_number for point in store.jobs.checkpoints(key) if point.step_number is not None]
    there = {found.name: found for found in drawn(curves, row, kept)}
    unknown = [name for name in names if name not in there]
    if unknown:
        known = ", ".join(there) or "nothing yet"
        raise BadInput(f"nothing was measured under the name {unknown[0]}", hint=f"There is {known}.")
    wanted = names or [name for name in there if name in FIRST] or [*there]
    charts = [(there[name].title, there[name].request) for name in wanted]
    return curve_file.written(curve_file.Exported([*curves.series.items()], charts), kind)
