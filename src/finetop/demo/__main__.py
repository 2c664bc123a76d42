"""Makes recordings of the demo anew: `python -m finetop.demo [SUFFIX ...]`, all without one."""

from __future__ import annotations

import sys

from finetop.demo.plans import RECORDED
from finetop.demo.record import record
from finetop.demo.recorded import path_of, save


def main() -> None:
    """Run every planned job of the past and keep what its worker said."""
    for job in [job for job in RECORDED if not sys.argv[1:] or job.suffix in sys.argv[1:]]:
        recording = record(job)
        save(recording)
        size = path_of(job).stat().st_size
        sys.stdout.write(
            f"{job.suffix}: {recording.outcome} after {recording.duration_s:.1f} s, "
            f"{len(recording.events)} events, {size} bytes\n"
        )


if __name__ == "__main__":
    main()
