"""`finetop archive`: a whole account in an open folder, and whether such a folder is whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from finetop.cli import account, options, output
from finetop.errors import BadFile, BadInput, Failed, TryLater

if TYPE_CHECKING:
    from finetop.archive import Manifest, Verdict
    from finetop.archiving import Progress
    from finetop.cli.run import Run

TELL_S = 5.0
"""Between two words on how far it is."""


@click.command(short_help="Save a whole account in a folder that anybody can read.")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--no-files", is_flag=True, help="Leave out the bytes of result files.")
@click.option("--force", is_flag=True, help="Replace what another account has in DIR.")
@click.option("--verify", is_flag=True, help="Only look whether DIR is as it was written.")
@options.profile
@options.as_json
@click.pass_obj
def archive(run: Run, directory: Path, *, no_files: bool, force: bool, verify: bool, as_json: bool) -> None:
    """Save all jobs of a profile with their logs, checkpoints, measurements and result files in DIR.

    It can be stopped at any moment; the same again goes on. Later it brings DIR up to date, and keeps
    what the provider has forgotten meanwhile. What DIR holds is told by its README.txt; to look at it
    here: finetop --archive DIR
    """
    if verify and (no_files or force):
        raise BadInput("--verify only looks, so it goes with no other order", hint="Leave the other away.")
    if not verify:
        _save(run, directory, with_files=not no_files, force=force)
    _tell(directory, as_json=as_json)


def _save(run: Run, directory: Path, *, with_files: bool, force: bool) -> None:
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        saving = session.archive(
            profile.name,
            directory,
            with_files=with_files,
            force=force,
            say=output.talk,
            progress=_teller(profile.name),
        )
        try:
            saving.result()
        except KeyboardInterrupt:
            saving.cancel()
            output.talk("stopped; the same again goes on from here")
            raise


def _teller(profile: str) -> Callable[[Progress], None]:
    """Says now and then how far it is."""
    told_at = time.monotonic()

    def tell(far: Progress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TELL_S:
            told_at = time.monotonic()
            output.talk(f"{profile}: {far.jobs:,} jobs, {far.fetched:,} of them fetched, {far.files:,} files")

    return tell


def _tell(directory: Path, *, as_json: bool) -> None:
    """Look at every byte and say what is there. Raises Failed where something is not as it was written."""
    from finetop.archive import verify  # noqa: PLC0415 - loads pydantic

    verdict = verify(directory)
    if as_json:
        output.write_json(_facts(directory, verdict))
    else:
        output.write_facts(_lines(directory, verdict.manifest))
        for finding in verdict.findings:
            output.talk(f"{directory / finding.place}: {finding.message}")
    if verdict.findings:
        raise Failed(
            f"{directory} is damaged: {_many(len(verdict.findings), 'thing')} not as written",
            hint=_advice(directory),
        )
    if verdict.is_unfinished:
        output.talk("a later run was stopped; the same again goes on with it")
    if verdict.manifest.problems:
        raise TryLater(
            f"{_many(verdict.manifest.problems, 'thing')} could not be had; each says why under `failed`",
            hint="Run the same again: only what is missing is asked for.",
        )


def _advice(directory: Path) -> str | None:
    """What to do of the damage. A list of jobs that cannot be read is not written over unasked."""
    from finetop.archive.found import kept_in  # noqa: PLC0415 - as above

    try:
        kept_in(directory)
    except BadFile as error:
        return error.hint
    return "Save the account again: what is damaged is fetched anew where the provider still has it."


def _facts(directory: Path, verdict: Verdict) -> dict[str, object]:
    manifest = verdict.manifest
    return {
        "archive": str(directory),
        "whole": not verdict.findings,
        "unfinished": verdict.is_unfinished,
        "account": {"profile": manifest.profile, **manifest.origin.to_json()},
        "begun_at": manifest.begun_at,
        "finished_at": manifest.finished_at,
        "counts": dict(manifest.counts),
        "bytes": _size(manifest),
        "problems": manifest.problems,
        "findings": [
            {"file": found.file, "line": found.line, "last_line": found.last_line, "message": found.message}
            for found in verdict.findings
        ],
    }


def _lines(directory: Path, manifest: Manifest) -> list[tuple[str, str]]:
    from finetop import text  # noqa: PLC0415 - only for people

    counts = {name: f"{count:,}" for name, count in manifest.counts.items()}
    return [
        ("Archive", str(directory)),
        ("Account", f"{manifest.profile}  {manifest.origin}"),
        ("Finished", text.day_clock(manifest.finished_at)),
        ("Jobs", counts.get("jobs", "")),
        ("Events", counts.get("events", "")),
        ("Checkpoints", counts.get("checkpoints", "")),
        ("Metrics", counts.get("metrics", "")),
        ("Models", counts.get("models", "")),
        ("Files", f"{counts.get('files', '')}, {counts.get('contents', '0')} with their bytes"),
        ("Size", text.size(_size(manifest))),
    ]


def _size(manifest: Manifest) -> int:
    return sum(sums.bytes for sums in manifest.files.values())


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
