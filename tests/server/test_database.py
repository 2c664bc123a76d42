"""The server's file is opened, brought up to date and written, or one sentence says why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from finetop.server import database as database_module
from finetop.server.database import MIGRATIONS, Database, DatabaseUnusable


def test_a_new_file_gets_every_migration_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older file gets only what it lacks, and keeps what it holds."""
    Database(tmp_path / "d.db").close()
    monkeypatch.setattr(database_module, "MIGRATIONS", [*MIGRATIONS, "create table later (n integer) strict"])
    for _ in range(2):
        database = Database(tmp_path / "d.db")
        assert database.all("select * from later") == []
        version = database.one("pragma user_version")
        database.close()
    assert version is not None
    assert version[0] == len(MIGRATIONS) + 1


def test_a_failed_migration_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a migration would be neither the old nor the new."""
    Database(tmp_path / "d.db").close()
    broken = "create table later (n integer) strict; create table job (n integer)"
    with monkeypatch.context() as patch:
        patch.setattr(database_module, "MIGRATIONS", [*MIGRATIONS, broken])
        with pytest.raises(DatabaseUnusable, match="already exists"):
            Database(tmp_path / "d.db")
    database = Database(tmp_path / "d.db")
    assert database.one("select 1 from sqlite_schema where name = 'later'") is None
    database.close()


def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    """Its meaning is not known yet."""
    connection = sqlite3.connect(tmp_path / "d.db")
    connection.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(DatabaseUnusable, match="newer finetop"):
        Database(tmp_path / "d.db")


def test_a_transaction_happens_whole_or_not_at_all(tmp_path: Path) -> None:
    """Also when what ends it is not an error of SQLite."""
    database = Database(tmp_path / "d.db")
    values = (1, "a.jsonl", "fine-tune", 1, "0")
    insert = "insert into file (id, created_at, filename, purpose, bytes, sha256) values (?, ?, ?, ?, ?, ?)"

    def interrupted() -> None:
        with database.write() as connection:
            connection.execute(insert, ("file-a", *values))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with database.write() as connection:
        connection.execute(insert, ("file-b", *values))
    assert [row["id"] for row in database.all("select id from file")] == ["file-b"]
    database.close()


def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path) -> None:
    """And what was there stays readable."""
    database = Database(tmp_path / "d.db")
    database.one("pragma max_page_count = 40")
    with pytest.raises(DatabaseUnusable, match="full"), database.write() as connection:
        connection.execute(
            "insert into file (id, created_at, filename, purpose, bytes, sha256) values (?, 1, ?, '', 1, '')",
            ("file-a", "x" * 10_000_000),
        )
    assert database.all("select * from file") == []
    database.close()
