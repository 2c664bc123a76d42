"""Rows of permissions: which projects may use a checkpoint; told and kept, and nobody here to obey them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from finetop.server.wire import new_id

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database


def grant(database: Database, checkpoint: str, projects: list[str]) -> list[sqlite3.Row]:
    """Let projects use a checkpoint; their permissions, of which some may be older than this."""
    now = int(time.time())
    with database.write() as connection:
        for project in projects:
            connection.execute(
                "insert into permission (id, checkpoint, project, created_at) values (?, ?, ?, ?) "
                "on conflict (checkpoint, project) do nothing",
                (new_id("cp_"), checkpoint, project, now),
            )
    found = [
        database.one("select * from permission where checkpoint = ? and project = ?", (checkpoint, project))
        for project in dict.fromkeys(projects)
    ]
    return [row for row in found if row is not None]


def find(database: Database, checkpoint: str, permission_id: str) -> sqlite3.Row | None:
    """One permission of a checkpoint, or None."""
    return database.one(
        "select * from permission where checkpoint = ? and id = ?", (checkpoint, permission_id)
    )


def listed(
    database: Database,
    checkpoint: str,
    *,
    limit: int,
    after: int | None,
    oldest_first: bool,
    project: str | None,
) -> list[sqlite3.Row]:
    """Permissions of a checkpoint in order, one more than `limit` where there are more."""
    conditions = ["checkpoint = :checkpoint"]
    if after is not None:
        conditions.append("n > :after" if oldest_first else "n < :after")
    if project is not None:
        conditions.append("project = :project")
    order = "asc" if oldest_first else "desc"
    return database.all(
        f"select * from permission where {' and '.join(conditions)} order by n {order} limit :limit",
        {"checkpoint": checkpoint, "after": after, "project": project, "limit": limit + 1},
    )


def remove(database: Database, permission_id: str) -> None:
    """Take a permission back."""
    with database.write() as connection:
        connection.execute("delete from permission where id = ?", (permission_id,))
