"""What the shell completes: profiles, ids of jobs that are known, and the words of a query."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from finetop.cli import opening
from finetop.cli.known import stored
from finetop.cli.options import PROFILE_SO_FAR
from finetop.cli.run import Run, Screens
from finetop.errors import FinetopError
from finetop.text import clean

if TYPE_CHECKING:
    import click

    from finetop.config import Profile
    from finetop.store import JobRow

MOST_JOBS = 200
"""More would not be read."""


def profiles(_context: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of profiles."""
    names = [*(profile.name for profile in _profiles(None)), "local"]
    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete)]


def jobs(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """The newest jobs that are known."""
    jobs_ = (row for row in _jobs(_profile_in(context)) if row.is_job and _can_be_typed(row.key.id))
    begin = (row for row in jobs_ if row.key.id.startswith(incomplete))
    return [
        CompletionItem(row.key.id, help=clean(f"{row.status} {row.name} {row.model}"))
        for row in itertools.islice(begin, MOST_JOBS)
    ]


def query_words(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Fields, and the values of those whose values are known."""
    from finetop.query.completing import words  # noqa: PLC0415 - profiles and ids wait for none of it

    found = words(incomplete, lambda field: _values(field, context))
    return [CompletionItem(word.text, help=word.help or None) for word in found]


def _values(field: str, context: click.Context) -> Iterable[str]:
    told: dict[str, Callable[[JobRow], str]] = {
        "model": lambda row: row.model,
        "name": lambda row: row.name,
        "id": lambda row: row.key.id,
    }
    if field == "profile":
        return [profile.name for profile in _profiles(None)]
    if field in told:
        rows = _jobs(_profile_in(context))
        found = dict.fromkeys(told[field](row) for row in itertools.islice(rows, MOST_JOBS))
        return [word for word in found if _can_be_typed(word)]
    return ()


def _can_be_typed(word: str) -> bool:
    """A shell puts the word on the line as it is, whatever the API wrote."""
    return bool(word) and word == clean(word) and " " not in word


def _jobs(profile: str | None) -> Iterable[JobRow]:
    """The jobs that are known, newest first; none where anything is wrong, for a tab key has no words."""
    with suppress(FinetopError), stored(_run(profile), _profiles(profile)) as known:
        yield from known.store.jobs.newest(known.names)


def _profiles(name: str | None) -> tuple[Profile, ...]:
    with suppress(FinetopError):
        run = _run(name)
        return opening.known_profiles(run) or opening.environment_profiles(run)
    return ()


def _profile_in(context: click.Context) -> str | None:
    """The profile that the line names so far, after the command's name or before it."""
    said = context.meta.get(PROFILE_SO_FAR) or context.find_root().params.get("profile")
    return said if isinstance(said, str) else None


def _run(profile: str | None) -> Run:
    return Run(os.environ, Screens(open=lambda _: 1, ask=lambda _: None), profile)
