"""`finetop report`: what became of jobs, in a file to hand on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from finetop.cli import options, output
from finetop.cli.dossiers import asked_dossiers, known_dossiers
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.cli.run import Run

FORMATS = ("md", "html", "txt")
STDOUT = "-"
LARGEST = 64 << 20
"""Bytes of a file that is read for its hash."""


@click.command("report", short_help="Write what became of jobs: data, settings, curves, checkpoints.")
@options.job_ids
@click.option(
    "--output",
    "-o",
    "path",
    metavar="FILE",
    default=STDOUT,
    help="Where to; .md, .html or .txt tells how. - is stdout.",
)
@click.option("--format", "kind", type=click.Choice(FORMATS), help="How; beats the file's ending.")
@click.option(
    "--leave-out",
    metavar="WORDS",
    multiple=True,
    help="Any of names, ids, metadata, messages, prices; or nothing.",
)
@click.option("--force", is_flag=True, help="Replace the file where there is one.")
@options.offline
@options.profile
@click.pass_obj
def report(
    run: Run,
    job_ids: tuple[str, ...],
    *,
    path: str,
    kind: str | None,
    leave_out: tuple[str, ...],
    force: bool,
    offline: bool,
) -> None:
    """Write a report on jobs: what they learned from, how, their curves, the checkpoint to use, times.

    The same data make the same bytes, so reports can be compared. A report of several jobs begins with
    what differs. No key or password is ever in it; --leave-out keeps other things from it.
    """
    from finetop.report import writing  # noqa: PLC0415 - help needs none of it
    from finetop.report.assembling import MOST, report  # noqa: PLC0415 - as above

    ids = tuple(dict.fromkeys(job_ids))
    if len(ids) > MOST:
        raise BadInput(f"a report holds {MOST} jobs at most", hint="Write several reports.")
    made_as = kind or ("md" if path == STDOUT else writing.format_of(path))
    if path != STDOUT:
        writing.refuse(Path(path), replace=force)
    kinds = _left_out(run, leave_out)
    found = known_dossiers(run, ids) if offline else asked_dossiers(run, ids)
    content = writing.written(report(found, kinds), made_as)
    if path == STDOUT:
        output.write_text(content)
    else:
        placed = writing.place(Path(path), content, replace=force)
        output.talk(f"wrote {placed}")


def _left_out(run: Run, given: Sequence[str]) -> frozenset[str]:
    """What was said now, else what was said once, else what is answered; a script is not asked."""
    from finetop.report import choice  # noqa: PLC0415 - as above
    from finetop.report.leaving_out import understood  # noqa: PLC0415 - as above

    folder = run.paths.state_dir
    if given:
        return understood(given)
    known = choice.chosen(folder)
    if known is not None:
        return known
    if not (sys.stdin.isatty() and output.is_watched()):
        output.talk("nothing is left out; see --leave-out in finetop report --help")
        return frozenset()
    kinds = _answered()
    choice.keep(folder, kinds)
    return kinds


def _answered() -> frozenset[str]:
    """Ask the person what to leave out."""
    from finetop.report.leaving_out import KINDS, NOTHING, understood  # noqa: PLC0415 - as above

    output.talk("a report can leave out:")
    for name, means in KINDS.items():
        output.talk(f"  {name:9} {means}")
    while True:
        line = click.prompt(
            "finetop: what shall reports leave out, as in names,ids (asked once)",
            default=NOTHING,
            err=True,
        )
        try:
            return understood([line])
        except BadInput as error:
            output.complain(error)
