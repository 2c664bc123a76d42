"""Loaded by Python itself in every process under test: a job that is made to last rests at each event it
writes. What it trains until somebody ends it is of no use, and takes the processor from the tests beside it.
"""

from __future__ import annotations

import sys

LASTING_STEPS = 10_000
REST_S = 0.3


def _rest_often() -> None:
    import time

    from finetop.server.jobdir import EventWriter

    write = EventWriter.write

    def and_rest(self: EventWriter, kind: str, /, *, durable: bool = False, **fields: object) -> None:
        write(self, kind, durable=durable, **fields)
        steps = fields.get("total_steps")
        if isinstance(steps, int) and steps >= LASTING_STEPS:
            time.sleep(REST_S)

    EventWriter.write = and_rest  # type: ignore[method-assign]


if "finetop.server.worker" in sys.orig_argv:
    _rest_often()
