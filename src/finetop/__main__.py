"""`finetop`: the saved first frame at once, then the command line or the screen."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if sys.platform == "win32":
    sys.exit("finetop: this needs Linux or macOS. On Windows, run it inside WSL.")

from finetop import frame

if TYPE_CHECKING:
    from finetop.cli import Opening
    from finetop.config import FoundKey
    from finetop.config.keymap import Keys, KeyTable


def main() -> None:
    """Run finetop with the arguments of the process; never returns normally where a command ends it."""
    _mend_streams()
    shown = frame.show(sys.argv[1:])
    # Collecting garbage among modules that stay for ever costs a sixth of the start;
    # the screen freezes what has loaded and switches it on again.
    import gc  # noqa: PLC0415 - nothing may load before the frame is shown

    gc.disable()
    if shown:
        _end_in_order()
    try:
        from finetop import cli  # noqa: PLC0415 - as above

        cli.main(cli.Screens(open=_open, ask=_ask, keys=_keys, try_keys=_try_keys))
    except SystemExit as ended:
        frame.leave()
        _leave(ended.code)
        raise
    finally:
        frame.leave()


def _mend_streams() -> None:
    """Have all three streams, and let none fail at a letter that the locale does not know.

    Of one that was closed Python makes nothing, and its number would go to the next file that is opened.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # What cannot be delivered is an error; what nobody wants to hear is none.
            handle = os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, "r" if name == "stdin" else "w"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.__stdout__):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _leave(code: object) -> None:
    """End here and now: to take itself apart piece by piece costs Python as much as a list of known jobs.

    What had to be closed is closed by then; what cannot be said any more is left to the usual way.
    """
    if not isinstance(code, int):
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return
    os._exit(code)


def _open(opening: Opening) -> int:
    """Put up the screen; the command line decides what on, and never learns how it is drawn."""
    from finetop.tui import start  # noqa: PLC0415 - commands run where no screen can

    said = opening.settings
    options = start.Options(
        paths=opening.paths,
        profiles=opening.profiles,
        theme=said.theme if said else "auto",
        glyphs=said.glyphs if said else "auto",
        mouse=said.mouse if said else True,
        keys=said.keys if said else None,
        keep_frame=not opening.is_demo,
        condition=opening.condition,
        sample=opening.sample,
        start_local=not opening.is_demo,
        at_end=opening.at_end,
    )
    return start.run(options)


def _ask(found: tuple[FoundKey, ...]) -> str | None:
    """Ask a new user how to start."""
    from finetop.tui import start  # noqa: PLC0415 - as above

    return start.ask(found)


def _keys(wanted: Keys) -> KeyTable:
    """All actions with their keys."""
    from finetop.tui.key_table import key_table  # noqa: PLC0415 - as above

    return key_table(wanted)


def _try_keys(wanted: Keys) -> int:
    """Show what the terminal sends for each key."""
    from finetop.tui.key_test import try_keys  # noqa: PLC0415 - as above

    return try_keys(wanted)


def _end_in_order() -> None:
    """Let a signal unwind the stack, so that the terminal is given back; the screen sets its own later."""
    import signal  # noqa: PLC0415 - as in `main`

    def stop(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, stop)


if __name__ == "__main__":
    main()
