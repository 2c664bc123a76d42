"""`finetop jobs compare`: what differs between jobs, for people and for programs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from finetop import text
from finetop.cli import options, output
from finetop.cli.dossiers import asked_dossiers, known_dossiers
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.comparing import Comparison, Field


@click.command("compare")
@options.job_ids
@click.option("--all", "everything", is_flag=True, help="Show what is the same, too.")
@click.option("--contents", is_flag=True, help="Fetch files to tell whether they hold the same.")
@options.offline
@options.profile
@options.as_json
@click.pass_obj
def compare_jobs(
    run: Run, job_ids: tuple[str, ...], *, everything: bool, contents: bool, offline: bool, as_json: bool
) -> None:
    """Show what differs between jobs.

    Two jobs stand side by side, up to eight in a column each: data, model, settings, times, result.
    As JSON all fields are told, each with whether it differs.
    """
    from finetop.comparing import MOST, compare, told  # noqa: PLC0415 - help needs none of it

    ids = tuple(dict.fromkeys(job_ids))
    if not 2 <= len(ids) <= MOST:
        raise BadInput(
            f"{len(ids)} job{'' if len(ids) == 1 else 's'} cannot be compared",
            hint=f"Name two, and {MOST} at most.",
        )
    if offline and contents:
        raise BadInput("--contents asks, and --offline asks nobody", hint="Leave one of them out.")
    jobs = (
        known_dossiers(run, ids)
        if offline
        else asked_dossiers(run, ids, with_files=True, with_contents=contents)
    )
    comparison = compare(jobs, now=time.time())
    if as_json:
        output.write_json(told(comparison))
    else:
        _show(comparison, everything=everything)


def _show(comparison: Comparison, *, everything: bool) -> None:
    """A table under the jobs' names, then what can be said of them."""
    heads = [
        f"{letter} {text.clean(one.row.name)}"
        for letter, one in zip(comparison.letters, comparison.jobs, strict=True)
    ]
    is_pair = len(heads) == 2
    lines = list(_lines(comparison, everything=everything, is_pair=is_pair))
    if lines:
        output.write_table(("", *heads, *(("A AGAINST B",) if is_pair else ())), lines)
    else:
        output.talk("they differ in nothing that is known")
    output.write_text(f"{comparison.sentence}\n")


def _lines(comparison: Comparison, *, everything: bool, is_pair: bool) -> Iterator[tuple[str, ...]]:
    best = text.choose_glyphs("auto", sys.stdout.encoding or "").best
    for heading, fields in comparison.groups(everything=everything):
        if heading:
            yield (heading.upper(), *([""] * (len(comparison.jobs) + is_pair)))
        for field in fields:
            yield (field.label, *_cells(field, best), *((field.against,) if is_pair else ()))


def _cells(field: Field, best: str) -> Iterator[str]:
    for place, cell in enumerate(field.cells):
        words = ", ".join(part for part in (cell.words, cell.note) if part)
        yield f"{best} {words}" if place in field.best else words
