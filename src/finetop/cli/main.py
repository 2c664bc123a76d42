"""`finetop`: opens the screen, and the frame around every command."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from finetop import __version__, config
from finetop.cli import opening, output
from finetop.cli.demo import demo
from finetop.cli.jobs import jobs
from finetop.cli.opening import Opening, Run, Screens
from finetop.cli.serve import serve
from finetop.config import Paths
from finetop.errors import BadInput, FinetopError

INTERRUPTED = 130


def main(screens: Screens) -> None:
    """Do what the process's arguments ask, then end it with the exit code that says how it went."""
    sys.exit(run(sys.argv[1:], screens))


def run(arguments: Sequence[str], screens: Screens) -> int:
    """Do what the arguments ask; every expected error becomes one sentence and an exit code."""
    try:
        state = Run(paths=Paths.of(os.environ), environ=os.environ, screens=screens)
        code = finetop.main(args=list(arguments), prog_name="finetop", standalone_mode=False, obj=state)
    except FinetopError as error:
        output.complain(error)
        return error.exit_code
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "finetop"
        output.complain(BadInput(error.format_message().rstrip("."), hint=f"See {where} --help"))
        return BadInput.exit_code
    except (click.Abort, KeyboardInterrupt):
        output.talk("interrupted")
        return INTERRUPTED
    return code if isinstance(code, int) else 0


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--profile", metavar="NAME", help="Show this profile only.")
@click.option("--yes", is_flag=True, help="Take the environment's key without asking.")
@click.pass_context
def finetop(context: click.Context, profile: str | None, *, yes: bool) -> int:
    """Top for fine-tuning jobs. Without a command it opens the screen."""
    context.obj = state = replace(context.obj, profile=profile)
    if context.invoked_subcommand is None:
        return open_screen(state, yes=yes)
    gc.enable()  # the entry point switches it off for the sake of the screen's first paint
    return 0


for _command in (demo, serve, jobs):
    finetop.add_command(_command)


def open_screen(state: Run, *, yes: bool) -> int:
    """Open the screen, asking first when nothing is written down yet."""
    if not opening.is_terminal():
        raise BadInput(
            "the screen needs a terminal, and this is not one", hint="In scripts: finetop jobs list --json"
        )
    profiles = opening.known_profiles(state)
    if profiles is None and yes:
        profiles = opening.environment_profiles(state)
    if profiles is not None:
        return state.screens.open(Opening(state.paths, profiles))
    found = config.found_key(state.environ)
    answer = state.screens.ask(found)
    if answer is None:
        return 0
    if answer == "demo":
        from finetop.cli.demo import run_demo  # noqa: PLC0415

        return run_demo(state, keep=None)
    profiles = opening.answered_profiles(answer, found)
    config.save(state.paths, profiles)
    return state.screens.open(Opening(state.paths, profiles))
