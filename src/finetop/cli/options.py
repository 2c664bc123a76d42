"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from finetop.cli import variables
from finetop.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


def _choose_profile(context: click.Context, option: click.Parameter, name: str | None) -> None:
    if name is None or (context.obj.profile is not None and variables.is_from_environment(context, option)):
        return  # what was said before the command's name beats the variable
    context.obj = replace(context.obj, profile=name)


profile = click.option(
    "--profile",
    metavar="NAME",
    expose_value=False,
    callback=_choose_profile,
    is_eager=True,
    help="Work on this profile.",
)


def metadata(help_: str) -> Callable[[Command], Command]:
    """The option for pairs; the command gets them as a dict."""
    return click.option("--metadata", "-m", multiple=True, metavar="KEY=VALUE", callback=_pairs, help=help_)


def _pairs(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise BadInput(
                f"--metadata {pair!r} is not KEY=VALUE", hint="For example: --metadata team=support"
            )
        found[name] = value
    return found
