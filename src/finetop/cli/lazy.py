"""Groups that load a command's module only when it is asked for; their help comes from a table."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from finetop.cli import variables

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


class Listed(NamedTuple):
    """A command before it is loaded."""

    place: str
    """module:name"""
    help: str
    """Its line in the list of commands; a test compares it with the command's own."""

    def load(self) -> click.Command:
        """The command itself, with its options' variables."""
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        variables.give(command)
        return command


class LazyGroup(click.Group):
    """Commands by name; `finetop --help` loads none of them."""

    def __init__(self, *args: Any, listed: Mapping[str, Listed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the base class has it so
        return list(self.listed)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - as above
        cmd_name: str,
    ) -> click.Command | None:
        found = self.commands.get(cmd_name)
        if found is None and cmd_name in self.listed:
            found = self.commands[cmd_name] = self.listed[cmd_name].load()
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.listed and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 - only for a slip of the finger

            alike = difflib.get_close_matches(name, self.listed, n=1)
            meant = f"; did you mean {ctx.command_path} {alike[0]}?" if alike else ""
            raise click.UsageError(f"there is no command {name!r}{meant}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - as above
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.help) for name, listed in self.listed.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for a tab key

        names = [name for name in self.listed if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(name, help=self.listed[name].help) for name in names] + options


def completed(what: str) -> Complete:
    """Complete a word by one of the functions of `completing`, which a tab key alone has to wait for."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from finetop.cli import completing  # noqa: PLC0415 - as said

        found: list[CompletionItem] = getattr(completing, what)(context, incomplete)
        return found

    return complete
