"""The title line: what is shown at the left, how each profile is doing at the right.

TitleBar().show(profiles, counts, now=..., where=("openai", "status:failed", "support-bot-v3"), as_of="")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.palette import profile_role
from finetop.tui.widgets.oneline import OneLine
from finetop.tui.widgets.runs import Run, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.store.rows import ProfileState

_COUNTED: Final = (("running", "good"), ("paused", "warn"), ("failed", "bad"))
_WORST_LAST: Final = (
    "not started",
    "never",
    "ok",
    "limited",
    "none",
    "stale",
    "offline",
    "no key",
    "refused",
)
_SAID: Final = {
    "no key": ("no key !", "bad"),
    "refused": ("key refused !", "bad"),
    "none": ("no fine-tuning API !", "warn"),
    "limited": ("asked to wait !", "warn"),
    "never": ("asking", "muted"),
}
_COUNTLESS: Final = 2
_NAMELESS: Final = 3
"""What does not fit is lost in this order: `all profiles`, the number of jobs, where one is, profiles."""
CRUMB: Final = 34
"""Cells of a query or of a job's name."""
LIVE_S: Final = 60
"""Younger than this an answer is called live: a counting age would keep an idle screen busy."""


class TitleBar(OneLine):
    """One line that is painted only when one of its words changes."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "title") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._profiles: tuple[ProfileState, ...] = ()
        self._counts: Mapping[str, int] = {}
        self._jobs = 0
        self._now = 0.0
        self._where: tuple[str, ...] = ()
        self._note: tuple[str, str] = ("", "warn")
        self._as_of = ""

    def show(
        self,
        profiles: Sequence[ProfileState],
        counts: Mapping[str, int],
        *,
        now: float,
        where: Sequence[str] = (),
        as_of: str = "",
    ) -> None:
        """Take the state of the profiles, and how many jobs have which status.

        `where` is the profile that is shown alone, the query and the job one has gone into, as far as
        there are such.
        """
        self._profiles = tuple(sorted(profiles, key=_badness))
        self._counts = dict(counts)
        self._jobs = sum(counts.values())
        self._now, self._as_of = now, text.clean(as_of)
        self._where = tuple(text.clean(part) for part in where)
        self.redraw()

    def note(self, sentence: str, role: str = "warn") -> None:
        """A sentence in place of the profiles (`polling paused, p resumes`); "" takes it back."""
        self._note = (text.clean(sentence), role)
        self.redraw()

    def line_runs(self, width: int) -> list[Run]:
        """The longest form that fits: counts stay, healthy profiles go first, a stale one stays."""
        narrow = width < 100
        gap = "  " if narrow else "   "
        states = list(self._profiles)
        last = _NAMELESS + len(states)
        for lost in range(last + 1):
            left = self._left(gap, lost)
            kept = states[max(0, lost - _NAMELESS) :]
            right = self._right(kept, gap, narrow=narrow)
            room = width - 2 - width_of(left) - width_of(right)
            if room >= len(gap) or lost == last:
                break
        return [(" ", "text"), *left, (" " * max(1, room), "text"), *right, (" ", "text")]

    def _left(self, gap: str, lost: int) -> list[Run]:
        """What it is, where one is and how many jobs there are, but for what is lost for want of room."""
        runs: list[Run] = [("finetop", "key")]
        if lost < _NAMELESS:
            runs += self._crumbs(gap, full=not lost)
        if self._is_read_only:
            runs += [(gap, "text"), ("read-only", "reverse")]
        if lost < _COUNTLESS and self._jobs:
            runs += [(gap, "text"), (f"{text.count(self._jobs)} job{'s' * (self._jobs != 1)}", "muted")]
        for status, role in _COUNTED:
            if number := self._counts.get(status):
                runs += [(gap, role), (f"{number} {status}", role)]
        return runs

    @property
    def _alone(self) -> ProfileState | None:
        """The one profile there is, or that is shown alone."""
        shown = [state for state in self._profiles if text.clean(state.name) in self._where[:1]]
        found = shown or self._profiles
        return found[0] if len(found) == 1 else None

    @property
    def _is_read_only(self) -> bool:
        """True where nothing that is shown can be changed."""
        if self._alone is not None:
            return self._alone.read_only
        return bool(self._profiles) and all(state.read_only for state in self._profiles)

    def _crumbs(self, gap: str, *, full: bool) -> list[Run]:
        """From the profile to the job; `all profiles` gives way first."""
        alone, parts = self._alone, list(self._where)
        runs: list[Run] = []
        if alone is not None:
            name = text.clean(alone.name)
            parts = parts[1:] if parts[:1] == [name] else parts
            runs = [(gap, "text"), (name, profile_role(alone.colour, "text"))]
        elif full or not parts:
            runs = [(gap, "text"), ("all profiles", "text")] if full else []
        for part in parts:
            shown = text.shorten_middle(part, CRUMB)
            runs += [(" / ", "faint") if runs else (gap, "text"), (shown, "text")]
        return runs

    def _right(self, states: Sequence[ProfileState], gap: str, *, narrow: bool) -> list[Run]:
        if self._as_of:
            return [(f"as of {self._as_of}", "muted")]
        if self._note[0]:
            return [self._note]
        runs: list[Run] = []
        for state in states:
            words, role = profile_words(state, self._now, narrow=narrow)
            name = text.clean(state.name)
            runs += [
                (gap if runs else "", "text"),
                (f"{name} ", profile_role(state.colour, role if role != "text" else "muted")),
                (words, role),
            ]
        return runs


def _badness(profile: ProfileState) -> int:
    state = "limited" if profile.is_low and profile.state == "ok" else profile.state
    return _WORST_LAST.index(state) if state in _WORST_LAST else len(_WORST_LAST)


def profile_words(state: ProfileState, now: float, *, narrow: bool = False) -> tuple[str, str]:
    """How a profile is doing, and in which role."""
    age_s = None if state.last_ok_at is None else max(0.0, now - state.last_ok_at)
    age = text.age(age_s)
    if state.paused:
        return "paused", "warn"
    match state.state:
        case "ok" if state.is_low:
            return f"{text.count(state.requests_left or 0)} requests left !", "warn"
        case "ok":
            return ("live" if age_s is None or age_s < LIVE_S else age), "text"
        case "stale":
            return (f"{age} !" if narrow else f"{age} old !"), "warn"
        case "offline":
            return f"offline {age} !".replace("  ", " "), "warn"
        case other:
            return _SAID.get(other, (text.clean(other), "faint"))
