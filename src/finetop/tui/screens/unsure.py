"""A create that was never answered: what may have become of it, and what the user wants done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.screens.dialog import Act, Dialog, Paper

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store.rows import JobKey, JobRow
    from finetop.tui.widgets.runs import Run

MOST_CANDIDATES = 3


class Unsure(Dialog[str]):
    """Returns `resend`, `dismiss`, or the id of the job that is the one; None to go on waiting."""

    def __init__(self, row: JobRow, session: Session, rows: Mapping[JobKey, JobRow]) -> None:
        super().__init__()
        self._row = row
        self._session = session
        self._rows = rows
        self._candidates: list[str] = []

    @property
    def question(self) -> str:
        """What is asked."""
        return "Send it again?" if self._row.intent == "refused" else "Was this job made?"

    def content(self) -> Iterable[Widget]:
        """What is known, then the choices."""
        yield Paper(self._lines(), id="known")
        yield Horizontal(id="candidates", classes="acts")
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
        if self._row.intent == "unsure":
            self._look()

    def _lines(self, found: str = "") -> list[tuple[Run, ...]]:
        name = text.shorten_middle(text.clean(self._row.name), 30)
        said = text.shorten_end(text.clean(self._row.reason or ""), 60)
        lines: list[tuple[Run, ...]] = [
            (),
            ((name, "bright"), (f"  {text.clean(self._row.profile)}", "muted")),
            ((said, "text"),),
            (),
        ]
        if self._row.intent == "unsure":
            lines.append((("Sending it again reads the provider's list once more first.", "muted"),))
        if found:
            lines.append(((found, "muted"),))
        return [*lines, ()]

    @work(exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        """Jobs that look like it are offered, never taken unasked."""
        try:
            found = await asyncio.wrap_future(self._session.candidates(self._row.key))
        except FinetopError as error:
            self.query_one(Paper).write(self._lines(text.clean(error.message)))
            return
        keys = [key for key in found if key in self._rows][:MOST_CANDIDATES]
        if not keys:
            self.query_one(Paper).write(self._lines("No job at the provider looks like it."))
            return
        self.query_one(Paper).write(self._lines("These look like it:"))
        place = self.query_one("#candidates")
        place.display = True
        for number, key in enumerate(keys):
            self._candidates.append(key.id)
            name = text.shorten_middle(text.clean(self._rows[key].name), 18)
            await place.mount(Act(f"It is {name}", id=f"candidate-{number}"))

    @on(Act.Pressed)
    def _pressed(self, event: Act.Pressed) -> None:
        event.stop()
        chosen = event.act.id or ""
        if chosen.startswith("candidate-"):
            self.dismiss(self._candidates[int(chosen.removeprefix("candidate-"))])
        else:
            self.dismiss(None if chosen == "wait" else chosen)
