"""Whose log the events pane shows, and what it says while that is empty."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.panes.log_reading import LogSource

if TYPE_CHECKING:
    from finetop.store import Store
    from finetop.store.rows import JobRow


def log_of(store: Store, rows: Sequence[JobRow]) -> LogSource:
    """The log of one job, or of several as one."""
    names = {row.key: text.clean(row.name) for row in rows}
    return LogSource(store.log, tuple(names), names, partial(_words, store, rows))


def _words(store: Store, rows: Sequence[JobRow]) -> str:
    """An empty log may be one that nobody has read yet."""
    unread = [row for row in rows if row.is_job and not store.events.was_read(row.key)]
    if not unread:
        return "No events." if all(row.is_final for row in rows) else "No events yet."
    if any(store.accounts.contact(row.key.account).state == "ok" for row in unread):
        return "Reading the log."
    return "The log has not been read yet."
