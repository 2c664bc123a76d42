"""Orders to jobs that exist: cancel, pause, resume and delete, when they can be given, and what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.messages import Said
from finetop.tui.screens.confirm import Confirm
from finetop.tui.screens.consent import consent
from finetop.tui.screens.everywhere import Everywhere

if TYPE_CHECKING:
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.panes.jobs import JobsPane
    from finetop.tui.screens.bulk_consent import Target
    from finetop.tui.screens.dialog import Dialog
    from finetop.tui.screens.supplies import SessionSupplies

ASKED = {
    "cancel": "{} is asked to stop.",
    "pause": "{} is asked to pause.",
    "resume": "{} is asked to go on.",
    "delete": "{} is deleted.",
}
"""Each order to a job, and what is said once it was taken."""
ORDERS = {f"job.{kind}": kind for kind in ASKED}
"""Each order by the id of its key."""
LOOKED_AT = 100
"""Marked jobs that decide which keys work: reading more would be felt at each mark."""
Send = Callable[["JobKey"], "Future[None]"]


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
        self._counted: dict[str, int] | None = None

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
        if self.is_mounted and self.jobs.marks:
            return self._marked_state(kind)
        if kind in {"pause", "resume"} and (kind == "resume") != (row is not None and row.status == "paused"):
            return False  # one key, and only one of its two meanings
        if row is None:
            return False if kind == "delete" else None
        if self.session.lacks(row.profile, kind):
            return False
        return self._can(kind, row) or None

    def _marked_state(self, kind: str) -> bool | None:
        """A key works where it does for one of the marked jobs."""
        fitting = self._fitting()
        if kind == "resume":
            return bool(fitting[kind]) and not fitting["pause"]  # one key, and only one of its two meanings
        if kind == "pause" and fitting["resume"]:
            return bool(fitting[kind])
        return bool(fitting[kind]) or (False if kind == "delete" else None)

    def _fitting(self) -> dict[str, int]:
        """To how many of the marked jobs each order can be given; of very many, the first ones are asked."""
        if self._counted is None:
            rows = self.jobs.marked(LOOKED_AT)
            self._counted = {kind: sum(self._can(kind, row) for row in rows) for kind in ASKED}
        return self._counted

    def refresh_bindings(self) -> None:
        """Whatever is new may have changed which orders fit."""
        self._counted = None
        super().refresh_bindings()

    def _can(self, kind: str, row: JobRow) -> bool:
        return (
            fits(kind, row)
            and (kind, row.key) not in self._settling
            and not self.session.lacks(row.profile, kind)
            and not self.session.why_not(row.profile, kind)
        )

    def word_of(self, name: str, word: str) -> str:
        """What the footer says of a key while jobs are marked: how many it means."""
        if not self.is_mounted or name not in ORDERS or not self.jobs.marks:
            return word
        marks = len(self.jobs.marks)
        return f"{word} {self._fitting()[ORDERS[name]] if marks <= LOOKED_AT else marks:,}"

    def why_grey(self) -> str:
        """Why an order that would fit the job is not offered, in a sentence; empty where all are."""
        row = self.row
        if row is None or self.supplies.is_read_only(row.profile):
            return ""  # the title line says so already
        fitting = (kind for kind in ASKED if fits(kind, row) and not self.session.lacks(row.profile, kind))
        return " ".join(filter(None, (self.session.why_not(row.profile, kind) for kind in fitting)))

    # --- orders -----------------------------------------------------------------------------------------

    async def action_cancel(self) -> None:
        """Ask, then cancel."""
        await self._order("cancel", self.session.cancel)

    async def action_pause(self) -> None:
        """Ask, then pause."""
        await self._order("pause", self.session.pause)

    async def action_resume(self) -> None:
        """Ask, then resume."""
        await self._order("resume", self.session.resume)

    async def action_delete(self) -> None:
        """Ask, then delete."""
        await self._order("delete", self.session.delete)

    async def _order(self, kind: str, send: Send) -> None:
        """Ask once, of the marked jobs where there are some; what is typed at once is the answer."""
        rows = [row for row in self.jobs.marked() if self._can(kind, row)]
        if not self.jobs.marks and self.row is not None:
            rows = [self.row]
        if not rows:
            return
        question = await self._question(kind, rows)

        def answered(yes: bool | None) -> None:
            if yes:
                self._give(kind, rows, send)

        self.app.push_screen(question, answered)

    async def _question(self, kind: str, rows: Sequence[JobRow]) -> Dialog[bool]:
        """One job is asked about as if it were not marked."""
        if len(rows) == 1:
            checkpoints = self.store.jobs.checkpoints(rows[0].key)
            return Confirm(consent(kind, rows[0], checkpoints, self._clock(), screen=self.app.size.width))
        from finetop.tui.screens.bulk import ConfirmBulk  # noqa: PLC0415 - after the first paint
        from finetop.tui.screens.bulk_consent import bulk_consent  # noqa: PLC0415

        targets = await asyncio.to_thread(self._targets, rows)
        left_out = len(self.jobs.marks) - len(rows)
        return ConfirmBulk(bulk_consent(kind, targets, left_out, self.jobs.glyphs, screen=self.app.size))

    @work(exit_on_error=False)
    async def _give(self, kind: str, rows: Sequence[JobRow], send: Send) -> None:
        """Send; the store's news repaint the rows, and jobs that were refused it stay marked."""
        keys = [row.key for row in rows]
        self._settle(kind, keys)
        futures = [asyncio.wrap_future(send(key)) for key in keys]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        self._settled(kind, keys)
        refused = {key: error for key, error in zip(keys, answers, strict=True) if error is not None}
        self.jobs.unmark([key for key in self.jobs.marks.keys if key not in refused])
        self.post_message(_said(kind, rows, list(refused.values())))

    def _targets(self, rows: Sequence[JobRow]) -> list[Target]:
        """What would be lost of each; read from the store."""
        from finetop.tui.screens.bulk_consent import Target  # noqa: PLC0415 - after the first paint

        targets = []
        for row in rows:
            points = self.store.jobs.checkpoints(row.key)
            saved = max((point.step_number or 0 for point in points), default=0)
            targets.append(Target(row, len(points), saved))
        return targets

    def _settle(self, kind: str, keys: Sequence[JobKey]) -> None:
        self._settling.update((kind, key) for key in keys)
        self.refresh_bindings()

    def _settled(self, kind: str, keys: Sequence[JobKey]) -> None:
        self._settling.difference_update((kind, key) for key in keys)
        self.refresh_bindings()


def _said(kind: str, rows: Sequence[JobRow], errors: Sequence[BaseException]) -> Said:
    """How an order went."""
    if len(rows) == 1 and not errors:
        return Said(ASKED[kind].format(text.clean(rows[0].name)))
    if len(rows) == 1 and isinstance(errors[0], FinetopError):
        return Said.of(errors[0])
    from finetop.tui.screens.bulk_consent import outcome  # noqa: PLC0415 - after the first paint

    return Said(*outcome(kind, len(rows) - len(errors), [_reason(error) for error in errors]))


def _reason(error: BaseException) -> str:
    """What is said of an order that was not taken."""
    return f"{error.message} {error.advice}".strip() if isinstance(error, FinetopError) else str(error)


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
