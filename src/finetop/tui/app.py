"""The app: it wires store, session and screens, and ends in order whichever way it is told to end."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from finetop import frame
from finetop.session import Session
from finetop.store import Store
from finetop.tui import crash
from finetop.tui.acts import key_to, offers
from finetop.tui.choices import Choices
from finetop.tui.driver import FinetopDriver
from finetop.tui.listing import Listing
from finetop.tui.messages import ProfileChosen, Rung, Said, StoreChanged
from finetop.tui.remembered import FILE, Remembered, place_of
from finetop.tui.screens.everywhere import Everywhere
from finetop.tui.screens.help import Help
from finetop.tui.screens.main import MainScreen
from finetop.tui.screens.palette import Palette
from finetop.tui.screens.polling import Polling
from finetop.tui.screens.saying import Saying
from finetop.tui.start import Options, run

if TYPE_CHECKING:
    from textual.screen import Screen

    from finetop.tui.keymap import Keymap

__all__ = ["FinetopApp", "Options", "run"]

_MERGED = "alt+"
"""On a slow line esc and the next key arrive in one piece, which reads as alt; nothing is bound to alt."""

PATIENCE_S = 2.0
"""After a signal: how long the orderly end may take before the terminal is taken back by force."""


class FinetopApp(Choices[int]):
    """One run of the screen over one store and one session."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+c",
            "copy_or_hint",
            "Copy",
            show=False,
            id="app.copy_selection",
            tooltip="Copy the selected text",
        ),
        Binding(
            "colon,ctrl+p",
            "palette",
            "Actions",
            show=False,
            key_display=":",
            id="app.palette",
            tooltip="Find an action by its name",
        ),
        Binding(
            "question_mark,f1", "help", "Help", key_display="?", id="app.help", tooltip="Show these keys"
        ),
    ]

    def __init__(
        self,
        options: Options,
        *,
        make_session: Callable[..., Session] = Session,
        clock: Callable[[], float] = time.time,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        super().__init__(theme=options.theme, glyphs=options.glyphs, keymap=_keymap(options), environ=environ)
        self.options = options
        self.environ = environ
        self.spare_folder = options.paths.state_dir
        self.remembered = self._remembered(options)
        kept = self.remembered.part("app").text("profile")
        self.shown_profile = kept if kept in {profile.name for profile in options.profiles} else ""
        """The profile that all screens show alone; empty for all of them."""
        self.begin_choices(self.remembered.everywhere, mouse=options.mouse)
        self.clock = clock
        self.store = Store(options.paths.store_file)
        try:
            self.session = make_session(
                options.paths,
                options.profiles,
                self.store,
                on_change=self._store_changed,
                start_local=options.start_local,
            )
        except BaseException:
            self.store.close()
            raise
        self.listing = Listing(self.store, self.session.names, options.condition, clock=clock)
        self._main = MainScreen(options, self.store, self.session, self.listing, clock=clock)
        self._started = False
        self._ended = False
        self._wants_to_leave = False
        """The last key was ctrl+c, with nothing to copy."""
        self._leaving = threading.Event()

    @property
    def crash_file(self) -> Path:
        """Beside what is remembered of the screen."""
        return self.options.paths.state_dir / crash.NAME

    def get_default_screen(self) -> Screen[Any]:
        """The one screen under all others."""
        return self._main

    # --- beginning --------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Draw first; whatever talks to a network comes after."""
        if not self.is_headless:
            for number in (signal.SIGHUP, signal.SIGTERM):
                signal.signal(number, self._on_signal)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The screen is up: what has loaded stays for good, and the session may begin to talk."""
        gc.freeze()
        gc.enable()
        self._started = True
        self.session.start()
        self._main.begin()
        if notice := self.options.paths.notice:
            self._main.post_message(Said(notice))

    def _store_changed(self) -> None:
        """Called on the network thread."""
        if self.is_running:
            for screen in list(self.screen_stack):
                if isinstance(screen, Everywhere):
                    screen.post_message(StoreChanged())

    def on_profile_chosen(self, event: ProfileChosen) -> None:
        """All screens show the things of one profile, or of all."""
        self.shown_profile = event.name
        for screen in self.screen_stack:
            if isinstance(screen, Polling):
                screen.profile_shown()

    # --- ending -----------------------------------------------------------------------------------------

    def show(self) -> int:
        """Run until the end; the exit code, if the process does not end with the screen."""
        try:
            return self.run(mouse=self.mouse) or self.return_code or 0
        finally:
            self.end()

    async def action_quit(self) -> None:
        """Leave at once and in order."""
        self.leave(0)

    def leave(self, code: int) -> None:
        """Keep the frame, give the terminal back, close everything, and end the process."""
        if self._leaving.is_set():
            return
        self._leaving.set()
        if code == 0:  # a window that was closed says nothing of what was seen
            self._main.seen()
        self._keep_state()
        self._keep_frame()
        driver = self._driver
        if not isinstance(driver, FinetopDriver) or self.is_headless:
            self.exit(code)
            return
        # Textual's own farewell joins its threads and unmounts every widget: a third of a second.
        driver.give_back()
        self.end()
        os._exit(code)

    def end(self) -> None:
        """Close session and store, and let the front end clean up; twice does nothing."""
        if self._ended:
            return
        self._ended = True
        self._leaving.set()
        self.session.close()
        self.store.close()
        if self.options.at_end is not None:
            self.options.at_end()

    def _on_signal(self, number: int, _frame: object) -> None:
        """SIGHUP and SIGTERM end as `q` does, even when the terminal no longer takes what is written."""
        self._outside.end()
        threading.Thread(target=self._end_by_force, args=(128 + number,), daemon=True).start()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.leave, 128 + number)

    def _end_by_force(self, code: int) -> None:
        time.sleep(PATIENCE_S)
        if isinstance(self._driver, FinetopDriver):
            self._driver.give_back_by_force()
        self.end()
        os._exit(code)

    @staticmethod
    def _remembered(options: Options) -> Remembered:
        names = (profile.name for profile in options.profiles)
        query = options.condition.text if options.condition else ""
        file = options.paths.state_dir / FILE if options.keep_frame else None
        return Remembered(file, place_of(names, query))

    def _keep_state(self) -> None:
        """Remember what was open, whichever screens it was on."""
        if self._started:
            for screen in self.screen_stack:
                self.remembered.hold(screen)
            self.remembered.put("app", {"profile": self.shown_profile})
            self.remembered.keep(self.choices())

    def _keep_frame(self) -> None:
        """Save what the screen shows, unless a dialog or a form is open."""
        if not self.options.keep_frame or self.screen is not self._main or not self._started:
            return
        rows = self._main.saved_rows()
        if rows:
            frame.save(frame.key(self.options.arguments, self.size), rows)

    async def on_event(self, event: events.Event) -> None:
        """A notice stands until the next key; one that nobody wanted comes back here, and is not the next."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.hearing.clear_notice()
            self._main.touched()
            if event.key != "ctrl+c":
                self._wants_to_leave = False
            if event.key.startswith(_MERGED):
                await super().on_event(events.Key("escape", None))
                key = event.key.removeprefix(_MERGED).removeprefix("shift+")
                event = events.Key((len(key) == 1 and event.character) or key, event.character)
        await super().on_event(event)

    # --- talking ----------------------------------------------------------------------------------------

    @property
    def hearing(self) -> Saying:
        """The topmost screen that has a notice line: what the app itself says stands there."""
        return next((one for one in reversed(self.screen_stack) if isinstance(one, Saying)), self._main)

    def notify(self, message: str, **_: Any) -> None:
        """What Textual itself has to say goes to the notice line as well."""
        self.say(Said(message))

    def on_rung(self, event: Rung) -> None:
        """Textual's own bell rings and can do no more."""
        if event.sequence:
            self.send(event.sequence)

    def action_copy_or_hint(self) -> None:
        """Copy the mouse selection; without one, say how to leave."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        else:
            self._say_how_to_leave()

    def _say_how_to_leave(self) -> None:
        """Who presses ctrl+c twice means it; in a form it might be a slip that loses what was typed."""
        screen = self.screen
        if not isinstance(screen, Everywhere):
            return
        if self._wants_to_leave:
            self._main.action_leave()
            return
        self._wants_to_leave = True
        key = key_to(screen, "app.quit", "q")
        self.say(Said(f"{key} leaves finetop, and so does ctrl+c again.", "ctrl+q leaves at once."))

    # --- finding one's way ------------------------------------------------------------------------------

    def action_help(self) -> None:
        """The keys that work where the focus is."""
        focused, screen = self.focused, self.screen
        place = getattr(focused, "PLACE", "") or getattr(screen, "PLACE", "finetop")
        self.push_screen(Help(place, screen, self.glyphs))

    def action_palette(self) -> None:
        """Find an action by its name; it is done where the focus is, or in the pane it belongs to."""
        screen = self.screen
        found = offers(screen, screen.panes if isinstance(screen, Everywhere) else ())

        async def do(place: str | None) -> None:
            if place is None:
                return
            chosen = found[int(place)]
            if chosen.pane is not None and isinstance(screen, Everywhere):
                screen.reach(chosen.pane)
            await self.run_action(chosen.action, chosen.node)

        self.push_screen(Palette(found), do)


def _keymap(options: Options) -> Keymap | None:
    """The keys of the settings; None where nobody wants others. Raises BadFile with the line."""
    if options.keys is None or options.keys.is_shipped:
        return None
    from finetop.tui.key_table import checked  # noqa: PLC0415 - it knows all screens

    return checked(options.keys, options.paths.config_file)
