"""What can be done to the job under the cursor: its keys, when they work, and what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop.store.rows import JobKey
from finetop.tui.handoff import Copy
from finetop.tui.job_papers import JobPapers
from finetop.tui.messages import Said
from finetop.tui.screens.create import CreateForm
from finetop.tui.screens.orders import Orders
from finetop.tui.screens.try_prompt import TryPrompt
from finetop.tui.screens.unsure import Unsure

if TYPE_CHECKING:
    from finetop.actions.draft import Draft
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobRow
    from finetop.tui.handoff import Link, Sheet
    from finetop.tui.listing import Listing
    from finetop.tui.screens.supplies import SessionSupplies


class JobActions(Orders):
    """The part of a screen that acts on a job; actions never paint, the store's news do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "create", "Create", id="job.create", tooltip="Create a job"),
    ]

    def __init__(
        self,
        store: Store,
        session: Session,
        listing: Listing,
        supplies: SessionSupplies,
        *,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(store, session, supplies, clock=clock)
        self.listing = listing

    def look(self) -> None:
        """Draw what is new in the store."""
        raise NotImplementedError

    # --- which keys work --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None greys a key, False takes it away."""
        row = self.row if self.is_mounted else None
        match action:
            case "create":
                return bool(self.supplies.profiles)
            case "try_prompt":
                if row is not None and self.session.lacks(row.profile, "chat"):
                    return False
                return bool(row and row.fine_tuned_model) or None
            case "worst":
                return bool(row and row.is_job) or None
        return super().check_action(action, parameters)

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
        made = self.listing.get(key)
        self.post_message(Said(f"{made.name if made is not None else key.id} was created."))

    @work(exit_on_error=False)
    async def ask_unsure(self, row: JobRow) -> None:
        """A create without an answer: look for its job, put it away, or send it again."""
        answer = await self.app.push_screen_wait(Unsure(row, self.session, self.listing.get))
        if answer == "resend":
            await self._told(self.session.resend(row.key), "Sent again.")
        elif answer == "dismiss":
            await self._told(self.session.dismiss(row.key), "")
        elif answer is not None:
            await self._told(self.session.adopt(row.key, JobKey(row.key.account, answer)), "")

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

    def action_worst(self) -> None:
        """The examples that it has learned least."""
        from finetop.tui.screens.worst import open_worst  # noqa: PLC0415 - few look, and the first paint must not wait

        if self.row is not None:
            open_worst(self, self.row)

    # --- handing on -------------------------------------------------------------------------------------

    def _papers(self) -> JobPapers | None:
        return None if self.row is None else JobPapers(self.store, self.session, self.row)

    def copies(self) -> Sequence[Copy]:
        """What can be copied of the job under the cursor."""
        papers = self._papers()
        marked = sorted(self.jobs.marks.keys)
        many = [Copy(f"the ids of {len(marked)} marked jobs", "\n".join(key.id for key in marked))]
        return [*(many if marked else ()), *(papers.copies() if papers is not None else ())]

    def links(self) -> Sequence[Link]:
        """The pages about it."""
        papers = self._papers()
        return [] if papers is None else papers.links()

    def sheet(self) -> Sheet | None:
        """What its provider said of it."""
        papers = self._papers()
        return None if papers is None else papers.sheet()
