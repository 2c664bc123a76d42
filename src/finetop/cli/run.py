"""One run of the command line: its environment, its folders, and the screens it can put up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from finetop.config import FoundKey, Paths, Profile, Settings
    from finetop.config.keymap import Keys, KeyTable
    from finetop.query import Condition


class Opening(NamedTuple):
    """What the screen is opened on."""

    paths: Paths
    profiles: tuple[Profile, ...]
    settings: Settings | None = None
    """What the settings file says beside them; None where it is not asked."""
    is_demo: bool = False
    """A demo opens its form with a sample file, and leaves no saved frame behind."""
    condition: Condition | None = None
    """Which jobs are shown; None is all."""
    sample: str = ""
    """Id of the uploaded file the form opens with."""
    at_end: Callable[[], None] | None = None
    """Called when the terminal has been given back."""


def _no_keys(_: Keys) -> KeyTable:
    from finetop.config.keymap import KeyTable  # noqa: PLC0415 - as said of `Run.paths`

    return KeyTable(())


class Screens(NamedTuple):
    """What the screen does for the command line; handed in, for only the screen knows its library."""

    open: Callable[[Opening], int]
    ask: Callable[[tuple[FoundKey, ...]], str | None]
    """`key` (all that were found), one key's variable, `local`, `both`, `demo`, or None for who left."""
    keys: Callable[[Keys], KeyTable] = _no_keys
    """All actions with their keys under these settings."""
    try_keys: Callable[[Keys], int] = lambda _: 1
    """Shows what the terminal sends for each key, until the user leaves."""


class Run(NamedTuple):
    """What every command is handed."""

    environ: Mapping[str, str]
    screens: Screens
    profile: str | None = None
    """The profile asked for, before the command's name or after it."""
    archive: str | None = None
    """The archive to look at in place of all profiles."""
    read_only: bool = False
    """Whether nothing may be created, cancelled, uploaded or deleted, whatever the profiles say."""

    @property
    def paths(self) -> Paths:
        """Where everything lies; help and version ask for nothing, so they do not wait for it."""
        from finetop.config import Paths  # noqa: PLC0415 - as said

        return Paths.of(self.environ)
