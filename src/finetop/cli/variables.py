"""FINETOP_<OPTION>: every option can be given by the environment; the command line beats it."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

PREFIX = "FINETOP_"
_NEVER = frozenset({"help", "version", "show_completion"})
"""What ends a command at once: as a variable it would end every command."""


def give(command: click.Command) -> None:
    """Give each option of a command, and of those below it, its variable."""
    for option in command.params:
        if isinstance(option, click.Option) and option.envvar is None and option.name not in _NEVER:
            option.envvar = name_of(option)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            give(below)


def name_of(option: click.Option) -> str:
    """The variable of an option: its longest spelling in capitals."""
    return PREFIX + max(option.opts, key=len).lstrip("-").replace("-", "_").upper()


def is_from_environment(context: click.Context, option: click.Parameter) -> bool:
    """True where a variable, and not the command line, gave the value."""
    return context.get_parameter_source(option.name or "") is ParameterSource.ENVIRONMENT


def explained(error: click.ClickException) -> str:
    """What click complains of; where a variable is to blame, it is named instead of the option."""
    if isinstance(error, click.BadParameter) and error.param is not None and error.ctx is not None:
        variable = error.param.envvar
        if isinstance(variable, str) and is_from_environment(error.ctx, error.param):
            error.param_hint = f"the variable {variable}"
    said = error.format_message().rstrip(".")
    if isinstance(error, click.BadParameter) and error.param is not None:
        said += _meant(error.param.type, error.message)
    return said


def _meant(type_: click.ParamType[Any], message: str) -> str:
    """The choice that is alike what was given."""
    given = message.split("'")[1:2]
    if not isinstance(type_, click.Choice) or not given:
        return ""
    import difflib  # noqa: PLC0415 - only for a slip of the finger

    alike = difflib.get_close_matches(given[0], [str(choice) for choice in type_.choices], n=1)
    return f"; did you mean {alike[0]}?" if alike else ""


def every(command: click.Group) -> set[str]:
    """The variables of all options of a program; loads every command."""
    context = click.Context(command)
    found = {option.envvar for option in command.params if isinstance(option.envvar, str)}
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if isinstance(below, click.Group):
            found |= every(below)
        elif below is not None:
            found |= {option.envvar for option in below.params if isinstance(option.envvar, str)}
    return found
