"""`finetop keys`: every action of the screen with its keys, and what this terminal really sends."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click

from finetop.cli import options, output
from finetop.config import Settings
from finetop.config.reading import first_of, located, read
from finetop.text.keys import key_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finetop.cli.run import Run
    from finetop.config.keymap import KeyLine, Keys
    from finetop.errors import BadInput


@click.command(short_help="List the keys of the screen, or see what this terminal sends for them.")
@click.option("--test", "is_test", is_flag=True, help="Show what arrives for each key that is pressed.")
@click.option("--changed", is_flag=True, help="Only what the settings change.")
@options.as_json
@click.pass_obj
def keys(run: Run, *, is_test: bool, changed: bool, as_json: bool) -> int:
    """List what the screen can do, its keys, and the id by which [keys] in the settings gives it others.

    A * stands beside the keys that the settings have changed.
    """
    wanted, problems = _wanted(run)
    if is_test:
        return run.screens.try_keys(wanted)
    table = run.screens.keys(wanted)
    file = run.paths.config_file
    problems += located(file, table.complaints)
    lines = [line for line in table.lines if not changed or line.keys != line.shipped]
    if as_json:
        output.write_json([_json(line) for line in lines])
    else:
        output.write_table(("", "KEYS", "ID", "WHAT IT DOES"), list(_rows(lines)))
    for note in located(file, table.notes):
        output.talk(f"{note.message}. {note.hint}")
    if problems:
        raise first_of(tuple(problems))
    return 0


def _wanted(run: Run) -> tuple[Keys, list[BadInput]]:
    """The section [keys], and what is wrong in it already; the rest of the file is not asked."""
    found = read(run.paths.config_file)
    return (found.settings or Settings()).keys, list(found.problems)


def _rows(lines: Iterable[KeyLine]) -> Iterable[Sequence[str]]:
    for section, group in groupby(lines, key=lambda line: line.section):
        for place, line in enumerate(group):
            own = " *" if line.keys != line.shipped else ""
            yield "" if place else section, f"{' '.join(map(key_word, line.keys))}{own}", line.id, line.does


def _json(line: KeyLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "section": line.section,
        "keys": [key_word(key) for key in line.keys],
        "default_keys": [key_word(key) for key in line.shipped],
        "does": line.does,
        "places": list(line.places),
    }


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_FACTS: Final[dict[str, Any]] = {
    "id": {"type": "string", "description": "What [keys] in the settings calls it."},
    "section": {"type": "string", "description": "The heading it stands under."},
    "keys": {**_TEXTS, "description": "The keys that do it; none where the settings have taken them away."},
    "default_keys": {**_TEXTS, "description": "The keys it has where the settings say nothing."},
    "does": {"type": "string", "description": "What it does, in a sentence."},
    "places": {**_TEXTS, "description": "Where its keys work."},
}
SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Key",
    "description": "Something the screen can do, and the keys that do it.",
    "type": "object",
    "properties": _FACTS,
    "required": list(_FACTS),
}
"""What `finetop keys --json` is a list of."""
