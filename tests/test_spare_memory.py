"""What was freed is given back, where the system's library can do so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from finetop.spare_memory import give_back


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_what_was_freed_leaves_the_process() -> None:
    kept = []
    held = []
    for number in range(60_000):  # blocks with others between them, which glibc keeps once they are free
        held.append(bytes(600))
        if number % 500 == 0:
            kept.append(bytes(600))
    del held
    before = _resident()
    give_back()
    assert _resident() < before - 1_000, "pages: four megabytes at least"
    assert len(kept) == 120
