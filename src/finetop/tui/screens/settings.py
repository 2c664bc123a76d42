"""The settings as they hold now: what the file and the environment say, and where everything lies."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.config import source_of
from finetop.tui.choices import Choices
from finetop.tui.screens.dialog import Dialog
from finetop.tui.screens.help import Sheet

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.config import Profile
    from finetop.config.inventory import Item
    from finetop.errors import BadInput
    from finetop.session import Session
    from finetop.tui.widgets.runs import Run

LABEL = 27
LEAST = 20
"""Cells of a value, however narrow the screen is."""


class Held(NamedTuple):
    """What holds now, as far as it may be shown."""

    problems: Sequence[BadInput]
    profiles: Sequence[Profile]
    settings: Mapping[str, Any]
    variables: Mapping[str, str]
    items: Sequence[Item]
    worn: Mapping[str, str] = {}
    """What this screen has in place of the settings of these names."""


def settings_lines(held: Held, width: int) -> list[tuple[Run, ...]]:
    """Mistakes first, then the settings, the profiles, the variables and the places."""
    lines: list[tuple[Run, ...]] = []
    for problem in held.problems:
        lines += [((f"! {part}", "bad"),) for part in textwrap.wrap(text.clean(problem.message), width - 2)]
        lines += [((f"  {part}", "muted"),) for part in textwrap.wrap(text.clean(problem.advice), width - 2)]
    kept = [item for item in held.items if item.files]
    groups: tuple[tuple[str, Iterable[tuple[str, str]]], ...] = (
        (
            "Settings",
            [(name, _beside(said, held.worn.get(name, said))) for name, said in _flat(held.settings)],
        ),
        ("Profiles", ((profile.name, _in_short(profile)) for profile in held.profiles)),
        ("Variables", held.variables.items()),
        ("Places", ((item.name, f"{text.size(item.size_bytes)}  {item.path}") for item in kept)),
    )
    for head, pairs in groups:
        if lines:
            lines.append(())
        lines.append(((head, "bright"),))
        lines += _pairs(pairs, width) or [(("none", "faint"),)]
    return lines


def _pairs(pairs: Iterable[tuple[str, str]], width: int) -> list[tuple[Run, ...]]:
    """A line for each, or more where its value is long."""
    lines: list[tuple[Run, ...]] = []
    for name, value in pairs:
        label = text.pad(text.clean(name), LABEL)
        if not label.endswith(" "):
            lines.append(((text.clean(name), "muted"),))
            label = " " * LABEL
        room = max(LEAST, width - LABEL)
        for part in textwrap.wrap(text.clean(value), room, break_on_hyphens=False) or [""]:
            lines.append(((label, "muted"), (part, "text")))
            label = " " * LABEL
    return lines


def _beside(said: str, now: str) -> str:
    return said if now == said else f"{said}; on this screen {now}"


def _in_short(profile: Profile) -> str:
    source = source_of(profile)
    parts = (
        profile.dialect,
        profile.address or profile.path,
        f"key from {source}" if source else "",
        "read-only" if profile.read_only else "",
    )
    return "  ".join(filter(None, parts))


def _flat(settings: Mapping[str, Any], lead: str = "") -> list[tuple[str, str]]:
    """Tables in tables as `alerts.command`; what is empty is told as such."""
    pairs: list[tuple[str, str]] = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{lead}{name}.")
        else:
            pairs.append((lead + name, _said(value)))
    return pairs


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None or value == "" else str(value)


class SettingsView(Dialog[None]):
    """A sheet that scrolls."""

    AUTO_FOCUS = "Sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "comma",
            "leave",
            "Back",
            show=False,
            key_display=",",
            id="settings.leave",
            tooltip="Close this",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    @property
    def question(self) -> str:
        """Where they stand."""
        return f"Settings in {self._session.paths.config_file}"

    def content(self) -> Iterable[Widget]:
        """One sheet."""
        yield Sheet()

    def on_resize(self) -> None:
        """Long values take more lines where there is less room."""
        self.read()

    @work(exit_on_error=False, exclusive=True)
    async def read(self) -> None:
        """Read the file and look at the places, off this thread."""
        worn = self.app.worn() if isinstance(self.app, Choices) else {}
        held = (await asyncio.to_thread(self._held))._replace(worn=worn)
        self.query_one(Sheet).write([(), *settings_lines(held, min(86, self.size.width - 8))])

    def _held(self) -> Held:
        from finetop.config import Settings  # noqa: PLC0415 - the first paint does without
        from finetop.config.inventory import inventory  # noqa: PLC0415
        from finetop.config.masked import masked_settings, masked_variables  # noqa: PLC0415
        from finetop.config.reading import read  # noqa: PLC0415
        from finetop.config.settings import overridden  # noqa: PLC0415
        from finetop.errors import BadInput  # noqa: PLC0415

        paths, environ, profiles = self._session.paths, self._session.environ, self._session.profiles
        found = read(paths.config_file)
        settings, problems = found.settings or Settings(), list(found.problems)
        try:
            settings = overridden(settings, environ)
        except BadInput as error:
            problems.append(error)
        return Held(
            problems,
            profiles,
            masked_settings(settings),
            masked_variables(environ),
            inventory(paths, profiles),
        )
