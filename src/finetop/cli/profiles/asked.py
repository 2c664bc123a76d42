"""The options that a profile is made of, and the profile they make."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from finetop.cli.options import pairs
from finetop.config import COLOURS, DIALECTS, OPENAI_URL, Profile
from finetop.config.contradictions import HERE
from finetop.config.reading import problems_of
from finetop.config.writing import table_of
from finetop.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])
LONGEST_PACE_S = 86_400.0


def _words(_context: click.Context, option: click.Parameter, given: str | None) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(given or ""))
    except ValueError as error:
        raise BadInput(f"{option.opts[0]}: {str(error).lower()}", hint="Close the quote.") from error


OPTIONS = (
    click.option(
        "--dialect", type=click.Choice(DIALECTS), default="openai", show_default=True, help="The API."
    ),
    click.option("--base-url", metavar="URL", help="Where the API is; usually ends in /v1."),
    click.option("--key-env", metavar="NAME", help="The variable that holds the key."),
    click.option(
        "--key-command",
        metavar="WORDS",
        callback=_words,
        help="A command that prints the key; no shell reads it.",
    ),
    click.option("--key-file", metavar="FILE", help="A file of mode 600 that holds the key."),
    click.option("--key-header", metavar="NAME", help="The header for the key, such as api-key at Azure."),
    click.option(
        "--header", "headers", multiple=True, metavar="NAME=VALUE", callback=pairs, help="Sent every time."
    ),
    click.option(
        "--query-param",
        "query",
        multiple=True,
        metavar="NAME=VALUE",
        callback=pairs,
        help="Added to addresses.",
    ),
    click.option("--organization", metavar="ID", help="Sent as OpenAI-Organization."),
    click.option("--project", metavar="ID", help="Sent as OpenAI-Project."),
    click.option("--read-only", is_flag=True, help="Never change anything there."),
    click.option("--colour", type=click.Choice(COLOURS), help="The colour of its name."),
    click.option(
        "--pace",
        "pace_s",
        type=click.FloatRange(0, LONGEST_PACE_S),
        metavar="SECONDS",
        help="Between two questions about a running job.",
    ),
    click.option("--data-dir", metavar="DIR", help="Of the dialect local: its server's folder."),
    click.option(
        "--path", metavar="PATH", help="Of the dialect archive: the folder or file that holds the jobs."
    ),
)


def profile_options(command: Command) -> Command:
    """Give a command one option for each setting of a profile."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def profile_said(name: str, said: dict[str, Any]) -> Profile:
    """The profile that these options describe. Raises BadInput for what could not stand in the file."""
    given = {setting: value for setting, value in said.items() if value not in (None, (), {})}
    for setting in {"key_file", "data_dir", "path"} & set(given):
        given[setting] = str(Path(given[setting]).absolute()) if given[setting][0] != "~" else given[setting]
    here = given["dialect"] in HERE
    given.setdefault("base_url", "" if here else OPENAI_URL)
    has_key = {"key_env", "key_command", "key_file"} & set(given)
    if given["base_url"] == OPENAI_URL and not has_key:
        given["key_env"] = "OPENAI_API_KEY"
    profile = Profile(name, **given)
    problems = problems_of(table_of(profile))
    if problems:
        raise problems[0]
    return profile
