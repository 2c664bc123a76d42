"""`finetop record`: keeps what providers tell while no screen is open, and says who does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from finetop.cli import account, options, output
from finetop.errors import BadInput, Unreachable
from finetop.pace import SHORTEST_S
from finetop.text import age

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.session import Session

LONGEST_PACE_S = 86_400.0


@click.command(short_help="Keep jobs, events and curves while no screen is open.")
@click.option("--status", "ask_status", is_flag=True, help="Say who asks each account, and how that goes.")
@click.option("--result-files", is_flag=True, help="Bring the result files of jobs that end, too.")
@click.option(
    "--pace",
    type=click.FloatRange(0, LONGEST_PACE_S),
    metavar="SECONDS",
    help="Between two questions about a running job, from now on; 0 is the profile's own pace.",
)
@click.option("--pause", is_flag=True, help="Have nobody ask, until --resume or p on a screen.")
@click.option("--resume", is_flag=True, help="Have whoever asks go on.")
@options.profile
@options.as_json
@click.pass_obj
def record(
    run: Run,
    *,
    result_files: bool,
    ask_status: bool,
    pace: float | None,
    pause: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """Ask all profiles, or one, and keep what they tell, until Ctrl-C or SIGTERM.

    Of several recorders and screens one asks each account; the others read along and take over.
    What is said of the pace holds for whoever asks, until something else is said. With --status,
    --pause or --resume nothing is recorded here.
    """
    if as_json and not ask_status:
        raise BadInput("--json goes with --status", hint="finetop record --status --json")
    if pause and resume:
        raise BadInput("--pause and --resume are opposites", hint="Say one of them.")
    if pace is not None and 0 < pace < SHORTEST_S:
        raise BadInput(
            f"--pace {pace:g} is too often",
            hint=f"Say {SHORTEST_S:g} or more, or 0 for the profile's own pace.",
        )
    from finetop.cli.record.installed import began_anew  # noqa: PLC0415 - for who asks for help only, it is much

    if began_anew():
        pace = None  # it was said at the first start, and something else may have been said since
    profiles = account.chosen_profiles(run)
    with account.looked_at(run, *profiles) as session:
        _pass_on(session, pace=pace, paused=pause if pause or resume else None)
        if ask_status:
            _tell_status(session, as_json=as_json)
    if ask_status or pause or resume:
        return
    from finetop.cli.record.diary import Diary  # noqa: PLC0415 - only where it records
    from finetop.cli.record.process import Recording  # noqa: PLC0415 - as above

    if run.paths.notice:
        output.talk(run.paths.notice)
    Recording(run, profiles, Diary(environ=run.environ), keep_results=result_files).until_the_end()


def _pass_on(session: Session, *, pace: float | None, paused: bool | None) -> None:
    """Write down what is wished of whoever asks, now or later."""
    for number, name in session.names.items():
        if pace is not None:
            session.store.pacing.set_pace(number, pace or None)
            every = f"{pace:g} s" if pace else f"{session.own_pace_s(number):g} s, as is usual"
            output.talk(f"{name}: running jobs are asked about every {every}")
        if paused is not None:
            session.store.pacing.set_paused(number, paused=paused)
            output.talk(f"{name}: polling {'is paused' if paused else 'goes on'}")


def _tell_status(session: Session, *, as_json: bool) -> None:
    """Raises Unreachable where nobody asks any account."""
    now = time.time()
    found = [_account(session, number, name, now) for number, name in session.names.items()]
    if as_json:
        output.write_json(found)
    else:
        output.write_table(
            ("PROFILE", "STATE", "LAST ANSWER", "JOBS", "PACE", "ASKED BY", "SINCE", ""),
            [_line(facts, now) for facts in found],
        )
    if not any(facts["recording"] for facts in found):
        raise Unreachable("nobody records", hint="Start it with: finetop record")


def _account(session: Session, number: int, name: str, now: float) -> dict[str, object]:
    """What is told of one account, under the names that programs read."""
    asker = session.store.locks.asker(number)
    contact = session.store.accounts.contact(number)
    pacing = session.store.pacing.get(number)
    return {
        "profile": name,
        "recording": asker is not None,
        "host": asker.host if asker else None,
        "pid": asker.pid if asker else None,
        "version": asker.version if asker else None,
        "since": asker.since if asker else None,
        "state": contact.state,
        "message": contact.message,
        "last_ok_at": contact.last_ok_at,
        "age_s": None if contact.last_ok_at is None else max(0.0, now - contact.last_ok_at),
        "paused": pacing.paused,
        "pace_s": pacing.pace_s or session.own_pace_s(number),
        "own_pace": pacing.pace_s is None,
        "jobs": session.store.jobs.counts().get(number, 0),
    }


def _line(facts: dict[str, object], now: float) -> tuple[str, ...]:
    since, age_s = facts["since"], facts["age_s"]
    return (
        str(facts["profile"]),
        "paused" if facts["paused"] else str(facts["state"]),
        f"{age(age_s)} ago" if isinstance(age_s, float) else "never",
        str(facts["jobs"]),
        f"{facts['pace_s']:g} s",
        f"{facts['host']} {facts['pid']}" if facts["recording"] else "nobody",
        f"{age(now - since)} ago" if isinstance(since, float) else "",
        str(facts["message"]),
    )
