"""Jobs beside each other: what differs between them above, their curves on one axis below.

app.push_screen(CompareScreen(store, session, keys))        two to eight jobs, the first of them as A
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container

from finetop import text
from finetop.comparing import Comparison, compare, files_in_doubt
from finetop.dossier import dossier
from finetop.errors import FinetopError
from finetop.tui.contents import MOST_FETCHED
from finetop.tui.messages import Said
from finetop.tui.panes.compared_curves import ComparedCurves
from finetop.tui.panes.differences import DifferencesPane
from finetop.tui.screens.standing import Standing
from finetop.tui.widgets.title import profile_words

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

    from finetop.models import File
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobKey
    from finetop.tui.widgets.runs import Run

BOTH_FROM = 20
"""Lines of a screen from which two panes have room."""
APART_S = 1.0
"""Between two readings: while jobs run, every step is news."""
REST = 10
"""So many times as long as a reading took nothing is read: long curves must not keep a core busy."""


class CompareScreen(Standing):
    """Two panes."""

    PLACE = "a comparison"
    AUTO_FOCUS = "#differences"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_pane", "Pane", id="pane.next", tooltip="To the next pane"),
        Binding(
            "shift+tab", "other_pane", "Back", show=False, id="pane.previous", tooltip="To the pane before"
        ),
        Binding("f", "full", "Full", id="pane.full", tooltip="This pane alone, or all"),
        Binding(
            "c",
            "contents",
            "Contents",
            id="compare.contents",
            tooltip="Fetch the files that may be the same, and compare what they hold",
        ),
        Binding("escape", "back", "Back", show=False, id="pane.back", tooltip="One step back"),
    ]

    def __init__(self, store: Store, session: Session, keys: Sequence[JobKey]) -> None:
        super().__init__(store, session)
        self._keys = tuple(keys)
        self._stamp: tuple[object, ...] = ()
        self._reading = False
        self._unread = False
        self._full = False
        self._fetching = False

    def content(self) -> Iterable[Widget]:
        """What differs, and the curves."""
        self._differences = DifferencesPane(glyphs=self.glyphs)
        self._curves = ComparedCurves(glyphs=self.glyphs)
        yield Container(self._differences, self._curves, id="comparing")

    @property
    def panes(self) -> Sequence[Widget]:
        """Both."""
        return (self._differences, self._curves)

    @property
    def comparison(self) -> Comparison | None:
        """What was read last."""
        return self._differences.comparison

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """How many jobs, and how their profiles are doing."""
        names = {self.session.names.get(key.account) for key in self._keys}
        facts: list[list[Run]] = []
        for state in self.session.states():
            if state.name in names:
                words, role = profile_words(state, self.now)
                facts.append([(f"{text.clean(state.name)} ", "muted"), (words, role)])
        return (("Compare", "bright"), (f"   {len(self._keys)} jobs", "muted")), facts

    # --- reading ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read them again where one of them has changed."""
        rows = [
            self.store.jobs.row(key, self.session.names.get(key.account, ""), now=self.now)
            for key in self._keys
        ]
        stamp = tuple(None if row is None else (row.seq, row.step) for row in rows)
        if stamp != self._stamp:
            self._stamp = stamp
            self._read_soon()

    def tick(self, now: float) -> None:  # noqa: ARG002 - the app's clock says the same
        """What goes on takes longer."""
        comparison = self.comparison
        if comparison is not None and any(not job.row.is_final for job in comparison.jobs):
            self._read_soon()

    def _read_soon(self) -> None:
        self._unread = True
        if not self._reading:
            self._reading, self._unread = True, False
            self._read()

    @work(exit_on_error=False)
    async def _read(self) -> None:
        began = time.monotonic()
        found = await asyncio.to_thread(self._compared, self.now)
        took_s = time.monotonic() - began
        if found is None:
            self._differences.say("One of these jobs is not known any more.")
        else:
            self.show_comparison(found)
        self.set_timer(max(APART_S, REST * took_s), self._read_again)

    def _read_again(self) -> None:
        self._reading = False
        if self._unread:
            self._read_soon()

    def _compared(self, now: float) -> Comparison | None:
        names = self.session.names
        found = [dossier(self.store, key, names.get(key.account, ""), now=now) for key in self._keys]
        known = [one for one in found if one is not None]
        return compare(known, now=now) if len(known) == len(self._keys) else None

    # --- what files hold --------------------------------------------------------------------------------

    def _in_doubt(self) -> list[tuple[int, File]]:
        return [] if self.comparison is None else files_in_doubt(self.comparison.jobs)

    @work(exit_on_error=False)
    async def action_contents(self) -> None:
        """Bring the bytes of files that may be the same, and read the jobs again."""
        self._fetching = True
        self.refresh_bindings()
        try:
            for account, file in self._in_doubt():
                await self._fetch(account, file)
        except FinetopError as error:
            self.post_message(Said.of(error))
        finally:
            self._fetching = False
            self._read_soon()
            self.refresh_bindings()

    async def _fetch(self, account: int, file: File) -> None:
        name, profile = text.clean(file.filename or file.id), self.session.names[account]
        if (file.size_bytes or 0) > MOST_FETCHED:
            large = f"{name} has {text.size(file.size_bytes or 0)}, which is too much to be fetched for this."
            self.post_message(Said(large))
            return
        self.post_message(Said(f"Fetching {name} from {text.clean(profile)}.", role="text"))
        with await asyncio.to_thread(Path(os.devnull).open, "wb") as nowhere:
            await asyncio.wrap_future(self.session.fetch(profile, file.id, nowhere, most_bytes=MOST_FETCHED))

    def show_comparison(self, comparison: Comparison) -> None:
        """Draw it."""
        self._differences.show(comparison)
        self._curves.take(comparison)

    # --- going ------------------------------------------------------------------------------------------

    @on(DifferencesPane.Picked)
    def _hand_on(self) -> None:
        self.action_copy()

    def on_mount(self) -> None:
        """Both panes where there is room."""
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """Other sizes, other places."""
        self._lay_out()
        del event

    def on_descendant_focus(self) -> None:
        """The pane that has the focus is seen."""
        self._lay_out()

    def _lay_out(self) -> None:
        """One pane alone where that is wanted, or where two would be too low to read."""
        alone = self._full or self.size.height < BOTH_FROM
        self.query_one("#comparing").set_class(alone, "-alone")
        self._differences.display = not (alone and self._curves.has_focus)
        self._curves.display = not alone or self._curves.has_focus

    def action_other_pane(self) -> None:
        """From what differs to the curves, or back."""
        other: Widget = self._differences if self._curves.has_focus else self._curves
        other.display = True
        self.set_focus(other, scroll_visible=False)

    def reach(self, pane: Widget) -> None:
        """A hidden pane comes into sight."""
        if not pane.has_focus:
            self.action_other_pane()

    def action_full(self) -> None:
        """One pane alone, or both."""
        self._full = not self._full
        self._lay_out()

    def action_back(self) -> None:
        """From one pane to both, from the curves to what differs, then out."""
        if self._full:
            self.action_full()
        elif self._curves.has_focus:
            self.action_other_pane()
        else:
            self.action_leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The examples of one job have no place among several; of most files it is known what they hold."""
        if action == "worst":
            return False
        if action == "contents":
            return self.is_mounted and not self._fetching and bool(self._in_doubt())
        return super().check_action(action, parameters)
