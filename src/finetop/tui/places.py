"""Where keys are pressed: each place is a chain of classes, from the one that has the focus to the app.

What a key does is looked for along that chain, and a dialog ends it. A place that is missing here makes a
test fail: `finetop keys` would not tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from finetop.tui.acts import bound
from finetop.tui.app import FinetopApp
from finetop.tui.panes.actions import ActionsPane
from finetop.tui.panes.compared_curves import ComparedCurves
from finetop.tui.panes.curves import CurvesPane
from finetop.tui.panes.detail import DetailPane
from finetop.tui.panes.differences import DifferencesPane
from finetop.tui.panes.events import EventsPane
from finetop.tui.panes.files import FilesPane
from finetop.tui.panes.grid import PaneGrid
from finetop.tui.panes.jobs import JobsPane
from finetop.tui.panes.models import ModelsPane
from finetop.tui.panes.record import RecordPane
from finetop.tui.panes.records import RecordsPane
from finetop.tui.screens.actions import Action, ActionsScreen
from finetop.tui.screens.away import Away
from finetop.tui.screens.bulk import ConfirmBulk
from finetop.tui.screens.choose_columns import ChooseColumns, ColumnList
from finetop.tui.screens.choose_measures import ChooseMeasures, MeasureList
from finetop.tui.screens.choose_view import ChooseView, ViewList
from finetop.tui.screens.compare import CompareScreen
from finetop.tui.screens.confirm import Confirm, ConfirmLeave
from finetop.tui.screens.create import CreateForm
from finetop.tui.screens.dialog import Act
from finetop.tui.screens.fields import Entry
from finetop.tui.screens.files import FilesScreen
from finetop.tui.screens.handing_over import CopyMenu
from finetop.tui.screens.help import Help, Sheet
from finetop.tui.screens.leave_out import KindList, LeaveOut
from finetop.tui.screens.main import MainScreen
from finetop.tui.screens.model_facts import ModelFacts
from finetop.tui.screens.models import ModelsScreen
from finetop.tui.screens.palette import Palette
from finetop.tui.screens.pick import Entries, Pick, PickFile
from finetop.tui.screens.profiles import ProfileList, Profiles
from finetop.tui.screens.settings import SettingsView
from finetop.tui.screens.themes import Themes
from finetop.tui.screens.try_prompt import TryPrompt
from finetop.tui.screens.unsure import Unsure
from finetop.tui.screens.viewer import Viewer
from finetop.tui.screens.worst import Worst
from finetop.tui.widgets.prompt import Prompt, PromptLine

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode

    Kind = type[DOMNode]


class Place(NamedTuple):
    """One place where the focus can be."""

    name: str
    chain: tuple[Kind, ...]
    typing: bool = False
    """Characters go into a field here."""

    def bindings(self) -> Iterator[Binding]:
        """What is bound here as finetop ships, the nearest first."""
        for kind in self.chain:
            yield from bound(kind)

    def depths(self) -> dict[str, int]:
        """How far from the focus each id is bound."""
        found: dict[str, int] = {}
        for depth, kind in enumerate(self.chain):
            for binding in bound(kind):
                found.setdefault(binding.id or "", depth)
        return found


def places() -> tuple[Place, ...]:
    """All of them."""
    return (
        *(Place(pane.PLACE, (pane, PaneGrid, MainScreen, FinetopApp)) for pane in _PANES),
        *(Place(pane.PLACE, (pane, screen, FinetopApp)) for pane, screen in _BESIDE),
        Place("the line over the footer", (PromptLine, Prompt), typing=True),
        Place("the form", (Entry, CreateForm, FinetopApp), typing=True),
        Place("the buttons of the form", (Act, CreateForm, FinetopApp)),
        *(Place(name, (Act, dialog)) for name, dialog in _QUESTIONS),
        *(Place(name, (shown, dialog)) for name, shown, dialog in _LISTS),
        Place("the palette", (Entry, Palette), typing=True),
        Place("the name of a view", (Entry, ChooseView), typing=True),
        Place("many jobs at once, their number", (Entry, ConfirmBulk), typing=True),
        Place("a prompt to try", (Entry, TryPrompt), typing=True),
    )


_PANES = (JobsPane, DetailPane, CurvesPane, EventsPane)
_BESIDE = (
    (FilesPane, FilesScreen),
    (ModelsPane, ModelsScreen),
    (ActionsPane, ActionsScreen),
    (DifferencesPane, CompareScreen),
    (ComparedCurves, CompareScreen),
    (RecordsPane, Viewer),
    (RecordPane, Viewer),
    (RecordsPane, Worst),
    (RecordPane, Worst),
)
_QUESTIONS = (
    ("a question", Confirm),
    ("the question whether to leave", ConfirmLeave),
    ("a job that nobody answered for", Unsure),
    ("a prompt to try", TryPrompt),
    ("many jobs at once", ConfirmBulk),
    ("the facts of a model", ModelFacts),
)
_LISTS: tuple[tuple[str, Kind, Kind], ...] = (
    ("a list to choose from", Entries, Pick),
    ("a list of files", Entries, PickFile),
    ("what you have missed", Entries, Away),
    ("a list of actions", Entries, Palette),
    ("a job that nobody answered for", Entries, Unsure),
    ("the columns", ColumnList, ChooseColumns),
    ("what curves show", MeasureList, ChooseMeasures),
    ("the views", ViewList, ChooseView),
    ("what reports leave out", KindList, LeaveOut),
    ("the profiles", ProfileList, Profiles),
    ("the help", Sheet, Help),
    ("one action", Sheet, Action),
    ("the settings", Sheet, SettingsView),
    ("what can be copied", Entries, CopyMenu),
    ("the themes", Entries, Themes),
)
