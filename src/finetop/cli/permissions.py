"""`finetop permissions`: which projects may use a checkpoint; hosted providers want an admin's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from finetop import text
from finetop.cli import account, options, output
from finetop.cli.lazy import LazyGroup, Listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.cli.run import Run
    from finetop.models import Permission

COMMANDS = {
    "list": Listed("finetop.cli.permissions:list_permissions", "Show which projects may use a checkpoint."),
    "add": Listed("finetop.cli.permissions:add", "Let projects use a checkpoint."),
    "remove": Listed("finetop.cli.permissions:remove", "Take a permission back."),
}


@click.group(cls=LazyGroup, listed=COMMANDS)
@options.profile
def permissions() -> None:
    """Say which projects may use a checkpoint."""


@click.command("list")
@click.argument("checkpoint")
@click.option("--project", metavar="ID", help="Only of this project.")
@options.profile
@options.as_json
@click.pass_obj
def list_permissions(run: Run, checkpoint: str, project: str | None, *, as_json: bool) -> None:
    """Show which projects may use a checkpoint."""
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        found = session.permissions(profile.name, checkpoint, project).result()
    _show(found, as_json=as_json, nothing=f"no other project may use {checkpoint}")


@click.command("add")
@click.argument("checkpoint")
@click.argument("projects", metavar="PROJECT...", nargs=-1, required=True)
@options.profile
@options.as_json
@click.pass_obj
def add(run: Run, checkpoint: str, projects: tuple[str, ...], *, as_json: bool) -> None:
    """Let projects use a checkpoint."""
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        found = session.permit(profile.name, checkpoint, projects).result()
    _show(found, as_json=as_json, nothing=f"{checkpoint} is shared as asked")


@click.command("remove")
@click.argument("checkpoint")
@click.argument("permission_id", metavar="PERMISSION")
@options.profile
@click.pass_obj
def remove(run: Run, checkpoint: str, permission_id: str) -> None:
    """Take a permission back."""
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        session.forbid(profile.name, checkpoint, permission_id).result()
    output.talk(f"took {permission_id} back")


def _show(found: Sequence[Permission], *, as_json: bool, nothing: str) -> None:
    if as_json:
        output.write_json([permission.model_dump(mode="json") for permission in found])
    elif found:
        output.write_table(
            ("PROJECT", "SINCE", "PERMISSION"),
            [
                (
                    permission.project_id or "",
                    text.day_clock(permission.created_at) if permission.created_at else "",
                    permission.id,
                )
                for permission in found
            ],
        )
    else:
        output.talk(nothing)
