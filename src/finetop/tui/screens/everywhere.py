"""What works on every full screen of finetop, whatever it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop.tui.messages import Said
from finetop.tui.remembered import remembered_of
from finetop.tui.screens.handing_over import HandingOver
from finetop.tui.screens.polling import Polling
from finetop.tui.screens.settings import SettingsView

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store import Store


class Everywhere(Polling, HandingOver):
    """A screen over one store and one session; help and palette are the app's."""

    PLACE: ClassVar[str] = "finetop"
    """How the help calls it; a pane that says so itself is called by its own `PLACE`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh", show=False, id="data.refresh", tooltip="Ask all profiles now"),
        Binding(
            "comma",
            "settings",
            "Settings",
            show=False,
            key_display=",",
            id="app.settings",
            tooltip="Show the settings, and where everything lies",
        ),
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

    def action_settings(self) -> None:
        """What holds now, and the file it stands in."""
        self.app.push_screen(SettingsView(self.session))
