"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from finetop.cli import variables
from finetop.cli.lazy import completed
from finetop.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])
PROFILE_SO_FAR = "finetop.profile"
"""Where completion finds the profile that the line names."""


class Duration(click.ParamType[float]):
    """90s, 20m, 6h or 7d, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """As the query language reads it."""
        if isinstance(value, float):
            return value
        from finetop.query.values import duration  # noqa: PLC0415 - help shall not load it

        seconds = duration(str(value))
        if seconds is None:
            self.fail(f"{value!r} is not a time such as 90s, 20m, 6h or 7d", param, ctx)
        return seconds


DURATION = Duration()

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
as_jsonl = click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON value a line.")
field = click.option(
    "--field", metavar="NAME", help="Print one field of the JSON as text, as in result_files.0.id."
)
patience = click.option(
    "--timeout", type=DURATION, default=30.0, show_default="30s", help="Wait so long for a profile."
)
offline = click.option("--offline", is_flag=True, help="Ask nobody: show what is known.")
job_id = click.argument("job_id", shell_complete=completed("jobs"))
job_ids = click.argument(
    "job_ids", metavar="ID...", nargs=-1, required=True, shell_complete=completed("jobs")
)


def _choose_profile(context: click.Context, option: click.Parameter, name: str | None) -> None:
    if name is None:
        return
    if context.resilient_parsing:  # a shell completes: there is no run yet
        context.meta[PROFILE_SO_FAR] = name
    elif context.obj.profile is None or not variables.is_from_environment(context, option):
        # What was said before the command's name beats the variable.
        context.obj = context.obj._replace(profile=name)


profile = click.option(
    "--profile",
    metavar="NAME",
    expose_value=False,
    callback=_choose_profile,
    is_eager=True,
    help="Work on this profile.",
    shell_complete=completed("profiles"),
)


def metadata(help_: str) -> Callable[[Command], Command]:
    """The option for pairs; the command gets them as a dict."""
    return click.option("--metadata", "-m", multiple=True, metavar="KEY=VALUE", callback=pairs, help=help_)


def pairs(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """The callback of an option that may be given several times, as NAME=VALUE."""
    found = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            said = option.envvar if variables.is_from_environment(context, option) else option.opts[0]
            raise BadInput(f"{said} {pair!r} is not NAME=VALUE", hint="Write NAME=VALUE, as in team=support.")
        found[name] = value
    return found
