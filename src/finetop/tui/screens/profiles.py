"""The profiles: how each is doing, how often it is asked, and which of them the list shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.config import source_of
from finetop.tui.palette import profile_role
from finetop.tui.screens.dialog import Dialog, Paper, facts
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.hints import Hints
from finetop.tui.widgets.runs import Line, Run
from finetop.tui.widgets.title import profile_words

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget

    from finetop.config import Profile
    from finetop.session import Session
    from finetop.store.rows import ProfileState

ALL: Final = "all profiles"
WIDE: Final = 70
"""Cells of a whole line."""
WIDEST: Final = 92
BESIDE: Final = 16
"""Cells of a line of facts that its label and the box take."""
LOOK_S: Final = 1.0
"""How often the states are read while the dialog is open; what did not change is not painted."""
HINTS: Final = (
    ("move.pick", "Show only this"),
    ("profile.slower profile.faster", "Slower, faster"),
    ("profile.usual", "As usual"),
    ("profile.pause", "Pause all"),
)


def profile_line(
    state: ProfileState | None, now: float, *, jobs: int, pace_s: float | None, width: int = WIDE
) -> list[Run]:
    """One profile: name, jobs, how it is doing, how often it is asked. Without a state, all of them.

    The number of jobs gives way where there is little room.
    """
    is_wide = width >= WIDE
    number = f"{text.count(jobs)} job{'s' * (jobs != 1)}".rjust(11) if is_wide else ""
    first, second, third = (18, 16, 13) if is_wide else (16, 15, 12)
    if state is None:
        return [(text.pad(ALL, first), "text"), (number, "muted")]
    words, role = profile_words(state, now)
    name = text.pad(text.shorten_middle(text.clean(state.name), first - 2), first)
    pace = "" if pace_s is None else f"every {pace_s:g} s"
    return [
        (name, profile_role(state.colour, "text")),
        (number, "muted"),
        ("  " if number else "", "text"),
        (text.pad(f"{words}  ", second), role),
        (text.pad(pace, third), "muted"),
        *([("read-only", "reverse")] if state.read_only else []),
    ]


def profile_facts(profile: Profile, state: ProfileState, room: int = 0) -> list[tuple[Run, ...]]:
    """Where it is, whose key it takes (never the key itself), who asks it, and what is wrong."""
    left = ""
    if state.requests_left is not None:
        of = f" of {text.count(state.requests_limit)}" if state.requests_limit is not None else ""
        left = f"{text.count(state.requests_left)}{of} requests left"
    wrong: Sequence[Run] = ((text.clean(state.message), "warn"),) if state.message else ()
    return facts(
        (
            ("Address", ((text.clean(profile.address or profile.path or "on this machine"), "text"),)),
            ("Speaks", ((profile.dialect, "text"),)),
            ("Key", ((text.clean(source_of(profile)), "text"),)),
            ("Asked by", ((text.clean(state.poller), "text"), (f"  {left}" if left else "", "muted"))),
            ("Trouble", wrong),
        ),
        room=room,
    )


class ProfileList(CursorView):
    """One line for all profiles, then one for each."""

    def __init__(self, dialog: Profiles) -> None:
        super().__init__()
        self._dialog = dialog

    def body_count(self) -> int:
        """All, and each."""
        return len(self._dialog.states) + 1

    def body_line(self, index: int, width: int) -> Line:
        """One of them."""
        here = index == self.cursor
        mark = self.glyphs.cursor if here else " "
        return Line(
            ((f"{mark} ", "accent"), *self._dialog.line(index, width - 2)), "cursor" if here else "float"
        )

    def cursor_moved(self, before: int) -> None:  # noqa: ARG002 - only where it is now counts
        """Other facts."""
        self._dialog.write()

    def picked(self) -> None:
        """Show only this one."""
        self._dialog.take()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - it scrolls
        """As high as its lines, as far as the screen goes."""
        return max(1, min(self.body_count(), self.app.size.height - 14))


class Profiles(Dialog[str]):
    """Returns the name of the profile to show alone; empty for all of them."""

    AUTO_FOCUS = "ProfileList"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"pace('{pace}')", word, key_display=shown, id=f"profile.{pace}", tooltip=tooltip)
            for key, shown, pace, word, tooltip in (
                ("plus", "+", "faster", "Faster", "Poll twice as often"),
                ("minus", "-", "slower", "Slower", "Poll half as often"),
                ("u", "u", "usual", "As usual", "Poll as often as usual"),
            )
        ),
        Binding("p", "pause", "Pause", id="profile.pause", tooltip="Stop asking all of them, or go on"),
        Binding("P", "leave", "Back", show=False, id="profile.leave", tooltip="Close this"),
    ]

    def __init__(
        self,
        session: Session,
        *,
        ask: Callable[[str, int | None], object],
        pause: Callable[[], object],
        shown: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`ask` changes a pace (`faster`, `slower`, `usual`), of an account or of all of them.

        `shown` is the profile that is shown alone now.
        """
        super().__init__()
        self.session = session
        self._clock = clock
        self.states = session.states()
        self._ask = ask
        self._pause = pause
        self._shown = shown

    @property
    def question(self) -> str:
        """What they are."""
        return "Profiles"

    def content(self) -> Iterable[Widget]:
        """The list, what is known of the one under the cursor, and the keys."""
        yield ProfileList(self)
        yield Paper(id="facts")
        yield Hints(*HINTS)

    def on_mount(self) -> None:
        """The cursor is on what is shown now."""
        names = [state.name for state in self.states]
        if self._shown in names:
            self.query_one(ProfileList).move_to(names.index(self._shown) + 1)
        self.write()
        self.set_interval(LOOK_S, self.look)

    def on_resize(self) -> None:
        """Sentences take more lines where there is less room."""
        self.write()

    def line(self, index: int, width: int = WIDE) -> list[Run]:
        """A line of the list: all profiles, then each."""
        if index == 0:
            return profile_line(
                None, 0.0, jobs=sum(state.jobs for state in self.states), pace_s=None, width=width
            )
        state = self.states[index - 1]
        pace_s = state.pace_s
        if pace_s is None and state.account is not None:
            pace_s = self.session.own_pace_s(state.account)
        return profile_line(state, self._clock(), jobs=state.jobs, pace_s=pace_s, width=width)

    @property
    def current(self) -> ProfileState | None:
        """The profile under the cursor; None for all of them."""
        place = self.query_one(ProfileList).cursor
        return self.states[place - 1] if place else None

    def look(self) -> None:
        """Something has changed: read it anew."""
        self.states = self.session.states()
        self.query_one(ProfileList).redraw()
        self.write()

    def write(self) -> None:
        """What is known of the profile under the cursor."""
        known = {profile.name: profile for profile in self.session.profiles}
        room = min(WIDEST, self.app.size.width) - BESIDE
        lines = {state.name: profile_facts(known[state.name], state, room) for state in self.states}
        state = self.current
        chosen = lines[state.name] if state is not None else []
        most = max(map(len, lines.values()), default=0)
        self.query_one("#facts", Paper).write([(), *chosen, *([()] * (most - len(chosen)))])

    def take(self) -> None:
        """Show only this one."""
        self.dismiss(self.current.name if self.current is not None else "")

    def action_pace(self, wanted: str) -> None:
        """Ask this profile more or less often, or all of them."""
        self._ask(wanted, self.current.account if self.current is not None else None)

    def action_pause(self) -> None:
        """Stop asking, or go on."""
        self._pause()
