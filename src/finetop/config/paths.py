"""Where everything of finetop lies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Paths:
    """Where everything of finetop lies."""

    config_file: Path
    data_dir: Path
    state_dir: Path

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Paths:
        """The platform's folders, unless FINETOP_CONFIG, FINETOP_DATA or FINETOP_STATE say otherwise."""
        import platformdirs  # noqa: PLC0415 - a tenth of the start of a command that does without

        config = environ.get("FINETOP_CONFIG")
        data = environ.get("FINETOP_DATA")
        state = environ.get("FINETOP_STATE")
        return cls(
            config_file=Path(config) if config else platformdirs.user_config_path("finetop") / "config.toml",
            data_dir=Path(data) if data else platformdirs.user_data_path("finetop"),
            state_dir=Path(state) if state else platformdirs.user_state_path("finetop"),
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
