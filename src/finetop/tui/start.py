"""What a front end hands to the screen; light, so that nothing of Textual loads before it is needed."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finetop.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.config import FoundKey, Paths, Profile
    from finetop.config.keymap import Keys
    from finetop.query import Condition


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the screen."""

    paths: Paths
    profiles: tuple[Profile, ...]
    arguments: tuple[str, ...] = field(default_factory=lambda: tuple(sys.argv[1:]))
    """Those of the process: the saved first frame belongs to them."""
    keep_frame: bool = True
    """False where the next run will show something else, as in the demo."""
    theme: str = "auto"
    glyphs: str = "auto"
    mouse: bool = True
    """False leaves the mouse to the terminal, which can select and paste with it."""
    keys: Keys | None = None
    """Keys of one's own; None where nobody asked for the settings."""
    condition: Condition | None = None
    """Which jobs are shown; None is all."""
    sample: str = ""
    """Id of an uploaded file that the form opens with."""
    start_local: bool = True
    at_end: Callable[[], None] | None = None
    """Called when the terminal has been given back and the store is closed."""


def need_terminal() -> None:
    """Raise BadInput where there is no terminal to draw on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(
            "finetop draws on a terminal, and this is not one",
            hint="Use finetop jobs list --json in scripts.",
        )
    if os.environ.get("TERM", "") in {"", "dumb"}:
        raise BadInput(
            "this terminal cannot place text on its screen (TERM is dumb or not set)",
            hint="Set TERM, or use finetop jobs list.",
        )


def run(options: Options) -> int:
    """Show the screen until the user leaves; ends the process itself once the terminal is given back."""
    need_terminal()
    gc.disable()
    from finetop.tui.app import FinetopApp  # noqa: PLC0415 - Textual loads here and not before

    return FinetopApp(options).show()


def ask(found: tuple[FoundKey, ...]) -> str | None:
    """Ask a new user how to start: `key`, a variable, `local`, `both` or `demo`; None when he left."""
    need_terminal()
    from finetop.tui.screens.first_run import FirstRun  # noqa: PLC0415 - as in `run`

    return FirstRun(found).run()
