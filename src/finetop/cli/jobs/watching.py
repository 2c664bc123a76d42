"""`finetop jobs watch`: a line whenever a job changes, for as long as one looks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import click

from finetop import text
from finetop.cli import account, options, output, queries, values
from finetop.cli.jobs import columns

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.query import Condition
    from finetop.session import Session
    from finetop.store import JobRow, Turn


@click.command("watch", cls=queries.QueryCommand, short_help="Print a line whenever a job changes.")
@queries.argument
@click.option("--steps", is_flag=True, help="Also when only its steps or losses change.")
@options.profile
@options.as_jsonl
@click.pass_obj
def watch(run: Run, query: tuple[str, ...], *, steps: bool, as_jsonl: bool) -> None:
    """Print a line whenever a job changes, until Ctrl-C.

    Asks the providers itself, unless a recorder or a screen does; then it reads along.
    """
    profiles = account.chosen_profiles(run)
    condition = queries.condition(run, query, profiles)
    woken = threading.Event()
    with account.opened(run, *profiles, poll=True, on_change=woken.set) as session:
        watched = _Watched(session, condition, steps=steps, as_jsonl=as_jsonl)
        while True:
            woken.wait()
            woken.clear()
            watched.look()


class _Watched:
    """The jobs that are looked at, as they were when they were last printed."""

    def __init__(self, session: Session, condition: Condition | None, *, steps: bool, as_jsonl: bool) -> None:
        self._session = session
        self._store = session.store
        self._condition = condition
        self._steps = steps
        self._as_jsonl = as_jsonl
        self._since = self._store.now()
        self._meant = {row.key: _far(row) for row in self._store.jobs.newest(session.names, condition)}
        """The jobs that were meant when last looked at: how one of them leaves is news, too."""
        self._states: dict[str, str] = {}

    def look(self) -> None:
        """Print what has changed since the last look, oldest first."""
        self._tell_of_profiles()
        since = self._since
        rows = [row for row in self._store.jobs.rows(self._session.names, since=since) if row.is_job]
        turns = {turn.key: turn for turn in self._store.turns.since(self._session.names, since)}
        for row in sorted(rows, key=lambda row: row.seq):
            self._since = max(self._since, row.seq)
            turn = turns.get(row.key)
            # One that came after the rows were read comes again with the next.
            turned = turn is not None and turn.number <= row.seq
            if self._is_meant(row):
                self._tell(row, turn if turned else None)

    def _is_meant(self, row: JobRow) -> bool:
        if not self._condition:
            return True
        before = row.key in self._meant
        now = self._store.jobs.matches(self._condition, row.key, row.profile)
        if not now:
            self._meant.pop(row.key, None)
        return now or before

    def _tell(self, row: JobRow, turn: Turn | None) -> None:
        """One line, where the status is new, or with `steps` how far it is."""
        far, before = _far(row), self._meant.get(row.key)
        self._meant[row.key] = far
        has_turned = turn is not None and not turn.is_past
        if not has_turned and (not self._steps or far == before):
            return
        was = turn.was if turn is not None and has_turned else None
        if self._as_jsonl:
            output.write_json_line({"was": was, **values.stored_value(self._store.jobs, row)})
            return
        now = time.time()
        shown = f"{was} -> {columns.status(row)}" if was else columns.status(row)
        told = columns.cells(
            ("name", "steps", "train_loss", "valid_loss", "profile", "job", "error"), row, now
        )
        output.write_line([text.clock(now, now), shown, *(cell for cell in told if cell)])

    def _tell_of_profiles(self) -> None:
        """How asking goes, where that is otherwise than before."""
        for state in self._session.states():
            said = f"{state.state}{f': {state.message}' if state.message else ''}"
            known = self._states.get(state.name, "ok")
            if state.state != "never" and said != known:
                self._states[state.name] = said
                output.talk(f"{state.name} {said}")


def _far(row: JobRow) -> tuple[object, ...]:
    """What of a row `--steps` tells."""
    return row.status, row.step, row.train_loss, row.valid_loss
