"""The models of all profiles: which job made each, when it ends, and whether the provider still has it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.holdings import summary
from finetop.store.rows import JobKey
from finetop.tui.handoff import Copy
from finetop.tui.panes.model_cells import GONE, ModelRow, model_rows
from finetop.tui.panes.models import ModelsPane
from finetop.tui.panes.shelf import Shelf
from finetop.tui.screens.deleting import Deleting, may_delete
from finetop.tui.screens.file_consent import Doomed
from finetop.tui.screens.listed import Listed, many
from finetop.tui.screens.model_facts import ModelFacts

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.models import Model
    from finetop.store import Store
    from finetop.tui.widgets.runs import Run


class ModelsScreen(Deleting, Listed):
    """One list."""

    PLACE = "the models"
    WHAT = "models"
    AUTO_FOCUS = "#models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("X", "delete", "Delete", id="models.delete", tooltip="Delete the tuned model; asks first"),
    ]

    def content(self) -> Iterable[Widget]:
        """The list."""
        self._pane = ModelsPane(glyphs=self.glyphs)
        self._pane.colours = {profile.name: profile.colour for profile in self.session.profiles}
        yield self._pane

    @property
    def panes(self) -> Sequence[Widget]:
        """The one."""
        return (self._pane,)

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """How many there are and which end soon, and how old the lists are."""
        held = [row.held for row in self._pane.every if row.state != GONE]
        runs: list[Run] = [("Models", "bright")]
        if held:
            runs.append((f"   {many(sum(one.is_tuned for one in held), 'tuned one')}", "muted"))
        if said := summary(held, self.now):
            runs.append((f"   {said}", "muted"))
        return runs, self.list_facts(self.now)

    # --- reading ----------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """What is known first, then what the providers say."""
        self._pane.sentence = "Reading the models."
        if self.wanted is not None:
            self._pane.select(self.wanted)
        self.ask_all(now=self.now)

    def ask(self, profile: str) -> Future[list[Model]]:
        """All of them."""
        return self.session.models(profile)

    async def read(self) -> None:
        """The listed ones, and those that jobs tell of."""
        rows = await asyncio.to_thread(_rows, self.store, self.shown_names)
        self._pane.sentence = self.asking_words()
        self._pane.show(rows, now=self.now)
        self.show_place()

    def tick(self, now: float) -> None:
        """Ages grow."""
        self._pane.tick(now)

    # --- keys -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is grey; what may never be done is not there."""
        row = self._pane.current if self.is_mounted else None
        match action:
            case "delete":
                return None if row is None else self._may_delete(row)
        return super().check_action(action, parameters)

    def _may_delete(self, row: ModelRow) -> bool | None:
        """Only one's own, and only while they are there."""
        allowed = may_delete(self.session, row.held.profile, "delete-model")
        return ((row.held.is_tuned and row.state != GONE) or None) and allowed

    @on(Shelf.Picked)
    def _open(self, event: Shelf.Picked) -> None:
        """Everything about it, and the way to its job."""
        row: ModelRow = event.item

        def go(answer: bool | None) -> None:
            if answer:
                self.main.go_to(JobKey(row.account, row.held.job))
                self.action_pane(2)

        self.app.push_screen(ModelFacts(row, self.now), go)

    def copies(self) -> Sequence[Copy]:
        """Names, and the job that made the one under the cursor."""
        rows = self._pane.chosen
        names = "the model's name" if len(rows) == 1 else f"{len(rows)} models' names"
        found = [Copy(names, "\n".join(row.held.id for row in rows))]
        if len(rows) == 1:
            found.append(Copy("the job's id", rows[0].held.job))
            found.append(Copy("the base model's name", rows[0].held.base))
        return found

    @work(exit_on_error=False)
    async def action_delete(self) -> None:
        """Ask, then delete."""
        rows = [row for row in self._pane.chosen if self._may_delete(row)]
        if not rows:
            return
        doomed = [Doomed(row.held.id, row.held.profile, row.held.id, _about(row)) for row in rows]
        job = rows[0].held.job_name
        lost = "the model, for everybody who uses it" if len(rows) == 1 else "the models, for everybody"
        users = [f"made by {text.clean(job)}"] if job else []
        if not await self.ask_to_delete("model", doomed, users=lambda: users, lost=lost):
            return
        await self.delete_all("model", doomed, lambda one: self.session.delete_model(one.profile, one.id))
        self._pane.action_clear_marks()
        self.read_soon()


def _rows(store: Store, names: dict[int, str]) -> list[ModelRow]:
    """The models of all accounts, as the store has them."""
    makers = store.library.makers(names)
    return [
        row
        for account, profile in names.items()
        for row in model_rows(
            account,
            profile,
            store.library.listed_models(account),
            [maker for maker in makers if maker.key.account == account],
        )
    ]


def _about(row: ModelRow) -> str:
    return f"tuned from {row.held.base}" if row.held.base else ""
