"""`python -m finetop.demo.serving`: the demo's server process, started by `finetop.demo.run` alone."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.demo import place
from finetop.demo.seed import seed
from finetop.errors import FinetopError
from finetop.server.serving import Options, serve

if TYPE_CHECKING:
    from finetop.server.database import Database
    from finetop.server.layout import Layout

SLOTS = 2
"""Two jobs train at once, so that there is something to compare."""


def main(directory: Path, pipe: int, *, is_kept: bool) -> int:
    """Serve until the screen's end of the pipe is closed; the exit code."""

    def prepare(database: Database, layout: Layout) -> None:
        if not place.is_demo(directory):  # a kept demo goes on where it was left
            place.write(directory, place.Card(sample=seed(database, layout)))

    options = Options(
        data_dir=directory,
        slots=SLOTS,
        json=True,
        parent_fd=pipe,
        ephemeral=not is_kept,
        prepare=prepare,
    )
    try:
        serve(options)
    except FinetopError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    except BrokenPipeError:  # the screen's process went away before it could hear where we are
        return 1
    finally:
        if not is_kept:  # whatever went wrong
            shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), is_kept=sys.argv[3] == "keep"))
