"""`finetop`: opens the screen, and the frame around every command."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from finetop import __version__
from finetop.cli import variables
from finetop.cli.lazy import LazyGroup, Listed, completed
from finetop.cli.run import Opening, Run, Screens
from finetop.errors import BadInput, FinetopError

if TYPE_CHECKING:
    from finetop.config import Profile
    from finetop.query import Condition

INTERRUPTED = 130

COMMANDS = {
    "demo": Listed(
        "finetop.cli.demo:demo", "Look around: real jobs on a server of its own, gone afterwards."
    ),
    "serve": Listed("finetop.cli.serve:serve", "Run the engine of this machine; any OpenAI SDK can use it."),
    "jobs": Listed("finetop.cli.jobs:jobs", "List, watch, create, pause and cancel jobs without a screen."),
    "files": Listed(
        "finetop.cli.files:files", "List, send, bring and delete files of training data and results."
    ),
    "models": Listed("finetop.cli.models:models", "List models: which job made each, and when it ends."),
    "report": Listed(
        "finetop.cli.report:report", "Write what became of jobs: data, settings, curves, checkpoints."
    ),
    "profiles": Listed(
        "finetop.cli.profiles:profiles",
        "List the accounts, add one, or try whether they answer.",
    ),
    "config": Listed("finetop.cli.settings:settings", "Say where everything lies, and check the settings."),
    "keys": Listed(
        "finetop.cli.keys:keys", "List the keys of the screen, or see what this terminal sends for them."
    ),
    "alerts": Listed(
        "finetop.cli.alerts:alerts", "Say what is told of jobs, what was told, and try each way."
    ),
    "graders": Listed("finetop.cli.graders:graders", "Try what gives a reinforcement job its rewards."),
    "permissions": Listed("finetop.cli.permissions:permissions", "Say which projects may use a checkpoint."),
    "archive": Listed(
        "finetop.cli.archive:archive", "Save a whole account in a folder that anybody can read."
    ),
    "schema": Listed(
        "finetop.cli.schema:schema", "Print what the JSON of other commands holds, as JSON Schema."
    ),
    "completion": Listed(
        "finetop.cli.completion:completion", "Print what makes a shell complete finetop's words."
    ),
    "record": Listed("finetop.cli.record:record", "Keep jobs, events and curves while no screen is open."),
}


def main(screens: Screens) -> None:
    """Do what the process's arguments ask, then end it with the exit code that says how it went."""
    sys.exit(run(sys.argv[1:], screens))


def run(arguments: Sequence[str], screens: Screens) -> int:
    """Do what the arguments ask; every expected error becomes one sentence and an exit code."""
    try:
        state = Run(environ=os.environ, screens=screens)
        code = finetop.main(args=list(arguments), prog_name="finetop", standalone_mode=False, obj=state)
    except FinetopError as error:
        return _complain(error)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "finetop"
        return _complain(BadInput(variables.explained(error), hint=f"See {where} --help"))
    except (click.Abort, KeyboardInterrupt):
        from finetop.cli import output  # noqa: PLC0415 - as in `_complain`

        output.talk("interrupted")
        return INTERRUPTED
    except OSError as error:  # the help, which click writes: what a command says is written by `output`
        if error.filename is not None:
            raise
        return _unwritten(error)
    return code if isinstance(code, int) else 0


def _unwritten(error: OSError) -> int:
    from finetop.cli import output  # noqa: PLC0415 - as below

    try:
        output.give_up(error)
    except FinetopError as told:
        return _complain(told)


def _complain(error: FinetopError) -> int:
    from finetop.cli import output  # noqa: PLC0415 - help and version have nothing to clean

    output.complain(error)
    return error.exit_code


@click.group(
    cls=LazyGroup,
    listed=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "--profile",
    metavar="NAME",
    help="Show this profile only.",
    shell_complete=completed("profiles"),
)
@click.option("--archive", type=click.Path(), metavar="PATH", help="Look at an archive or any file of jobs.")
@click.option(
    "--query",
    "-q",
    metavar="QUERY",
    help="Show only the jobs it means, as in 'status:active'.",
    shell_complete=completed("query_words"),
)
@click.option("--read-only", is_flag=True, help="Never create, cancel, upload or delete.")
@click.option("--yes", is_flag=True, help="Take the environment's key without asking.")
@click.pass_context
def finetop(
    context: click.Context,
    profile: str | None,
    archive: str | None,
    query: str | None,
    *,
    read_only: bool,
    yes: bool,
) -> int:
    """Top for fine-tuning jobs. Without a command it opens the screen."""
    context.obj = state = context.obj._replace(profile=profile, archive=archive, read_only=read_only)
    if context.invoked_subcommand is None:
        return open_screen(state, query, yes=yes)
    if query and context.get_parameter_source("query") is ParameterSource.COMMANDLINE:
        raise BadInput(
            "--query is for the screen", hint="Write it after the command, as in: finetop jobs list 'age<7d'"
        )
    gc.freeze()  # what is loaded by now stays: nobody need look through it again
    gc.set_threshold(50_000)  # most commands end before there is anything worth looking for
    gc.enable()  # the entry point switches it off for the sake of the screen's first paint
    return 0


variables.give(finetop)


def open_screen(state: Run, query: str | None = None, *, yes: bool) -> int:
    """Open the screen, asking first when nothing is written down yet."""
    from finetop import config  # noqa: PLC0415 - help needs none of this
    from finetop.cli import opening  # noqa: PLC0415 - as above

    if not opening.is_terminal():
        raise BadInput(
            "the screen needs a terminal, and this is not one", hint="In scripts: finetop jobs list --json"
        )
    profiles = opening.known_profiles(state)
    if profiles is None and yes:
        profiles = opening.environment_profiles(state)
    if profiles is not None:
        settings = config.load_settings(state.paths, state.environ)
        condition = _condition(state, query, profiles)
        return state.screens.open(Opening(state.paths, profiles, settings, condition=condition))
    found = config.found_keys(state.environ)
    answer = state.screens.ask(found)
    if answer is None:
        return 0
    if answer == "demo":
        from finetop.cli.demo import run_demo  # noqa: PLC0415 - starts processes

        return run_demo(state, keep=None)
    profiles = opening.answered_profiles(answer, found)
    config.save(state.paths, profiles)
    condition = _condition(state, query, profiles)
    return state.screens.open(Opening(state.paths, opening.guarded(state, profiles), condition=condition))


def _condition(state: Run, query: str | None, profiles: Sequence[Profile]) -> Condition | None:
    from finetop.cli import queries  # noqa: PLC0415 - mostly there is no query

    return queries.condition(state, (query,), profiles) if query else None
