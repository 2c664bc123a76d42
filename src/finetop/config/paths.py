"""Where everything of finetop lies."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Paths(NamedTuple):
    """Where everything of finetop lies."""

    config_file: Path
    data_dir: Path
    state_dir: Path

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Paths:
        """The platform's folders, unless FINETOP_CONFIG, FINETOP_DATA or FINETOP_STATE say otherwise."""
        return cls(
            config_file=_named(environ, "FINETOP_CONFIG") or _usual(environ, "config") / "config.toml",
            data_dir=_named(environ, "FINETOP_DATA") or _usual(environ, "data"),
            state_dir=_named(environ, "FINETOP_STATE") or _usual(environ, "state"),
        )

    @property
    def store_dir(self) -> Path:
        """The data folder; where that is on a network disk, which SQLite cannot bear, one on this machine."""
        from finetop.server import disks  # noqa: PLC0415 - the saved first frame needs no mount table

        return disks.home(self.data_dir)

    @property
    def store_file(self) -> Path:
        """What finetop knows."""
        return self.store_dir / "finetop.db"

    @property
    def notice(self) -> str:
        """One sentence where the store is not where one would look for it; else nothing."""
        if self.store_dir == self.data_dir:
            return ""
        return f"{self.data_dir} is on a network disk; what finetop knows is kept in {self.store_dir}."

    @property
    def server_dir(self) -> Path:
        """The local engine's folder."""
        return self.data_dir / "server"


_IS_LINUX = sys.platform == "linux"
_XDG = {
    "config": ("XDG_CONFIG_HOME", "~/.config"),
    "data": ("XDG_DATA_HOME", "~/.local/share"),
    "state": ("XDG_STATE_HOME", "~/.local/state"),
}


def _named(environ: Mapping[str, str], variable: str) -> Path | None:
    """The place that a variable names; a unit file has no shell to read its ~."""
    named = environ.get(variable)
    return Path(named).expanduser() if named else None


def _usual(environ: Mapping[str, str], kind: str) -> Path:
    """The platform's own folder for what is of this kind."""
    if _IS_LINUX:  # platformdirs says the same, and takes a tenth of a command's time for it
        variable, usual = _XDG[kind]
        return Path(environ.get(variable, "").strip() or usual).expanduser() / "finetop"
    return _platform_says(kind)


def _platform_says(kind: str) -> Path:
    import platformdirs  # noqa: PLC0415 - as said

    places = platformdirs.PlatformDirs("finetop")
    usual = {
        "config": places.user_config_path,
        "data": places.user_data_path,
        "state": places.user_state_path,
    }
    return usual[kind]
