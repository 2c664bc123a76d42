"""What somebody wants left out of reports: asked once, and kept for screen and command line alike."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Final

from finetop.report.leaving_out import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE: Final = "report.json"
_LIMIT: Final = 10_000


def chosen(folder: Path) -> frozenset[str] | None:
    """What was chosen; None where nobody was asked yet. A damaged file is as good as none."""
    try:
        with (folder / FILE).open("rb") as file:
            found = json.loads(file.read(_LIMIT))
        return frozenset(name for name in found["leave_out"] if name in KINDS)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def keep(folder: Path, kinds: Iterable[str]) -> None:
    """Remember it; a disk that is full is no reason to fail, it is asked once more."""
    part = folder / f"{FILE}.{os.getpid()}.part"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps({"leave_out": sorted(kinds)}), encoding="utf-8")
        part.replace(folder / FILE)
