"""Comparing the marked jobs, or the one under the cursor with another."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop.tui.acts import key_to
from finetop.tui.messages import Said
from finetop.tui.screens.job_actions import JobActions

if TYPE_CHECKING:
    from finetop.store.rows import JobKey

FEWEST = 2
MOST = 8
"""As many as can be told apart by a letter and a line."""


class Comparing(JobActions):
    """The part of a screen that sets jobs beside each other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "equals_sign",
            "compare",
            "Compare",
            id="job.compare",
            tooltip="Compare the marked jobs, or this one with the baseline",
        ),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There are two jobs."""
        if action == "compare":
            return bool(self.is_mounted and self.row is not None and self.row.is_job) or None
        return super().check_action(action, parameters)

    def word_of(self, name: str, word: str) -> str:
        """While jobs are marked, how many are compared."""
        marks = len(self.jobs.marks) if self.is_mounted and name == "job.compare" else 0
        return f"{word} {marks}" if FEWEST <= marks <= MOST else super().word_of(name, word)

    @property
    def baseline(self) -> JobKey | None:
        """The job that others are held against; None where there is none."""
        return None

    def compared(self) -> list[JobKey]:
        """The marked jobs, the newest first; one alone, or the one under the cursor, beside another."""
        rows = [row for row in self.jobs.marked(MOST + 1) if row.is_job]
        keys = [row.key for row in rows]
        here = self.row.key if self.row is not None and self.row.is_job else None
        for other in (here, self.baseline):
            if len(keys) < FEWEST and other is not None and other not in keys:
                keys.append(other)
        return keys

    def action_compare(self) -> None:
        """Show what differs between them."""
        keys = self.compared()
        if len(keys) > MOST:
            self.post_message(Said(f"More than {MOST} jobs are too many to compare."))
        elif len(keys) < FEWEST:
            mark = key_to(self, "list.mark", "space")
            self.post_message(Said("One job alone cannot be compared.", f"{mark} in the list marks another."))
        else:
            from finetop.tui.screens.compare import CompareScreen  # noqa: PLC0415 - after the first paint

            self.app.push_screen(CompareScreen(self.store, self.session, keys))
