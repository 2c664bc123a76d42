"""What an account keeps besides jobs, as its provider last listed it: files and models."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from finetop.models import File, Model
    from finetop.store.database import Database
    from finetop.store.file_rows import FileRow, Use
    from finetop.store.makers import Maker


class Library:
    """The tables of files and models."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def save_files(self, account: int, files: Iterable[File]) -> None:
        """Keep files as listed."""
        with self._db.write() as connection:
            connection.executemany(
                """insert into file (account, id, form) values (?, ?, ?)
                on conflict do update set form = excluded.form, gone = 0
                where form <> excluded.form or gone""",
                [(account, file.id, file.model_dump_json(by_alias=True)) for file in files],
            )

    def file_ids(self, account: int) -> set[str]:
        """The files that are thought to be at the provider."""
        found = self._db.connection.execute("select id from file where account = ? and not gone", (account,))
        return {row[0] for row in found}

    def miss_files(self, account: int, missing: Collection[str]) -> None:
        """A whole list did not name these: only their names are kept, for the jobs that used them."""
        if missing:
            with self._db.write() as connection:
                connection.executemany(
                    "update file set gone = 1 where account = ? and id = ?",
                    [(account, file) for file in missing],
                )

    def note_listed(self, account: int, what: str, at: float) -> None:
        """Remember when the whole list of files or of models was told last."""
        with self._db.write() as connection:
            connection.execute("insert or replace into listed values (?, ?, ?)", (account, what, at))

    def listed_at(self, what: str) -> dict[int, float]:
        """Account -> when its whole list was told last."""
        return dict(self._db.connection.execute("select account, at from listed where what = ?", (what,)))

    def stamp(self, what: str) -> tuple[float, ...]:
        """Something that is another when the list of files or of models is; cheap to ask for."""
        table = "sum(not gone) from file" if what == "files" else "0 from model"
        return (
            *self._db.connection.execute(f"select count(*), {table}").fetchone(),
            *self._db.connection.execute(
                "select coalesce(max(at), 0) from listed where what = ?", (what,)
            ).fetchone(),
        )

    def file_rows(self, names: Mapping[int, str]) -> list[FileRow]:
        """The files of these accounts as a list shows them, newest first."""
        from finetop.store.file_rows import file_rows  # noqa: PLC0415 - the first paint needs none of it

        return file_rows(self._db.connection, names)

    def file_uses(self, names: Mapping[int, str]) -> dict[tuple[int, str], Use]:
        """The jobs that name each file; reads every job."""
        from finetop.store.file_rows import file_uses  # noqa: PLC0415 - as above

        return file_uses(self._db.connection, names)

    def users_of(self, account: int, file_id: str) -> list[str]:
        """The names of the jobs that name a file, the newest first."""
        from finetop.store.file_rows import users_of  # noqa: PLC0415 - as above

        return users_of(self._db.connection, account, file_id)

    def file_known_by_hash(self, account: int, sha256: str) -> File | None:
        """A file with these very bytes that we uploaded before."""
        return self._file(
            "select form from file where account = ? and sha256 = ? and not gone", (account, sha256)
        )

    def note_file_hash(self, account: int, file_id: str, sha256: str) -> None:
        """Remember which bytes a file holds."""
        with self._db.write() as connection:
            connection.execute(
                "update file set sha256 = ? where account = ? and id = ?", (sha256, account, file_id)
            )

    def hashes(self, account: int, file_ids: Sequence[str]) -> dict[str, str]:
        """SHA-256 of those files whose bytes were sent from here, or brought here."""
        marks = ", ".join("?" * len(file_ids))
        found = self._db.connection.execute(
            f"""select file, sha256 from kept where account = ? and problem = '' and sha256 is not null
                and file in ({marks})
            union all
            select id, sha256 from file where account = ? and sha256 is not null and id in ({marks})""",
            (account, *file_ids, account, *file_ids),
        )
        return dict(found)

    def forget_file(self, account: int, file_id: str) -> None:
        """The provider no longer has this file."""
        self.miss_files(account, [file_id])

    def forget_model(self, account: int, name: str) -> None:
        """The provider no longer has this model."""
        with self._db.write() as connection:
            connection.execute("delete from model where account = ? and id = ?", (account, name))

    def file(self, account: int, file_id: str) -> File | None:
        """What is known of one file."""
        return self._file("select form from file where account = ? and id = ?", (account, file_id))

    def files(self, account: int, purpose: str = "fine-tune") -> list[File]:
        """The account's files of one purpose, newest first."""
        from finetop.models import File  # noqa: PLC0415 - pydantic must not load before the first paint

        found = self._db.connection.execute(
            """select form from file where account = ? and json_extract(form, '$.purpose') = ? and not gone
            order by json_extract(form, '$.created_at') desc""",
            (account, purpose),
        )
        return [File.model_validate_json(row[0]) for row in found]

    def save_models(self, account: int, models: Iterable[Model]) -> None:
        """Replace what the account's model list said before; jobs whose model's last day moved change too."""
        from finetop.store import endings  # noqa: PLC0415 - the first paint needs none of it

        listed = {model.id: model for model in models}
        forms = {id_: model.model_dump_json() for id_, model in listed.items()}
        if forms == dict(
            self._db.connection.execute("select id, form from model where account = ?", (account,))
        ):
            return  # asking in vain writes nothing
        days = {id_: model.shutdown_date for id_, model in listed.items()}
        if days != endings.told(self._db.connection, account):
            # The list itself is kept last: who is killed before that does this again.
            endings.renew(self._db, account, days)
        with self._db.write() as connection:
            connection.execute("delete from model where account = ?", (account,))
            connection.executemany(
                "insert into model values (?, ?, ?)", [(account, id_, form) for id_, form in forms.items()]
            )

    def models(self, account: int) -> list[Model]:
        """The account's models as last listed."""
        from finetop.models import Model  # noqa: PLC0415 - pydantic must not load before the first paint

        found = self._db.connection.execute(
            "select form from model where account = ? order by id", (account,)
        )
        return [Model.model_validate_json(row[0]) for row in found]

    def listed_models(self, account: int) -> list[dict[str, Any]]:
        """The same by their fields' names, for who does without pydantic."""
        found = self._db.connection.execute(
            "select form from model where account = ? order by id", (account,)
        )
        import json  # noqa: PLC0415 - the first paint needs none of it

        return [json.loads(row[0]) for row in found]

    def makers(self, names: Mapping[int, str]) -> list[Maker]:
        """The jobs of these accounts that made a model; reads every job."""
        from finetop.store.makers import makers  # noqa: PLC0415 - as in `file_rows`

        return makers(self._db.connection, names)

    def _file(self, query: str, bound: tuple[object, ...]) -> File | None:
        from finetop.models import File  # noqa: PLC0415 - pydantic must not load before the first paint

        found: tuple[str] | None = self._db.connection.execute(query, bound).fetchone()
        return None if found is None else File.model_validate_json(found[0])
