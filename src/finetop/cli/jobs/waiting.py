"""`finetop jobs wait`: until jobs have come to a state, for Makefiles and scripts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

import click

from finetop import text
from finetop.cli import account, options, output, shown
from finetop.cli.jobs import columns
from finetop.errors import Failed, FinetopError, TryLater

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.models import Job
    from finetop.session import Session
    from finetop.store import JobRow

LOOK_S = 0.5
"""How often to look whether all answers are there."""
ENDED = frozenset({"succeeded", "failed", "cancelled"})
REACHED = {
    "succeeded": frozenset({"succeeded"}),
    "failed": frozenset({"failed"}),
    "cancelled": frozenset({"cancelled"}),
    "ended": ENDED,
    "paused": frozenset({"paused"}),
    "running": frozenset({"running", "succeeded"}),
}
"""What may be waited for, and the states in which it has come about: what succeeded has run."""


@click.command("wait", short_help="Wait until jobs have come to a state; 0 when they have.")
@options.job_ids
@click.option(
    "--until",
    type=click.Choice(tuple(REACHED)),
    default="succeeded",
    show_default=True,
    help="What to wait for.",
)
@click.option("--timeout", type=options.DURATION, help="Give up after so long, as in 90s, 6h or 2d.")
@options.profile
@options.as_json
@click.pass_obj
def wait(run: Run, job_ids: tuple[str, ...], *, until: str, timeout: float | None, as_json: bool) -> None:
    """Wait until jobs have succeeded, or have come to another state.

    Ends with 0 when all have, with 1 when one ended otherwise, with 75 when the time is over.
    """
    ids = tuple(dict.fromkeys(job_ids))
    of = {job_id: account.profile_of(run, job_id) for job_id in ids}
    profiles = tuple({profile.name: profile for profile in of.values()}.values())
    with account.opened(run, *profiles) as session:
        waited = _Waited(session, of, until)
        try:
            waited.for_all(timeout)
        except KeyboardInterrupt:
            output.talk("you stopped waiting; jobs go on")
            raise
        jobs = waited.answers()
        if as_json:
            found = [shown.value(session, of[job.id].name, job) for job in jobs]
            output.write_json(found[0] if len(ids) == 1 and found else found)
        elif jobs:
            _print(waited.rows(jobs))
        waited.judge()


def _print(rows: Sequence[JobRow]) -> None:
    names = ("status", "name", "model", "took", "tuned", "job")
    now = time.time()
    output.write_table(columns.heads(names), [columns.cells(names, row, now) for row in rows])


class _Waited:
    """Jobs that are waited for, all at once."""

    def __init__(self, session: Session, of: dict[str, Profile], until: str) -> None:
        self._session = session
        self._of = of
        self._until = until
        self._waiting: dict[str, Future[Job]] = {
            job_id: session.wait(profile.name, job_id, REACHED[until]) for job_id, profile in of.items()
        }
        self._said: dict[str, str] = {}

    def for_all(self, timeout_s: float | None) -> None:
        """Return when all have come to rest, or the time is over; a person sees how it goes."""
        from concurrent.futures import wait as wait_  # noqa: PLC0415 - as it is used here only

        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        watched = output.is_watched()
        while True:
            left_s = None if deadline is None else max(0.0, deadline - time.monotonic())
            look_s = min(LOOK_S, left_s if left_s is not None else LOOK_S) if watched else left_s
            _, missing = wait_(self._waiting.values(), timeout=look_s)
            if watched:
                self._tell()
            if not missing or (deadline is not None and time.monotonic() >= deadline):
                break
        if watched:
            output.tell_over("")

    def answers(self) -> list[Job]:
        """The jobs that have come to rest, in the order in which they were named."""
        done = [found for found in self._waiting.values() if found.done() and not found.exception()]
        return [found.result() for found in done]

    def rows(self, jobs: Sequence[Job]) -> list[JobRow]:
        """Their rows, in the same order."""
        found = []
        for job in jobs:
            profile = self._of[job.id].name
            key_of = {self._session.accounts[profile]: profile}
            found += list(self._session.store.jobs.newest(key_of, ids=[job.id]))
        return found

    def judge(self) -> None:
        """Raise what the exit code shall tell: a job that ended otherwise before one that takes too long."""
        late: list[str] = []
        failed: list[FinetopError] = []
        for job_id, answer in self._waiting.items():
            if not answer.done():
                late.append(job_id)
                continue
            try:
                job = answer.result()
            except FinetopError as error:
                failed.append(error)
                continue
            if job.status not in REACHED[self._until]:
                reason = f": {job.reason}" if job.reason else ""
                failed.append(Failed(f"{job_id} {job.status.value}{reason}"))
        for more in failed[1:]:
            output.complain(more)
        if failed:
            raise failed[0]
        if late:
            raise TryLater(
                f"not {self._until} in time: {', '.join(late)}",
                hint="Wait on with the same command; jobs go on.",
            )

    def _tell(self) -> None:
        """One line for each change of a state, and one that is written over for the steps."""
        steps = []
        for job_id, profile in self._of.items():
            key_of = {self._session.accounts[profile.name]: profile.name}
            for row in self._session.store.jobs.newest(key_of, ids=[job_id]):
                if self._said.get(job_id) != row.status:
                    self._said[job_id] = row.status
                    output.tell_over("")
                    output.talk(f"{row.name} {columns.status(row)}")
                if not row.is_final and row.done is not None:
                    left = f", {text.eta(row.eta_s)} left" if row.eta_s is not None else ""
                    steps.append(f"{row.name} {text.percent(row.done).strip()}{left}")
        output.tell_over("; ".join(steps))
