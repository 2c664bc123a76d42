"""Rows of jobs that their users hold: the wish for a pause, the pause, and the way back into the queue."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from finetop.server import events

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database

BEFORE_ITS_FIRST_STEP = "Training paused before its first step"


def wish(database: Database, job_id: str) -> None:
    """Remember that the user wants a pause, before the worker is asked for it."""
    with database.write() as connection:
        connection.execute(
            "update job set pausing = 1, paused_at = coalesce(paused_at, ?) "
            "where id = ? and status in ('validating_files', 'queued', 'running')",
            (int(time.time()), job_id),
        )


def hold(database: Database, job_id: str, said: str = "Training paused; it waits to be resumed") -> None:
    """Let a job whose worker is gone, or has never begun, wait for its user."""
    with database.write() as connection:
        moved = connection.execute(
            "update job set status = 'paused', handle = null, pausing = 0, estimated_finish = null, "
            "paused_at = coalesce(paused_at, ?) "
            "where id = ? and status in ('validating_files', 'queued', 'running')",
            (int(time.time()), job_id),
        )
        if moved.rowcount:
            events.say(connection, job_id, said)


def take_in(connection: sqlite3.Connection, job_id: str, step: int, at: float) -> None:
    """A worker has saved and ended: its job waits for its user where that was the wish, else for a slot."""
    # What ends the server asks for pauses too, and its jobs go on by themselves.
    connection.execute(
        "update job set status = iif(paused_at is null, 'queued', 'paused'), handle = null, "
        "estimated_finish = null where id = ? and status in ('validating_files', 'queued', 'running')",
        (job_id,),
    )
    events.say(connection, job_id, f"Training paused at step {step}; it will go on from there", at=at)


def go_on(database: Database, job_id: str) -> bool:
    """Put a paused job at the end of the queue; False if it was not paused."""
    with database.write() as connection:
        # A job that was paused before its files were judged still has no numbers to train with.
        moved = connection.execute(
            "update job set status = iif(resolved is null, 'validating_files', 'queued'), paused_at = null, "
            "pausing = 0, resumed_at = ? where id = ? and status = 'paused'",
            (time.time(), job_id),
        )
        if moved.rowcount:
            events.say(connection, job_id, "The job was resumed and waits for its turn")
    return bool(moved.rowcount)
