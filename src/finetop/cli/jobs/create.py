"""`finetop jobs create`: the file is read through, the job is made exactly once, and may be waited for."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from finetop.actions.draft import Draft
from finetop.cli import account, options, output, shown
from finetop.cli.jobs import methods
from finetop.dataset import check_file
from finetop.errors import FinetopError

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.session import Session


@click.command("create", short_help="Train on a .jsonl file, or on an uploaded one.")
@click.argument("file")
@click.option("--model", required=True, metavar="NAME", help="The model to start from.")
@click.option("--validation", metavar="FILE", help="Held-out examples.")
@methods.options
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Makes the run repeatable.")
@click.option("--suffix", help="Goes into the tuned model's name.")
@options.metadata("May be given up to 16 times.")
@click.option("--wandb", metavar="PROJECT", help="Report to this project of Weights & Biases.")
@click.option("--upload-anew", is_flag=True, help="Upload also what the provider has already.")
@click.option("--wait", is_flag=True, help="Wait until the job has ended.")
@options.profile
@options.field
@options.as_json
@click.pass_obj
def create_job(
    run: Run, /, file: str, *, wait: bool, field: str | None, as_json: bool, **chosen: Any
) -> None:
    """Train on FILE: a .jsonl file of this machine, or the id of an uploaded one."""
    profile = account.one_profile(run)
    draft = _draft(profile.name, file, chosen)
    with account.opened(run, profile) as session:
        _tell_of_reuse(session, draft)
        created = session.create(draft).result()
        try:
            output.talk(f"created {created.id} at {profile.name}")
            answer = session.wait if wait else session.get_job
            job = answer(profile.name, created.id).result()
        except KeyboardInterrupt:
            output.talk(f"the job goes on; see it with: finetop jobs get {created.id}")
            raise
        shown.tell(session, profile.name, job, as_json=as_json, field=field)
    if wait:
        shown.fail_unless_succeeded(job)


def _draft(profile: str, file: str, chosen: dict[str, Any]) -> Draft:
    """The job as asked for, its files read through before anything is sent."""
    validation = chosen["validation"]
    wandb = chosen["wandb"]
    return Draft(
        profile=profile,
        model=chosen["model"],
        training=_file(file),
        validation=None if validation is None else _file(validation),
        method=chosen["method"],
        hyperparameters=methods.hyperparameters(chosen),
        grader=methods.grader(chosen),
        suffix=chosen["suffix"],
        seed=chosen["seed"],
        metadata=chosen["metadata"],
        upload_anew=chosen["upload_anew"],
        integrations=[{"type": "wandb", "wandb": {"project": wandb}}] if wandb else (),
    )


def _tell_of_reuse(session: Session, draft: Draft) -> None:
    """Say which files will not be uploaded, for the same bytes are there."""
    from finetop.actions.files import same_bytes_said  # noqa: PLC0415 - loads pydantic and httpx

    paths = [file for file in (draft.training, draft.validation) if isinstance(file, Path)]
    for path in () if draft.upload_anew else dict.fromkeys(paths):
        with contextlib.suppress(FinetopError):  # the create tells what is wrong
            there = session.already_there(draft.profile, path).result()
            if there is not None:
                output.talk(f"{same_bytes_said(there)}; --upload-anew sends {path.name} all the same")


def _file(named: str) -> Path | str:
    """A readable file of this machine, or the id of an uploaded one. Raises BadFile with the line."""
    path = Path(named)
    if named.startswith("file-") and not path.exists():
        return named
    problem = check_file(path).problem
    if problem is not None:
        raise problem
    return path.absolute()
