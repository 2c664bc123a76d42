"""`python -m finetop.server`: the server as a process of its own, as screens start it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from finetop.errors import FinetopError
from finetop.server.serving import Options, serve


def parser() -> argparse.ArgumentParser:
    """The options of the command line."""
    words = argparse.ArgumentParser(prog="python -m finetop.server", description=__doc__)
    words.add_argument("--data-dir", type=Path, required=True)
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--slots", type=int, default=1)
    words.add_argument("--json", action="store_true")
    words.add_argument("--parent-fd", type=int)
    words.add_argument("--ephemeral", action="store_true")
    words.add_argument("--idle-exit", type=float, metavar="SECONDS")
    return words


def options(words: argparse.Namespace) -> Options:
    """What was asked for."""
    return Options(
        data_dir=words.data_dir,
        host=words.host,
        port=words.port,
        slots=words.slots,
        json=words.json,
        parent_fd=words.parent_fd,
        ephemeral=words.ephemeral,
        idle_exit_s=words.idle_exit,
    )


def run(chosen: Options) -> int:
    """Serve; the exit code."""
    try:
        serve(chosen)
    except FinetopError as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(run(options(parser().parse_args())))
