"""What is asked before something is done to several jobs at once: which they are, and what is lost; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.tui.screens.consent import BESIDE, WIDTH
from finetop.tui.screens.dialog import facts

if TYPE_CHECKING:
    from finetop.store.rows import JobRow
    from finetop.text import Glyphs
    from finetop.tui.widgets.runs import Run

LISTED: Final = 8
"""So many jobs are named at most."""
AROUND: Final = 14
"""Lines of the dialog that are not names."""
AIRY: Final = 22
"""Lower screens have no room for blank lines."""


class Target(NamedTuple):
    """A job to which something is to be done."""

    row: JobRow
    checkpoints: int = 0
    saved: int = 0
    """The last step that a checkpoint has kept."""


@dataclass(frozen=True, slots=True)
class BulkConsent:
    """One question about several jobs; the answer is their number, typed."""

    question: str
    keep: str
    do: str
    number: int
    lines: Sequence[tuple[Run, ...]]
    harmful: bool = True


class _Order(NamedTuple):
    verb: str
    keep: str
    milder: str


_ORDERS: Final = {
    "cancel": _Order("Cancel", "Keep them", "Cancelled jobs stay cancelled; their checkpoints are kept."),
    "pause": _Order("Pause", "Keep them", "They stop at their next step, are saved, and can be resumed."),
    "resume": _Order("Resume", "Keep them paused", "They wait in line first, then go on where they were."),
    "delete": _Order("Delete", "Keep them", "Deleted jobs cannot be brought back."),
}


def bulk_consent(
    kind: str, targets: Sequence[Target], left_out: int, glyphs: Glyphs, *, screen: tuple[int, int] = (80, 40)
) -> BulkConsent:
    """The question; `left_out` counts the marked jobs to which this cannot be done."""
    order = _ORDERS[kind]
    number = len(targets)
    width, listed = min(WIDTH, screen[0] - BESIDE), max(2, min(LISTED, screen[1] - AROUND))
    lines: list[tuple[Run, ...]] = [(), *_named(targets, width, listed, glyphs), ()]
    lines += facts(_facts(kind, targets))
    if left_out:
        lines += facts([("Left out", ((f"{left_out} marked, where this cannot be done", "text"),))])
    lines += [(), *[((row, "muted"),) for row in wrap(order.milder, width)], ()]
    if screen[1] < AIRY:
        lines = [line for line in lines if line]
    jobs = f"{number:,} jobs" if number > 1 else "1 job"
    return BulkConsent(
        f"{order.verb} {jobs}?",
        order.keep,
        f"{order.verb} {jobs}",
        number,
        lines,
        kind in {"cancel", "delete"},
    )


def _named(targets: Sequence[Target], width: int, listed: int, glyphs: Glyphs) -> list[tuple[Run, ...]]:
    """The jobs by their names; where they are too many, the first ones and how many there are besides."""
    shown = targets if len(targets) <= listed else targets[: listed - 1]
    profile = max((text.cells(text.clean(target.row.profile)) for target in shown), default=0)
    lines = [_one(target.row, width, min(profile, 12), glyphs) for target in shown]
    if len(shown) < len(targets):
        lines.append(((f"  and {len(targets) - len(shown):,} more", "muted"),))
    return lines


def _one(row: JobRow, width: int, profile: int, glyphs: Glyphs) -> tuple[Run, ...]:
    done = text.percent(row.done, done=row.is_final).strip() if row.done is not None else ""
    ends = f"{text.clean(row.status):<10}{done:>5}"
    room = width - text.cells(ends) - profile - 6
    name = text.shorten_middle(text.clean(row.name), room, glyphs.ellipsis)
    shown = text.shorten_end(text.clean(row.profile), profile, glyphs.ellipsis)
    return (
        (f"{glyphs.mark(row.status)} ", "muted"),
        (text.pad(name, room), "bright"),
        (f"  {text.pad(shown, profile)}  ", "muted"),
        (ends, "text"),
    )


def _facts(kind: str, targets: Sequence[Target]) -> list[tuple[str, tuple[Run, ...]]]:
    told = {"Done": _done(targets)}
    match kind:
        case "cancel":
            told |= {"Spent": _spent(targets), "Kept": _kept(targets), "Lost": _lost(targets)}
        case "pause":
            told |= {"Kept": "everything they have learned so far", "Lost": "nothing but their places"}
        case "resume":
            told |= {"Spent": "the rest of their steps, as if they had not been paused"}
        case _:
            told |= {"Kept": "their files and tuned models", "Lost": "the jobs and their logs, for everybody"}
    return [(label, ((words, "text"),)) for label, words in told.items()]


def _done(targets: Sequence[Target]) -> str:
    begun = [target.row for target in targets if target.row.step]
    if not begun:
        return "no step yet"
    steps = sum(row.step or 0 for row in begun)
    total = sum(row.total_steps or 0 for row in begun)
    of_all = f" of {total:,}" if all(row.total_steps for row in begun) else ""
    among = "" if len(begun) == len(targets) else f" in {len(begun):,} of them"
    return f"{steps:,}{of_all} steps{among}"


def _spent(targets: Sequence[Target]) -> str:
    """What they have cost, as far as providers say."""
    costs = [target.row.cost for target in targets if target.row.cost is not None]
    if costs:
        told = "" if len(costs) == len(targets) else f", as told of {len(costs):,}"
        return f"{text.dollars(sum(costs))}{told}"
    return "the steps already done" if any(target.row.step for target in targets) else "nothing yet"


def _kept(targets: Sequence[Target]) -> str:
    count = sum(target.checkpoints for target in targets)
    return f"{count:,} checkpoint{'' if count == 1 else 's'}" if count else "no checkpoint yet"


def _lost(targets: Sequence[Target]) -> str:
    steps = sum(max(0, (target.row.step or 0) - target.saved) for target in targets)
    if not steps:
        return "nothing"
    saved = any(target.saved for target in targets)
    return f"{steps:,} steps" + (" since their last checkpoints" if saved else "")


def outcome(kind: str, done: int, refused: Sequence[str]) -> tuple[str, str, str]:
    """What is said once all have answered: a sentence, a hint and the role; `refused` are reasons."""
    all_ = done + len(refused)
    asked = {
        "cancel": "asked to stop",
        "pause": "asked to pause",
        "resume": "asked to go on",
        "delete": "deleted",
    }[kind]
    if not refused:
        return f"{_are(done)} {asked}.", "", "text"
    first, *others = dict.fromkeys(refused)
    more = f" {len(others)} more reason{'' if len(others) == 1 else 's'} in the action log." if others else ""
    told = f"None of {all_:,} jobs is {asked}." if not done else f"{done:,} of {all_:,} jobs are {asked}."
    return told, f"{first}{more}", "warn" if done else "bad"


def _are(number: int) -> str:
    return "1 job is" if number == 1 else f"{number:,} jobs are"
