"""A create that was never answered: what may have become of it, and what the user wants done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from textwrap import wrap
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, Vertical

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.screens.dialog import Act, Dialog, Paper

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.widgets.runs import Run

MOST_CANDIDATES = 3
WIDTH = 60
"""Cells inside the box."""
BORDERS = 6


class Unsure(Dialog[str]):
    """Returns `resend`, `dismiss`, or the id of the job that is the one; None to go on waiting."""

    def __init__(self, row: JobRow, session: Session, known: Callable[[JobKey], JobRow | None]) -> None:
        super().__init__()
        self._row = row
        self._session = session
        self._known = known
        self._candidates: list[str] = []
        self._found = ""

    @property
    def question(self) -> str:
        """What is asked."""
        return "Send it again?" if self._row.intent == "refused" else "Was this job made?"

    def content(self) -> Iterable[Widget]:
        """What is known, then the choices."""
        yield Paper(id="known")
        yield Vertical(id="candidates")
        yield Horizontal(
            Act("Leave it", id="wait"),
            Act("Put it away", id="dismiss"),
            Act("Send it again", id="resend", harmful=self._row.intent == "unsure"),
            classes="acts",
        )

    def on_mount(self) -> None:
        """Enter must not make a second job."""
        self.query_one("#candidates").display = False
        self.query_one("#wait").focus()
        self._write()
        if self._row.intent == "unsure":
            self._look()

    def on_resize(self) -> None:
        """The sentences take as many lines as they need."""
        self._write()

    def _write(self) -> None:
        room = min(WIDTH, self.app.size.width - BORDERS)

        def paragraph(words: str, role: str) -> list[tuple[Run, ...]]:
            return [((part, role),) for part in wrap(text.clean(words), room)]

        name = text.shorten_middle(text.clean(self._row.name), 30)
        lines: list[tuple[Run, ...]] = [
            (),
            ((name, "bright"), (f"  {text.clean(self._row.profile)}", "muted")),
            *paragraph(self._row.reason or "", "text"),
            (),
        ]
        if self._row.intent == "unsure":
            lines += paragraph("Sending it again reads the provider's list once more first.", "muted")
        lines += paragraph(self._found, "muted")
        self.query_one(Paper).write([*lines, ()])

    def _found_words(self, words: str) -> None:
        self._found = words
        self._write()

    @work(exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        """Jobs that look like it are offered, never taken unasked."""
        try:
            found = await asyncio.wrap_future(self._session.candidates(self._row.key))
        except FinetopError as error:
            self._found_words(error.message)
            return
        jobs = [job for key in found if (job := self._known(key)) is not None][:MOST_CANDIDATES]
        if not jobs:
            self._found_words("No job at the provider looks like it.")
            return
        self._found_words("These look like it:")
        place = self.query_one("#candidates")
        place.display = True
        for number, job in enumerate(jobs):
            self._candidates.append(job.key.id)
            name = text.shorten_middle(text.clean(job.name), 24)
            made = f", made {text.day_clock(job.created_at)}" if job.created_at is not None else ""
            await place.mount(Act(f"It is {name}{made}", id=f"candidate-{number}"))

    @on(Act.Pressed)
    def _pressed(self, event: Act.Pressed) -> None:
        event.stop()
        chosen = event.act.id or ""
        if chosen.startswith("candidate-"):
            self.dismiss(self._candidates[int(chosen.removeprefix("candidate-"))])
        else:
            self.dismiss(None if chosen == "wait" else chosen)
