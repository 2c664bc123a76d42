"""What is asked before files or models are deleted: what they are, who uses them, what is lost; pure."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.tui.screens.bulk_consent import LISTED, BulkConsent
from finetop.tui.screens.consent import WIDTH, Consent
from finetop.tui.screens.dialog import facts

if TYPE_CHECKING:
    from finetop.tui.widgets.runs import Run

MOST_USERS: Final = 3
"""Jobs that are named; the others are counted."""


class Doomed(NamedTuple):
    """Something that shall be deleted."""

    name: str
    profile: str
    id: str = ""
    about: str = ""
    """Its size, or what it was tuned from."""


def delete_consent(what: str, one: Doomed, users: Sequence[str], lost: str) -> Consent:
    """The question about one; `what` is `file` or `model`, `users` are the names of jobs."""
    name = text.shorten_middle(text.clean(one.name), WIDTH - 14)
    lines: list[tuple[Run, ...]] = [
        (),
        ((name, "bright"), (f"  {text.clean(one.profile)}", "muted")),
        (),
        *facts(
            [
                ("Id", ((text.shorten_middle(text.clean(one.id), 48), "text"),)),
                ("Is", ((text.clean(one.about), "text"),)),
                ("Used by", ((_users(users), "text"),)),
                ("Lost", ((lost, "text"),)),
            ]
        ),
        (),
        *[((row, "muted"),) for row in wrap(f"A deleted {what} cannot be brought back.", WIDTH)],
        (),
    ]
    return Consent(f"Delete this {what}?", "Keep it", f"Delete the {what}", lines, harmful=True)


def delete_many_consent(what: str, doomed: Sequence[Doomed], lost: str) -> BulkConsent:
    """The question about several; the answer is their number."""
    number = len(doomed)
    shown = doomed if number <= LISTED else doomed[: LISTED - 1]
    lines: list[tuple[Run, ...]] = [()]
    for one in shown:
        about = text.shorten_end(text.clean(f"{one.profile}  {one.about}"), 24)
        room = WIDTH - text.cells(about) - 2
        lines.append(
            (
                (text.pad(text.shorten_middle(text.clean(one.name), room), room), "bright"),
                (f"  {about}", "muted"),
            )
        )
    if len(shown) < number:
        lines.append(((f"and {number - len(shown):,} more", "muted"),))
    lines += [(), *facts([("Lost", ((lost, "text"),))]), ()]
    lines += [((f"Deleted {what}s cannot be brought back.", "muted"),), ()]
    return BulkConsent(
        f"Delete {number:,} {what}s?", "Keep them", f"Delete {number:,} {what}s", number, lines
    )


def _users(users: Sequence[str]) -> str:
    """The jobs that use it."""
    if not users:
        return "no job that finetop knows"
    named = ", ".join(text.shorten_middle(text.clean(user), 24) for user in users[:MOST_USERS])
    more = len(users) - MOST_USERS
    return f"{named} and {more:,} more" if more > 0 else named
