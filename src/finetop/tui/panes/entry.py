"""One fact of a job, as the detail pane shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from finetop.tui.widgets.runs import Run


class Entry(NamedTuple):
    """A label and what belongs to it; `wraps` lets a sentence take more lines."""

    label: str
    runs: tuple[Run, ...]
    wraps: bool = False
