"""What can be done to the job under the cursor: its keys, when they work, and what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.messages import CopyWanted, Said
from finetop.tui.screens.confirm import Confirm
from finetop.tui.screens.consent import consent
from finetop.tui.screens.create import CreateForm
from finetop.tui.screens.everywhere import Everywhere
from finetop.tui.screens.try_prompt import TryPrompt
from finetop.tui.screens.unsure import Unsure

if TYPE_CHECKING:
    from finetop.actions.draft import Draft
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.feed import Feed
    from finetop.tui.panes.jobs import JobsPane
    from finetop.tui.screens.supplies import SessionSupplies

ASKED = {
    "cancel": "{} is asked to stop.",
    "pause": "{} is asked to pause.",
    "resume": "{} is asked to go on.",
    "delete": "{} is deleted.",
}
"""Each order to a job, and what is said once it was taken."""


class JobActions(Everywhere):
    """The part of a screen that acts on a job; actions never paint, the store's news do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "create", "Create", id="job.create", tooltip="Create a job"),
        Binding("x", "cancel", "Cancel", id="job.cancel", tooltip="Cancel this job; asks first"),
        Binding("z", "pause", "Pause", id="job.pause", tooltip="Pause this job; asks first"),
        Binding("z", "resume", "Resume", id="job.resume", tooltip="Resume this paused job; asks first"),
        Binding("X", "delete", "Delete", id="job.delete", tooltip="Delete this job; asks first"),
        Binding("i", "try_prompt", "Try", id="job.try", tooltip="Try a prompt on its model"),
        Binding("y", "copy", "Copy", id="job.copy", tooltip="Copy the job's id"),
    ]

    def __init__(
        self,
        store: Store,
        session: Session,
        feed: Feed,
        supplies: SessionSupplies,
        *,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(store, session)
        self.feed = feed
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

    def look(self) -> None:
        """Draw what is new in the store."""
        raise NotImplementedError

    # --- which keys work --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """None greys a key, False takes it away."""
        row = self.row if self.is_mounted else None
        match action:
            case "create":
                return bool(self.supplies.profiles)
            case "cancel" | "pause" | "resume" | "delete":
                return self._order_state(action, row)
            case "try_prompt":
                if row is not None and self.session.lacks(row.profile, "chat"):
                    return False
                return bool(row and row.fine_tuned_model) or None
            case "copy":
                return row is not None or None
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

    # --- creating ---------------------------------------------------------------------------------------

    def action_create(self) -> None:
        """Open the form on the profile of the job under the cursor."""
        row = self.row
        writable = self.supplies.profiles
        profile = row.profile if row is not None and row.profile in writable else writable[0]
        self.app.push_screen(CreateForm(self.supplies, profile), self._create)

    def _create(self, draft: Draft | None) -> None:
        if draft is not None:
            self._follow_new(self.session.create(draft))

    @work(exit_on_error=False)
    async def _follow_new(self, future: Future[JobKey]) -> None:
        """Put the cursor on the new job, unless the user went somewhere else meanwhile."""
        before = self.row.key if self.row is not None else None
        key = await self._told(future, "")
        if key is None:
            return
        self.look()
        now = self.row
        if now is None or now.key == before or not now.is_job:
            self.jobs.select(key)
        made = self.feed.rows.get(key)
        self.post_message(Said(f"{made.name if made is not None else key.id} was created."))

    @work(exit_on_error=False)
    async def ask_unsure(self, row: JobRow) -> None:
        """A create without an answer: look for its job, put it away, or send it again."""
        answer = await self.app.push_screen_wait(Unsure(row, self.session, self.feed.rows))
        if answer == "resend":
            await self._told(self.session.resend(row.key), "Sent again.")
        elif answer == "dismiss":
            await self._told(self.session.dismiss(row.key), "")
        elif answer is not None:
            found = next(key for key in self.feed.rows if key == (row.key.account, answer))
            await self._told(self.session.adopt(row.key, found), "")

    def action_try_prompt(self) -> None:
        """Base and tuned model side by side."""
        row = self.row
        if row is None or row.fine_tuned_model is None:
            return

        async def chat(model: str, prompt: str) -> str:
            return await asyncio.wrap_future(self.session.chat(row.profile, model, prompt))

        job = self.store.jobs.get(row.key)
        file = job.training_files[0].id if job is not None and job.training_files else ""
        example = self.session.first_prompt(row.profile, file)
        self.app.push_screen(TryPrompt(row.model, row.fine_tuned_model, chat, example))

    def action_copy(self) -> None:
        """Put the job's id on the clipboard."""
        if self.row is not None:
            self.post_message(CopyWanted(self.row.key.id, "the job's id"))


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
