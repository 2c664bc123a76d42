"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from finetop.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


def _choose_profile(context: click.Context, _option: click.Parameter, name: str | None) -> None:
    if name is not None:
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


def number_or_auto(kind: type[int | float]) -> Callable[[str], int | float | str]:
    """What turns an argument into a positive number, or leaves the word `auto` to the provider."""

    def convert(value: str) -> int | float | str:
        if value == "auto":
            return value
        try:
            number = kind(value)
        except ValueError:
            number = 0
        if not 0 < number < 1e9:
            wanted = "a whole number from 1" if kind is int else "a number above 0"
            raise click.BadParameter(f"{value!r} is neither {wanted} nor auto")
        return number

    convert.__name__ = "NUMBER|auto"  # click shows it in the help
    return convert
