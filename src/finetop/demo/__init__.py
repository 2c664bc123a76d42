"""The demo: real jobs to look at, on a server of its own."""

from __future__ import annotations

from finetop.demo.plans import LONG, QUICK, PlannedJob, QuickSample, SampleFile
from finetop.demo.recorded import Recording, recordings

__all__ = ["PlannedJob", "QuickSample", "Recording", "SampleFile", "long_jobs", "quick_sample", "recordings"]


def long_jobs() -> tuple[PlannedJob, ...]:
    """Jobs that train for minutes: two to run at once and one to wait in the queue."""
    return LONG


def quick_sample() -> QuickSample:
    """The file the form begins with."""
    return QUICK
