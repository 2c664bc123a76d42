"""What works on every full screen of finetop, whatever it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType

from finetop.tui.messages import FileWanted, ModelWanted, Said
from finetop.tui.remembered import remembered_of
from finetop.tui.screens.handing_over import HandingOver
from finetop.tui.screens.polling import Polling
from finetop.tui.screens.settings import SettingsView

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store import Store


BESIDE: Final = 2
"""Screens in the stack when one beside the main one is on top."""


class Everywhere(Polling, HandingOver):
    """A screen over one store and one session; help and palette are the app's."""

    PLACE: ClassVar[str] = "finetop"
    """How the help calls it; a pane that says so itself is called by its own `PLACE`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh", show=False, id="data.refresh", tooltip="Ask all profiles now"),
        Binding(
            "A",
            "actions",
            "Actions",
            show=False,
            id="app.actions",
            tooltip="Show what was asked of providers, and their answers",
        ),
        Binding(
            "comma",
            "settings",
            "Settings",
            show=False,
            key_display=",",
            id="app.settings",
            tooltip="Show the settings, and where everything lies",
        ),
        Binding("5", "shelf('files')", "files", show=False, id="pane.files", tooltip="To the files"),
        Binding("6", "shelf('models')", "models", show=False, id="pane.models", tooltip="To the models"),
    ]

    def __init__(self, store: Store, session: Session) -> None:
        super().__init__()
        self.store = store
        self.session = session

    @property
    def panes(self) -> Sequence[Widget]:
        """The panes whose actions can be found from any of them."""
        return ()

    def reach(self, pane: Widget) -> None:
        """Bring one of the panes into sight, and give it the focus."""
        self.set_focus(pane, scroll_visible=False)

    def recall(self) -> None:
        """Be as one was when one was last left; a screen calls it before it first paints."""
        remembered_of(self.app).restore(self)

    def on_screen_suspend(self) -> None:
        """Something else is shown; this screen may not come back."""
        remembered_of(self.app).hold(self)

    def action_refresh(self) -> None:
        """Ask at once."""
        self.session.refresh()
        self.post_message(Said("Asking all profiles."))

    def action_shelf(self, name: str, wanted: tuple[int, str] | None = None) -> None:
        """To the files or the models of all profiles, to one of them where it is wanted.

        What was open beside the main screen, or above them, is left.
        """
        from finetop.tui.screens.files import FilesScreen  # noqa: PLC0415 - the first paint needs none of it
        from finetop.tui.screens.models import ModelsScreen  # noqa: PLC0415 - as above

        kind = FilesScreen if name == "files" else ModelsScreen
        app = self.app
        while len(app.screen_stack) > BESIDE and not isinstance(app.screen, kind):
            app.pop_screen()
        if len(app.screen_stack) < BESIDE:
            app.push_screen(kind(self.store, self.session, wanted))
        elif not isinstance(app.screen, kind):  # the main screen need not be drawn in between
            app.switch_screen(kind(self.store, self.session, wanted))

    @on(FileWanted)
    def _open_file(self, event: FileWanted) -> None:
        """Show what a job's file holds."""
        from finetop.tui.contents import Wanted  # noqa: PLC0415 - as above
        from finetop.tui.screens.viewer import open_file  # noqa: PLC0415 - as above

        file = event.file
        open_file(self, Wanted(event.key.account, file.id, file.filename or "", file.size_bytes))

    @on(ModelWanted)
    def _look_up(self, event: ModelWanted) -> None:
        """Show a job's model among all models."""
        self.action_shelf("models", (event.key.account, event.model))

    def action_settings(self) -> None:
        """What holds now, and the file it stands in."""
        self.app.push_screen(SettingsView(self.session))

    def action_actions(self) -> None:
        """What was asked of whom, and the answers."""
        from finetop.tui.screens.actions import ActionsScreen  # noqa: PLC0415 - it is a screen of this kind

        self.app.push_screen(ActionsScreen(self.store, self.session))
