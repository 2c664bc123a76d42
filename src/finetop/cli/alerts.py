"""`finetop alerts`: what is told of jobs and by which ways, what was told, and whether a way works."""

from __future__ import annotations

import asyncio
import difflib
import time
from typing import TYPE_CHECKING, Any

import click

from finetop.cli import account, opening, options, output
from finetop.errors import BadInput, FinetopError

if TYPE_CHECKING:
    from finetop.alerts.plan import Plan
    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.session import Session
    from finetop.store import JobKey

SHOWN = 20
"""Alerts that are listed unless more are asked for."""
TEST = {"event": "test", "text": "this is a test of finetop's alerts", "profile": "", "job": None}


@click.group(short_help="Say what is told of jobs, what was told, and try each way.")
@options.profile
def alerts() -> None:
    """Alerts tell what becomes of jobs while nobody looks; [alerts] in the settings says how."""


@alerts.command("list", short_help="The rules, and the last alerts with what became of each.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=SHOWN, show_default=True, help="So many alerts."
)
@options.profile
@options.as_json
@click.pass_obj
def list_alerts(run: Run, limit: int, *, as_json: bool) -> None:
    """List the rules, then the last alerts, newest first, with what became of each."""
    from finetop.alerts.plan import plan_of  # noqa: PLC0415 - help needs none of this

    with account.looked_at(run, *_profiles(run)) as session:
        rules = _rules(plan_of(session.alerts))
        told = _told(session, limit)
    if as_json:
        output.write_json({"rules": rules, "alerts": told})
        return
    output.write_table(
        ("RULE", "JOBS", "TELLS OF", "BY"),
        [
            (rule["rule"], rule["jobs"] or "every job", " ".join(rule["on"]), " ".join(rule["ways"]))
            for rule in rules
        ],
    )
    output.write_line([""])
    if not told:
        output.talk("nothing was told yet; finetop alerts test tries each way")
        return
    output.write_table(("WHEN", "PROFILE", "WHAT", "BY"), [_line(alert) for alert in told])


@alerts.command("test", short_help="Send a test by each way, or by one, and say what came of it.")
@click.argument("way", required=False)
@options.profile
@options.as_json
@click.pass_obj
def test_alerts(run: Run, way: str | None, *, as_json: bool) -> int:
    """Send a test by each way that is set up, or by WAY alone, and say what came of it."""
    from finetop.alerts.plan import plan_of  # noqa: PLC0415 - as above

    with account.looked_at(run, *_profiles(run)) as session:
        plan = plan_of(session.alerts)
        found = [_tried(session, plan, one, asked=way is not None) for one in _ways(plan, way)]
    if as_json:
        output.write_json([{"way": name, "ok": not code, "said": said} for name, said, code in found])
    else:
        output.write_table(("WAY", "RESULT"), [(name, said) for name, said, _ in found])
    return max(code for _, _, code in found)


@alerts.command("watch", short_help="Tell of these jobs, whatever the rules say.")
@options.job_ids
@options.profile
@click.pass_obj
def watch(run: Run, job_ids: tuple[str, ...]) -> None:
    """Tell of these jobs by the usual ways, whatever the rules say; b on the screen does the same."""
    _want(run, job_ids, wanted=True)


@alerts.command("unwatch", short_help="Tell nothing of these jobs, whatever the rules say.")
@options.job_ids
@options.profile
@click.pass_obj
def unwatch(run: Run, job_ids: tuple[str, ...]) -> None:
    """Tell nothing of these jobs, whatever the rules say; b on the screen does the same."""
    _want(run, job_ids, wanted=False)


def _profiles(run: Run) -> tuple[Profile, ...]:
    """Those there are; a way can be tried before there is any."""
    known = opening.known_profiles(run)
    if known is not None:
        return known
    try:
        return opening.environment_profiles(run)
    except BadInput:
        return ()


def _want(run: Run, job_ids: tuple[str, ...], *, wanted: bool) -> None:
    with account.looked_at(run, *_profiles(run)) as session:
        for key in [_key(session, job_id) for job_id in job_ids]:
            session.store.alerts.want(key, wanted)
            told = "what becomes of it is told" if wanted else "nothing is told of it"
            output.talk(f"{key.id}: {told}, whatever the rules say")


def _key(session: Session, job_id: str) -> JobKey:
    """The job of this id. Raises BadInput with the nearest one where there is none."""
    from finetop.store import JobKey  # noqa: PLC0415 - as above

    keys = [JobKey(number, job_id) for number in session.names]
    found = [key for key in keys if session.store.jobs.status(key) is not None]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(session.names[key.account] for key in found)
        raise BadInput(f"{job_id} is a job of {names}", hint="Choose one with --profile NAME.")
    known = [known for number in session.names for known in session.store.jobs.known(number)]
    alike = difflib.get_close_matches(job_id, known, n=1)
    raise BadInput(
        f"no job {job_id} is known here",
        hint=f"Use {alike[0]}." if alike else "See finetop jobs list.",
    )


def _rules(plan: Plan) -> list[dict[str, Any]]:
    from finetop.config.alerts import EVENTS  # noqa: PLC0415 - as above

    return [
        {
            "rule": rule.title,
            "jobs": rule.jobs,
            "on": [event for event in EVENTS if event in rule.on],
            "ways": list(rule.ways),
        }
        for rule in plan.rules
    ]


def _told(session: Session, limit: int) -> list[dict[str, Any]]:
    """Each alert with its deliveries, under the names that programs read."""
    import json  # noqa: PLC0415 - as above

    found: dict[int, dict[str, Any]] = {}
    for delivery in session.store.alerts.recent(session.names, limit):
        facts = json.loads(delivery.facts)
        profile = session.names[delivery.key.account]
        known = {"raised_at": delivery.raised_at, **facts, "profile": profile, "deliveries": []}
        alert = found.setdefault(delivery.alert, known)
        alert["deliveries"].append(
            {
                "way": delivery.way,
                "state": delivery.state,
                "tries": delivery.tries,
                "said": delivery.message,
                "next_at": delivery.next_at if delivery.state == "due" else None,
            }
        )
    return list(found.values())


def _line(alert: dict[str, Any]) -> tuple[str, ...]:
    from finetop.text import clock  # noqa: PLC0415 - as above

    ways = [
        one["way"]
        if one["state"] == "told"
        else f"{one['way']} {one['state']} ({one['said'] or 'not yet tried'})"
        for one in alert["deliveries"]
    ]
    return clock(alert["raised_at"], time.time()), alert["profile"], alert["text"], ", ".join(ways)


def _ways(plan: Plan, wanted: str | None) -> list[str]:
    """The ways to try. Raises BadInput where there is none, or none of this name."""
    if not plan.ways:
        raise BadInput("no way is set up", hint="Write ways under [alerts]: finetop config says where.")
    if wanted is None:
        return plan.ways
    if wanted not in plan.ways:
        alike = difflib.get_close_matches(wanted, plan.ways, n=1)
        nearest = alike[0] if alike else f"one of {', '.join(plan.ways)}"
        raise BadInput(f"the way {wanted} is not set up", hint=f"Use {nearest}.")
    return [wanted]


def _tried(session: Session, plan: Plan, way: str, *, asked: bool) -> tuple[str, str, int]:
    """A way, what came of it, and the exit code; having no terminal fails only what was `asked` for."""
    from finetop.alerts.courier import Courier  # noqa: PLC0415 - loads asyncio

    here = way in {"bell", "notify"}
    try:
        if here:
            return way, _at_the_terminal(plan, way, session), 0
        courier = Courier(session.store, plan, environ=session.environ)
        return way, asyncio.run(courier.send(way, TEST)), 0
    except FinetopError as error:
        said = error.message if not isinstance(error, BadInput) else f"{error.message}. {error.advice}"
        return (
            (way, f"left out: {said}", 0) if here and not asked else (way, f"failed: {said}", error.exit_code)
        )


def _at_the_terminal(plan: Plan, way: str, session: Session) -> str:
    """Ring or notify where this command was typed, whatever its output is tied to."""
    from finetop.alerts import terminal  # noqa: PLC0415 - as above

    kind = terminal.kind_of(plan.notify, session.environ)
    if way == "notify" and not kind:
        raise BadInput(
            "this terminal is not known to show notifications",
            hint='Set notify = "osc9" or "osc777" under [alerts] where it does.',
        )
    sequence = terminal.BELL
    if way == "notify":
        sequence = terminal.notification(kind, str(TEST["text"]), session.environ)
    try:
        with open("/dev/tty", "w", encoding="utf-8") as tty:  # noqa: PTH123 - a device, not a path of ours
            tty.write(sequence)
    except OSError as error:
        raise BadInput("there is no terminal here", hint="Try it where you look.") from error
    if way == "bell":
        return "rung at this terminal"
    through = terminal.around(session.environ)
    wrapped = {
        "tmux": ", wrapped for tmux (it needs: set -g allow-passthrough on)",
        "screen": ", wrapped for screen",
    }
    return f"sent to this terminal as {kind.upper().replace('OSC', 'OSC ')}{wrapped.get(through, '')}"
