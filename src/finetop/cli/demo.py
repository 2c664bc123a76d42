"""`finetop demo`: a screen on a server of its own, gone when it is left."""

from __future__ import annotations

from pathlib import Path

import click

from finetop.cli import opening
from finetop.cli.run import Opening, Run
from finetop.errors import BadInput


@click.command(short_help="Look around: real jobs on a server of its own, gone afterwards.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Put everything into DIR and leave it there.",
)
@click.pass_obj
def demo(run: Run, *, keep: Path | None) -> int:
    """Open the screen on a server of its own in a temporary directory, with jobs to look at."""
    return run_demo(run, keep=keep)


def run_demo(run: Run, *, keep: Path | None) -> int:
    """Start the demo's server, show the screen, and leave nothing behind."""
    if not opening.is_terminal():
        raise BadInput(
            "the screen needs a terminal, and this is not one",
            hint="Without a screen: finetop serve, then finetop jobs.",
        )
    from finetop.demo.run import start  # noqa: PLC0415 - starts processes
    from finetop.session.starting import need_engine  # noqa: PLC0415 - as above

    need_engine()

    started = start(keep)
    try:
        return run.screens.open(
            Opening(
                started.paths,
                opening.guarded(run, (started.profile,)),
                is_demo=True,
                sample=started.sample,
                at_end=started.end,
            )
        )
    finally:
        started.end()
