"""`finetop config`: where everything lies and how large it is, what is wrong with it, and its schema."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from finetop.cli import options, output, variables
from finetop.cli.profiles.facts import place_of
from finetop.config import Settings, source_of
from finetop.config.inventory import inventory
from finetop.config.masked import masked, masked_settings, masked_variables
from finetop.config.reading import Reading, located, read
from finetop.config.settings import PREFIX as ALERTS
from finetop.config.settings import overridden
from finetop.config.tables import nearest
from finetop.errors import BadInput
from finetop.text import count, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.config.inventory import Item

ALL = variables.PREFIX
TOLD = "FINETOP_ALERT_"
"""What a command is told of an alert; it may run finetop."""
_PLACES = {
    "FINETOP_CONFIG",
    "FINETOP_DATA",
    "FINETOP_STATE",
    "FINETOP_THEME",
    "FINETOP_GLYPHS",
    "FINETOP_MOUSE",
}


@click.group(
    "config", invoke_without_command=True, short_help="Say where everything lies, and check the settings."
)
@options.as_json
@click.pass_context
def settings(context: click.Context, *, as_json: bool) -> None:
    """Say where everything lies and how large it is. It works with settings that are in error, too."""
    if context.invoked_subcommand is not None:
        return
    run: Run = context.obj
    found = read(run.paths.config_file)
    problems = _problems(found, run.environ)
    items = inventory(run.paths, found.profiles)
    if as_json:
        output.write_json(
            {
                "places": [{**asdict(item), "path": str(item.path)} for item in items],
                "profiles": {profile.name: masked(profile) for profile in found.profiles},
                "settings": masked_settings(found.settings or Settings()),
                "environment": masked_variables(run.environ),
                "problems": [_problem(problem) for problem in problems],
            }
        )
    else:
        output.write_table(("WHAT", "SIZE", "WHERE"), [_line(item) for item in items])
        profiles = [_in_short(profile) for profile in found.profiles] or ["none yet"]
        variables = [f"{name}={value}" for name, value in masked_variables(run.environ).items()]
        output.write_line(("",))
        output.write_facts([*_listed("Profiles", profiles), *_listed("Variables", variables)])
    if run.paths.notice:
        output.talk(run.paths.notice)
    if problems:
        many = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        output.talk(f"there is {many} in the settings; see them: finetop config check")


@settings.command("check", short_help="Tell every mistake in the settings, each with its line.")
@options.as_json
@click.pass_obj
def check(run: Run, *, as_json: bool) -> int:
    """Tell every mistake in the settings file and its variables; the exit code is 2 where there is one."""
    found = read(run.paths.config_file)
    keys = run.screens.keys(found.settings.keys) if found.settings and found.settings.keys.wishes else None
    problems = [*_problems(found, run.environ), *_strange_variables(run.environ)]
    if keys is not None:
        problems += located(found.file, keys.complaints)
        problems.sort(key=lambda problem: getattr(problem, "line", None) or sys.maxsize)
    if as_json:
        output.write_json([_problem(problem) for problem in problems])
    else:
        for problem in problems:
            output.write_line((problem.message,))
            if problem.advice:
                output.write_line(("", problem.advice))
    for note in located(found.file, keys.notes) if keys is not None else ():
        output.talk(f"{note.message}. {note.hint}")
    if problems:
        return BadInput.exit_code
    profiles = f"{count(len(found.profiles))} profile{'' if len(found.profiles) == 1 else 's'}"
    there = f"{profiles}, no mistake" if found.is_there else "there is no such file yet, and none is needed"
    output.talk(f"{found.file}: {there}")
    return 0


@settings.command("schema", short_help="Print the JSON Schema of the settings file, for editors.")
def schema() -> None:
    """Print the JSON Schema of config.toml."""
    from finetop.config.schema import json_schema  # noqa: PLC0415 - reads the source of the classes

    output.write_json(json_schema())


def _problems(found: Reading, environ: Mapping[str, str]) -> list[BadInput]:
    """What is wrong in the file, and in the variables that stand for parts of it."""
    problems = list(found.problems)
    try:
        overridden(found.settings or Settings(), environ)
    except BadInput as error:
        problems.append(error)
    return problems


def _strange_variables(environ: Mapping[str, str]) -> list[BadInput]:
    """Variables that look like ours and that nothing reads: most often a slip of the finger."""
    from finetop.cli.main import finetop  # noqa: PLC0415 - that module names this one

    ours = variables.every(finetop) | _PLACES
    strange = [
        name
        for name in sorted(environ)
        if name.startswith(ALL) and not name.startswith((ALERTS, TOLD)) and name not in ours
    ]
    return [
        BadInput(f"nothing reads the variable {name}", hint=f"Use {ALL}{meant}." if meant else "Unset it.")
        for name in strange
        for meant in [nearest(name.removeprefix(ALL), {one.removeprefix(ALL) for one in ours})]
    ]


def _problem(problem: BadInput) -> dict[str, Any]:
    return {
        "message": problem.message,
        "file": getattr(problem, "path", None),
        "line": getattr(problem, "line", None),
        "hint": problem.advice,
    }


def _line(item: Item) -> tuple[str, str, str]:
    many = f", {count(item.files)} files" if item.files > 1 and item.path.is_dir() else ""
    return item.name, f"{size(item.size_bytes)}{many}" if item.files else "none yet", str(item.path)


def _listed(label: str, values: list[str]) -> list[tuple[str, str]]:
    """The label before the first of them."""
    return [("" if place else label, value) for place, value in enumerate(values)]


def _in_short(profile: Profile) -> str:
    key = source_of(profile)
    return f"{profile.name} ({place_of(profile)}{f', key from {key}' if key else ''})"
