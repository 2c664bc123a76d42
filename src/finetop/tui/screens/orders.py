"""Orders to jobs that exist: cancel, pause, resume and delete, when they can be given, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.screens.confirm import Confirm
from finetop.tui.screens.consent import consent
from finetop.tui.screens.everywhere import Everywhere

if TYPE_CHECKING:
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.panes.jobs import JobsPane
    from finetop.tui.screens.supplies import SessionSupplies

ASKED = {
    "cancel": "{} is asked to stop.",
    "pause": "{} is asked to pause.",
    "resume": "{} is asked to go on.",
    "delete": "{} is deleted.",
}
"""Each order to a job, and what is said once it was taken."""


class Orders(Everywhere):
    """The part of a screen that gives orders to jobs; it never paints, the store's news do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "cancel", "Cancel", id="job.cancel", tooltip="Cancel this job; asks first"),
        Binding("z", "pause", "Pause", id="job.pause", tooltip="Pause this job; asks first"),
        Binding("z", "resume", "Resume", id="job.resume", tooltip="Resume this paused job; asks first"),
        Binding("X", "delete", "Delete", id="job.delete", tooltip="Delete this job; asks first"),
    ]

    def __init__(
        self, store: Store, session: Session, supplies: SessionSupplies, *, clock: Callable[[], float]
    ) -> None:
        super().__init__(store, session)
        self.supplies = supplies
        self._clock = clock
        self._settling: set[tuple[str, JobKey]] = set()
        """Orders to jobs that are under way."""

    @property
    def jobs(self) -> JobsPane:
        """The list."""
        raise NotImplementedError

    @property
    def row(self) -> JobRow | None:
        """The job under the cursor."""
        raise NotImplementedError

    # --- which keys work --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """None greys a key, False takes it away."""
        if action in ASKED:
            return self._order_state(action, self.row if self.is_mounted else None)
        return True

    def _order_state(self, kind: str, row: JobRow | None) -> bool | None:
        if not self.supplies.profiles:
            return False
        if kind in {"pause", "resume"} and (kind == "resume") != (row is not None and row.status == "paused"):
            return False  # one key, and only one of its two meanings
        if row is None:
            return False if kind == "delete" else None
        if self.session.lacks(row.profile, kind):
            return False
        return (
            fits(kind, row)
            and (kind, row.key) not in self._settling
            and not self.session.why_not(row.profile, kind)
        ) or None

    def why_grey(self) -> str:
        """Why an order that would fit the job is not offered, in a sentence; empty where all are."""
        row = self.row
        if row is None or self.supplies.is_read_only(row.profile):
            return ""  # the title line says so already
        fitting = (kind for kind in ASKED if fits(kind, row) and not self.session.lacks(row.profile, kind))
        return " ".join(filter(None, (self.session.why_not(row.profile, kind) for kind in fitting)))

    # --- orders -----------------------------------------------------------------------------------------

    def action_cancel(self) -> None:
        """Ask, then cancel."""
        self._order("cancel", self.session.cancel)

    def action_pause(self) -> None:
        """Ask, then pause."""
        self._order("pause", self.session.pause)

    def action_resume(self) -> None:
        """Ask, then resume."""
        self._order("resume", self.session.resume)

    def action_delete(self) -> None:
        """Ask, then delete."""
        self._order("delete", self.session.delete)

    @work(exit_on_error=False)
    async def _order(self, kind: str, send: Callable[[JobKey], Future[None]]) -> None:
        """Ask, then send; the store's news repaints the row."""
        row = self.row
        if row is None:
            return
        asked = consent(kind, row, self.store.jobs.checkpoints(row.key), self._clock())
        if not await self.app.push_screen_wait(Confirm(asked)):
            return
        self._settling.add((kind, row.key))
        self.refresh_bindings()
        await self._told(send(row.key), ASKED[kind].format(text.clean(row.name)))
        self._settling.discard((kind, row.key))
        self.refresh_bindings()


def fits(kind: str, row: JobRow) -> bool:
    """Whether an order makes sense for a job in this state; one that is on its way may be cancelled."""
    if not row.is_job or row.status == "stopping":
        return False
    waits = row.intent in {None, "unsure"}
    match kind:
        case "cancel":
            return not row.is_final and (waits or row.intent in {"pausing", "resuming"})
        case "pause":
            return row.is_active and waits
        case "resume":
            return row.status == "paused" and waits
        case _:
            return not row.is_active and waits
