"""The screen of the log of actions: what was asked of whom, when, the answer, and the request's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on

from finetop.store.rows import JobKey
from finetop.tui.panes.action_cells import whole
from finetop.tui.panes.actions import ActionsPane
from finetop.tui.screens.dialog import Dialog
from finetop.tui.screens.help import Sheet
from finetop.tui.screens.standing import Standing

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store import Asked, Store
    from finetop.tui.widgets.runs import Run


class ActionsScreen(Standing):
    """Orders from the store, questions from this process."""

    AUTO_FOCUS = "#actions"
    PLACE = "the log of actions"

    def __init__(self, store: Store, session: Session) -> None:
        super().__init__(store, session)
        self._names: dict[JobKey, str] = {}

    def content(self) -> Iterable[Widget]:
        """One list."""
        yield ActionsPane(self._profile_of, self._name_of, glyphs=self.glyphs)

    @property
    def pane(self) -> ActionsPane:
        """The list."""
        return self.query_one(ActionsPane)

    @property
    def panes(self) -> Sequence[Widget]:
        """The list alone."""
        return (self.pane,)

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """What is shown."""
        what = "orders and questions" if self.pane.with_questions else "orders"
        return (("Actions", "bright"), (f"   {what}", "muted")), ()

    def look(self) -> None:
        """Read what is new."""
        accounts = list(self.shown_names)
        orders = self.store.asked.newest(accounts) if accounts else []
        questions = [
            one
            for one in (tuple(self.session.asked) if self.pane.with_questions else ())
            if one.exchange.is_question and one.account in accounts
        ]
        self.pane.show([*orders, *questions], now=self.now)

    def tick(self, now: float) -> None:
        """Questions come without news of the store."""
        self.look()
        self.pane.tick(now)

    @on(ActionsPane.MarksChanged)
    def _other_kinds(self) -> None:
        self.look()
        self.show_place()

    @on(ActionsPane.Picked)
    def _open(self, event: ActionsPane.Picked) -> None:
        self.app.push_screen(Action(self._whole(event.item)))

    def _whole(self, asked: Asked) -> list[tuple[Run, ...]]:
        return whole(
            asked,
            profile=self._profile_of(asked.account),
            name_of=lambda id_: self._name_of(asked.account, id_),
            room=min(74, self.size.width - 20),
        )

    def _profile_of(self, account: int) -> str:
        return self.session.names.get(account, "")

    def _name_of(self, account: int, id_: str) -> str:
        """A job's name; kept while the screen is open, for every row asks for it at each look."""
        key = JobKey(account, id_)
        if key not in self._names:
            row = self.store.jobs.row(key, "", now=self.now)
            self._names[key] = row.name if row is not None else id_
        return self._names[key]


class Action(Dialog[None]):
    """One exchange, whole."""

    AUTO_FOCUS = "Sheet"

    def __init__(self, lines: Sequence[tuple[Run, ...]]) -> None:
        super().__init__()
        self._lines = lines

    @property
    def question(self) -> str:
        """What it is."""
        return "What was asked, and the answer"

    def content(self) -> Iterable[Widget]:
        """Its facts."""
        yield Sheet([(), *self._lines])
