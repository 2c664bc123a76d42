"""`finetop report`: what became of jobs, in a file to hand on."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from finetop.cli import account, options, output
from finetop.cli.known import stored
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.dossier import Dossier

FORMATS = ("md", "html", "txt")
STDOUT = "-"


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
    found = _known(run, ids) if offline else _asked(run, ids)
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


def _known(run: Run, ids: Sequence[str]) -> list[Dossier]:
    """What is known of these jobs. Raises BadInput where one is not."""
    from finetop.dossier import dossier  # noqa: PLC0415 - loads the models

    with stored(run, account.chosen_profiles(run)) as known:
        found = []
        for job_id in ids:
            key = known.job(job_id)
            one = key and dossier(known.store, key, known.names[key.account], now=time.time())
            if one is None:
                raise BadInput(
                    f"nothing is known of {job_id}",
                    hint="Ask for it without --offline, or see finetop jobs list --offline.",
                )
            found.append(one)
        return found


def _asked(run: Run, ids: Sequence[str]) -> list[Dossier]:
    """The same, after asking who has them."""
    from finetop.dossier import dossier  # noqa: PLC0415 - as above
    from finetop.store import JobKey  # noqa: PLC0415 - loads SQLite, which help must not

    profiles = {job_id: account.profile_of(run, job_id) for job_id in ids}
    with account.opened(run, *{profile.name: profile for profile in profiles.values()}.values()) as session:
        found = []
        for job_id, profile in profiles.items():
            session.measure(profile.name, job_id).result()
            if session.capabilities(profile.name).checkpoints:
                session.checkpoints(profile.name, job_id).result()
            key = JobKey(session.accounts[profile.name], job_id)
            one = dossier(session.store, key, profile.name, now=time.time())
            if one is None:  # the provider has told of another job than was asked for
                raise BadInput(f"nothing is known of {job_id}", hint="See finetop jobs list.")
            found.append(one)
        return found
