"""How commands are found: by a table that loads nothing, with variables for their options."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from commands import here
from finetop.cli.lazy import LazyGroup
from finetop.cli.main import finetop as root

SETTINGS = {f"FINETOP_{name}" for name in ("CONFIG", "DATA", "STATE", "THEME", "GLYPHS")}
"""Variables that are no option's."""


def commands(group: click.Group, words: str = "finetop") -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{words} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")


ALL = dict(commands(root))


@pytest.mark.parametrize("group", [root, *(c for c in ALL.values() if isinstance(c, LazyGroup))])
def test_the_table_says_what_the_commands_say(group: click.Group) -> None:
    """Their names and one-line helps stand in it, so that help can be shown without loading any."""
    assert isinstance(group, LazyGroup)
    for name, listed in group.listed.items():
        command = listed.load()
        assert (name, listed.help) == (command.name, command.get_short_help_str(limit=120))
        assert len(listed.help) < 80, f"{name}: one line of a terminal"


@pytest.mark.parametrize("words", ALL)
def test_every_command_explains_itself(words: str) -> None:
    """All options have a help of their own."""
    command = ALL[words]
    assert command.help
    assert [
        option.name for option in command.params if isinstance(option, click.Option) and not option.help
    ] == []
    assert here(*words.split()[1:], "--help").code == 0


def test_every_option_has_a_variable() -> None:
    """Equal options of all commands have one, and none is that of a setting."""
    for command in (root, *ALL.values()):
        for option in command.params:
            if isinstance(option, click.Option) and option.name not in {"help", "version"}:
                assert isinstance(option.envvar, str)
                assert option.envvar.startswith("FINETOP_")
                assert option.envvar not in SETTINGS


def test_the_command_line_beats_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the command's name as after it."""
    monkeypatch.setenv("FINETOP_PROFILE", "nobody")
    assert "there is no profile nobody (FINETOP_PROFILE)" in here("jobs", "list").err
    for words in (("--profile", "some", "jobs", "list"), ("jobs", "list", "--profile", "some")):
        assert "there is no profile some in" in here(*words).err


def test_a_variable_that_makes_no_sense_is_named() -> None:
    """Whoever typed no option is not told of one."""
    done = here("jobs", "list", FINETOP_LIMIT="many")
    assert done.code == 2
    assert "the variable FINETOP_LIMIT: 'many'" in done.err


@pytest.mark.parametrize(
    ("words", "meant"), [(("jbos",), "finetop jobs"), (("jobs", "lst"), "finetop jobs list")]
)
def test_a_slip_of_the_finger(words: tuple[str, ...], meant: str) -> None:
    """The nearest command is named."""
    done = here(*words)
    assert done.code == 2
    assert f"did you mean {meant}?" in done.err


def test_help_loads_no_command() -> None:
    """It is asked for often, and by completion at every tab."""
    program = """
import sys
from finetop import cli
sys.argv = ["finetop", "--help"]
try:
    cli.main(cli.Screens(open=lambda opening: 0, ask=lambda found: None))
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stderr.split() if name.startswith("finetop.")}
    assert loaded == {
        "finetop.cli", "finetop.cli.lazy", "finetop.cli.main", "finetop.cli.run", "finetop.cli.variables",
        "finetop.errors",
    }  # fmt: skip
    assert not {"sqlite3", "tomllib", "platformdirs", "asyncio", "pydantic"} & set(done.stderr.split())
