"""How often providers are asked, changed from the screen; whichever process asks them obeys."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.acts import Act
from finetop.tui.messages import ProfileChosen
from finetop.tui.screens.profiles import Profiles
from finetop.tui.screens.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.session import Session
    from finetop.store.rows import ProfileState

NAMES = 24
"""Cells of names in a sentence; profiles whose names need more are counted."""
SLOWEST_S = 3600.0
FASTEST_S = 1.0


class Polling(Saying):
    """The part of a screen that says when to ask, and when not to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "p",
            "pause_polling",
            "Pause polling",
            show=False,
            id="data.pause",
            tooltip="Stop asking, or go on",
        ),
        Binding(
            "P",
            "profiles",
            "Profiles",
            show=False,
            id="app.profiles",
            tooltip="Choose a profile, or how often it is asked",
        ),
    ]
    ACTIONS: ClassVar[tuple[Act, ...]] = (
        Act("pace.slower", "Poll half as often", "pace('slower')"),
        Act("pace.faster", "Poll twice as often", "pace('faster')"),
        Act("pace.usual", "Poll as often as usual", "pace('usual')"),
    )
    session: Session

    def action_profiles(self) -> None:
        """How each is doing, how often it is asked, and which of them is shown alone."""
        dialog = Profiles(
            self.session,
            ask=self.action_pace,
            pause=self.action_pause_polling,
            shown=self.shown_profile,
            clock=getattr(self.app, "clock", time.time),
        )
        self.app.push_screen(dialog, self._show_profile)

    @property
    def shown_profile(self) -> str:
        """The profile that all screens show alone; empty for all of them."""
        return getattr(self.app, "shown_profile", "")

    def _show_profile(self, name: str | None) -> None:
        if name is not None and name != self.shown_profile:
            self.app.post_message(ProfileChosen(name))

    def profile_shown(self) -> None:
        """Another profile is to be shown alone, or all of them."""

    @work(exit_on_error=False)
    async def action_pause_polling(self) -> None:
        """Pause, or go on where anything is paused."""
        paused = not any(state.paused for state in self.session.states())
        await self._told(self.session.set_paused(paused=paused), "" if paused else "Polling goes on.")

    @work(exit_on_error=False)
    async def action_pace(self, wanted: str, only: int | None = None) -> None:
        """`faster` and `slower` halve and double what is; `usual` is each profile's own pace.

        `only` is the account meant; None for all.
        """
        states = {
            state.account: state
            for state in self.session.states()
            if state.account is not None and only in {None, state.account}
        }
        paces = {account: self._next_pace_s(state, account, wanted) for account, state in states.items()}
        said = ", ".join(
            f"{text.clean(state.name)} every {paces[account] or self.session.own_pace_s(account):g} s"
            for account, state in states.items()
        )
        await self._told(self.session.set_pace(paces), f"Running jobs are asked about: {said}.")

    def _next_pace_s(self, state: ProfileState, account: int, wanted: str) -> float | None:
        own_s = self.session.own_pace_s(account)
        if wanted == "usual":
            return None
        factor = 0.5 if wanted == "faster" else 2.0
        new_s = min(max((state.pace_s or own_s) * factor, min(own_s, FASTEST_S)), SLOWEST_S)
        return None if new_s == own_s else new_s


def pause_note(states: Sequence[ProfileState], key: str) -> str:
    """What the title line says in place of the ages; empty where anything is asked."""
    return f"polling paused, {key} resumes" if states and all(state.paused for state in states) else ""


def why_no_jobs(states: Sequence[ProfileState], create: str, profiles: str) -> str:
    """What stands where there is no job at all, with the keys for creating one and for the profiles.

    Nobody has said that there is none before a provider has answered. No key where nothing can be created.
    """
    unheard = [state for state in states if state.last_ok_at is None and state.state != "not started"]
    if asked := [state.name for state in unheard if state.state == "never" and not state.paused]:
        return f"Asking {_names(asked)}."
    if unheard and all(state.last_ok_at is None for state in states):
        return f"No answer from {_names([state.name for state in unheard])} yet. {profiles} tells why."
    return f"No jobs yet. {create} creates one." if create else "No jobs yet."


def _names(names: Sequence[str]) -> str:
    found = ", ".join(map(text.clean, names))
    return found if len(names) == 1 or text.cells(found) <= NAMES else f"{len(names)} profiles"
