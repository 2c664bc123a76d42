"""`finetop files`: what lies at a provider, brought here, sent there, and deleted."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from finetop import text
from finetop.cli import account, opening, options, output
from finetop.cli.asking import Asked
from finetop.cli.lazy import LazyGroup, Listed
from finetop.config.tables import nearest
from finetop.errors import BadInput, FinetopError

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.models import File

COMMANDS = {
    "list": Listed("finetop.cli.files:list_files", "List files: training data, results."),
    "get": Listed("finetop.cli.files:get", "Bring a file here, such as a job's results."),
    "upload": Listed("finetop.cli.files:upload", "Send training files, unless the same bytes are there."),
    "delete": Listed("finetop.cli.files:delete", "Ask the provider to delete files."),
}
HERE = Path()
PURPOSES = ("fine-tune", "fine-tune-results", "batch", "batch_output", "evals", "vision", "user_data")
"""Those that providers are known to have."""
TELL_S = 0.2
"""How often a terminal is told how far a file is."""


@click.group(cls=LazyGroup, listed=COMMANDS)
@options.profile
def files() -> None:
    """List, send, bring and delete files of training data and results."""


@click.command("list")
@click.option("--purpose", metavar="WORD", default="", help="Only these: fine-tune, fine-tune-results.")
@options.patience
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def list_files(run: Run, purpose: str, *, timeout: float, as_json: bool, as_jsonl: bool) -> int:
    """List files: training data, results."""
    profiles = account.chosen_profiles(run)
    table = output.Table(("NAME", "PURPOSE", "SIZE", "STATUS", "AGE", "PROFILE", "FILE"))
    with account.opened(run, *profiles) as session:
        asked = Asked({one.name: session.files(one.name, purpose) for one in profiles}, timeout)
        seen: set[tuple[int, str]] = set()

        def new(answers: Mapping[str, list[File]]) -> Iterator[tuple[str, File]]:
            for name, found in answers.items():
                for file in found:
                    key = (session.accounts[name], file.id)
                    if key not in seen:  # two profiles may have one account
                        seen.add(key)
                        yield name, file

        if as_json or as_jsonl:
            output.write_values([_value(name, file) for name, file in new(asked.all())], lines=as_jsonl)
            return asked.code
        for wave in asked.waves():
            now = time.time()
            table.write([_line(name, file, now) for name, file in new(wave)])
    if table.is_empty and not asked.code:
        output.talk(_none(purpose))
    return asked.code


def _none(purpose: str) -> str:
    """That there is no file; providers have purposes of their own, so a strange one is no mistake."""
    if not purpose:
        return "no files"
    meant = "" if purpose in PURPOSES else nearest(purpose, PURPOSES)
    return f"no files of the purpose {purpose}{f'; did you mean {meant}?' if meant else ''}"


def _value(profile: str, file: File) -> dict[str, Any]:
    return {"profile": profile, **file.model_dump(mode="json", by_alias=True)}


def _line(profile: str, file: File, now: float) -> tuple[str, ...]:
    return (
        file.filename or "",
        file.purpose or "",
        "" if file.size_bytes is None else text.size(file.size_bytes),
        file.status or "",
        text.age(now - file.created_at) if file.created_at else "",
        profile,
        file.id,
    )


@click.command("get", short_help="Bring a file here, such as a job's results.")
@click.argument("file_id", metavar="FILE")
@click.option(
    "--out", "-o", metavar="PATH", help="Where to: a folder/, a file, or - for stdout; here if not given."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--raw", is_flag=True, help="As it comes: some results travel as base64, and are unpacked.")
@options.profile
@click.pass_obj
def get(run: Run, file_id: str, *, out: str | None, force: bool, raw: bool) -> None:
    """Bring a file here, such as a job's results; prints where it lies.

    Nothing is written over: without --force a name of the provider's that is taken gets a number, and one
    of yours is refused.
    """
    profile = account.one_profile(run)
    with account.opened(run, profile) as session, tempfile.TemporaryDirectory() as aside:
        folder, name = (Path(aside), None) if out == "-" else _place(out, force=force)
        path = session.download(
            profile.name,
            file_id,
            folder,
            name=name,
            overwrite=force,
            decode=not raw,
            progress=_progress(file_id),
        ).result()
        if out == "-":
            output.write_bytes(path)
        else:
            output.write_line([str(path)])


def _place(out: str | None, *, force: bool) -> tuple[Path, str | None]:
    """The folder, and the name where the user gave one. Raises BadInput for a name that is taken."""
    if out is None:
        return HERE, None
    path = Path(out).expanduser()
    if out.endswith("/"):
        _make(path)
    if path.is_dir():
        return path, None
    if path.exists() and not force:
        raise BadInput(f"{path} is there already", hint="Write over it with --force, or choose another name.")
    return path.parent, path.name


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}", hint="Choose another folder.") from error


@click.command("upload", short_help="Send training files, unless the same bytes are there.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--anew", is_flag=True, help="Send also what the provider has already.")
@options.profile
@options.as_json
@click.pass_obj
def upload(run: Run, paths: tuple[Path, ...], *, anew: bool, as_json: bool) -> None:
    """Send training files, unless the same bytes are there; prints their ids.

    All are read through first: if one is no training file, none is sent.
    """
    from finetop.dataset import check_file  # noqa: PLC0415 - only here

    for path in paths:
        problem = check_file(path).problem
        if problem is not None:
            raise problem
    profile = account.one_profile(run)
    sent: list[File] = []
    with account.opened(run, profile) as session:
        for path in paths:
            arrival = session.upload(
                profile.name, path.absolute(), anew=anew, progress=_progress(path.name)
            ).result()
            if arrival.reused:
                output.talk(f"{path.name} is there already; --anew sends it all the same")
            sent.append(arrival.file)
            if not as_json:
                output.write_line([arrival.file.id])
    if as_json:
        told = [_value(profile.name, file) for file in sent]
        output.write_json(told if len(paths) > 1 else told[0])


@click.command("delete", short_help="Ask the provider to delete files.")
@click.argument("file_ids", metavar="FILE...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.profile
@click.pass_obj
def delete(run: Run, file_ids: tuple[str, ...], *, yes: bool) -> int:
    """Ask the provider to delete files; this cannot be taken back."""
    many = f"{len(file_ids)} files" if len(file_ids) > 1 else file_ids[0]
    if not yes:
        if not opening.is_terminal():
            raise BadInput(f"nobody can be asked whether to delete {many}", hint="Say it with --yes.")
        click.confirm(f"Delete {many} for good?", abort=True, err=True)
    profile = account.one_profile(run)
    code = 0
    with account.opened(run, profile) as session:
        for file_id in dict.fromkeys(file_ids):
            try:
                session.delete_file(profile.name, file_id).result()
            except FinetopError as error:
                if len(file_ids) == 1:
                    raise
                output.complain(error)
                code = code or error.exit_code
            else:
                output.talk(f"{file_id} is no longer at {profile.name}")
    return code


def _progress(name: str) -> Callable[[int, int], None]:
    """Tells a terminal how far a file is; heard on the network thread."""
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        if not output.is_watched():
            return
        now = time.monotonic()
        if total and done >= total:
            output.tell_over("")
        elif now - told_at >= TELL_S:
            told_at = now
            share = (
                f"{text.percent(done / total).strip()} of {text.size(total)}" if total else text.size(done)
            )
            output.tell_over(f"{name} {share}")

    return tell
