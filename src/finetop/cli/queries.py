"""A query as arguments of a command: `-profile:openai` is no option there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from finetop.cli.lazy import completed
from finetop.errors import BadInput

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.query import Condition

_NEGATED = re.compile(r"-[A-Za-z][\w.-]+(:|=|!=|<|>)")
_MARK = "\0"
"""No argument of a process can begin with it."""

_SIGNS = (
    ("word", "in name, id or model"),
    ("field:text", "in that field; * stands for anything, field:* asks whether there is a value"),
    ("field=text", "the whole of it; != is the opposite"),
    ("field>1  <=1e-4  :1..5", "numbers, also 10k, 50%, 7d, 1h30m, 2026-05-31; n_epochs, lr, batch_size..."),
    ("a,b", "one of them; a space means and"),
    ("-term", "not so"),
)

argument = click.argument("query", nargs=-1, metavar="[QUERY]...", shell_complete=completed("query_words"))


class QueryCommand(click.Command):
    """A command whose arguments are a query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hide the terms with a dash from what looks for options."""
        return super().parse_args(ctx, [self._hidden(arg) for arg in args])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What can stand in a query."""
        from finetop.query import FIELDS  # noqa: PLC0415 - only for help

        super().format_epilog(ctx, formatter)
        with formatter.section("Query"):
            formatter.write_dl([*_SIGNS, *((field.name, field.help) for field in FIELDS.values())])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What begins with a dash may be an option, or a term that is not to hold."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-") and not incomplete.startswith("--"):
            from finetop.cli import completing  # noqa: PLC0415 - only for a tab key

            found += completing.query_words(ctx, incomplete)
        return found

    def _hidden(self, arg: str) -> str:
        if not _NEGATED.match(arg):
            return arg
        from finetop.query import fields  # noqa: PLC0415 - help shall not load it

        name, value = re.split("[:=!<>]+", arg[1:], maxsplit=1)
        if fields.found(name) is None:
            if any(f"--{name}" in option.opts for option in self.params):
                raise BadInput(f"-{name} has one dash too few", hint=f"Write --{name} {value}".rstrip())
            if any(arg[:2] in option.opts for option in self.params):
                return arg  # `-mteam=support`: an option with its value
        return _MARK + arg


def condition(
    run: Run, words: Sequence[str], profiles: Sequence[Profile], metadata: Mapping[str, str] | None = None
) -> Condition | None:
    """What the arguments say; None for all jobs. Raises BadQuery with the place."""
    if not words and not metadata:
        return None
    from finetop.query import parse  # noqa: PLC0415 - a list without a query waits for none of it

    text = " ".join(word.removeprefix(_MARK) for word in words)
    names = None if run.profile else [profile.name for profile in profiles]
    return parse(text, profiles=names).bearing(metadata or {})
