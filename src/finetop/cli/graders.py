"""`finetop graders`: what gives a reinforcement job its rewards, tried before a job is paid for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from finetop.actions.methods import read_grader
from finetop.cli import account, options, output
from finetop.cli.lazy import LazyGroup, Listed
from finetop.errors import BadInput, Failed

if TYPE_CHECKING:
    from finetop.cli.run import Run

COMMANDS = {
    "validate": Listed("finetop.cli.graders:validate", "Ask the provider whether a grader makes sense."),
    "run": Listed("finetop.cli.graders:run_grader", "Show what reward one answer would earn."),
}


@click.group(cls=LazyGroup, listed=COMMANDS)
@options.profile
def graders() -> None:
    """Try what gives a reinforcement job its rewards."""


@click.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@options.profile
@options.as_json
@click.pass_obj
def validate(run: Run, file: Path, *, as_json: bool) -> None:
    """Ask the provider whether a grader makes sense.

    FILE holds one grader as JSON; it is printed as the provider understands it.
    """
    grader = read_grader(file)
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        understood = session.validate_grader(profile.name, grader).result()
    if as_json:
        output.write_json(understood)
    else:
        output.write_facts([("Grader", str(file)), ("Type", str(understood.get("type", "")))])


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--answer", required=True, metavar="TEXT", help="What the model is taken to have said.")
@click.option("--item", metavar="JSON", help="The line of the training file that it answered.")
@options.profile
@options.as_json
@click.pass_obj
def run_grader(run: Run, file: Path, answer: str, item: str | None, *, as_json: bool) -> None:
    """Show what reward one answer would earn."""
    grader, line = read_grader(file), _line(item)
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        verdict = session.run_grader(profile.name, grader, answer, line).result()
    if as_json:
        output.write_json(verdict.model_dump(mode="json"))
    else:
        parts = ", ".join(f"{name} {reward}" for name, reward in verdict.sub_rewards.items())
        reward = "" if verdict.reward is None else f"{verdict.reward:g}"
        output.write_facts([("Reward", reward), ("Of which", parts), ("Errors", ", ".join(verdict.errors))])
    if verdict.errors:
        raise Failed(f"the grader went wrong: {', '.join(verdict.errors)}")


def _line(item: str | None) -> dict[str, Any] | None:
    if item is None:
        return None
    try:
        found = json.loads(item)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput("--item is not a JSON object", hint="""For example: --item '{"label": "yes"}'""")
    return found
