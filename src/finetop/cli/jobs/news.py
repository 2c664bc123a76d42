"""`finetop jobs news`: what became of jobs since the last visit, for who has no screen open."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from finetop.cli import account, options, output
from finetop.cli.known import stored

if TYPE_CHECKING:
    from finetop.cli.run import Run


@click.command("news", short_help="Say what became of jobs since your last visit.")
@click.option("--seen", is_flag=True, help="Take them as seen: the next news begin here.")
@options.profile
@options.as_json
@click.pass_obj
def list_news(run: Run, *, seen: bool, as_json: bool) -> None:
    """Say what became of jobs since the last visit, worst first, as far as it is known here; nobody is asked.

    A visit ends when the screen is left, or with --seen.
    """
    from finetop.alerts.news import WORDS, news  # noqa: PLC0415 - help needs none of this
    from finetop.text import age  # noqa: PLC0415 - as above

    now = time.time()
    profiles = account.chosen_profiles(run)
    if seen:
        with account.looked_at(run, *profiles):
            pass  # an account that was never asked has its beginning here
    with stored(run, profiles) as (store, names):
        since = store.visits.seen(names)
        found = news(store, names, since, now=now)
        if seen:
            store.visits.mark(list(names))
    if as_json:
        output.write_json(
            [
                {
                    "event": one.event,
                    "profile": one.profile,
                    "job": one.key.id if one.event != "shutdown" else None,
                    "name": one.name,
                    "said": one.said,
                    "noticed_at": one.at,
                }
                for one in found
            ]
        )
        return
    if found:
        output.write_table(
            ("WHAT", "NAME", "AGE", "PROFILE", ""),
            [(WORDS[one.event], one.name, age(now - one.at), one.profile, one.said) for one in found],
        )
        return
    if since or seen:
        output.talk("nothing has happened since your last visit")
    else:
        output.talk("nobody has looked here yet; --seen, or a look at the screen, begins it")
