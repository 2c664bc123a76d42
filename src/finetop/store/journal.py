"""The journal of intents: what we are about to ask for is written down before it is sent."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import astuple, dataclass

from finetop.errors import TryLater
from finetop.store.schema import Database, tick


@dataclass(frozen=True, slots=True)
class Intent:
    """One request of the user's, from the moment it was decided until it is settled."""

    uuid: str
    account: int
    kind: str
    """create, cancel or upload."""
    state: str
    """written, sent, created (done), refused, unsure or dismissed."""
    request: str
    """JSON of what is sent."""
    name: str
    model: str
    file: str
    """Training file id of a create, job id of a cancel, SHA-256 of an upload."""
    written_at: float
    sent_at: float | None
    """The provider's clock where it told it, else ours."""
    job: str | None
    """The job or file it became."""
    message: str


_FIELDS = "uuid, account, kind, state, request, name, model, file, written_at, sent_at, job, message"


class Journal:
    """The intent table; every change moves `seq`, so rows on screens follow."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._db = database
        self._clock = clock

    def write(
        self, account: int, kind: str, request: str, *, name: str = "", model: str = "", file: str = ""
    ) -> Intent:
        """Commit a new intent before anything leaves this machine."""
        intent = Intent(
            str(uuid.uuid4()),
            account,
            kind,
            "written",
            request,
            name,
            model,
            file,
            self._clock(),
            None,
            None,
            "",
        )
        with self._db.write() as connection:
            connection.execute(
                f"insert into intent ({_FIELDS}, seq) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*astuple(intent), tick(connection)),
            )
        return intent

    def mark_sent(self, intent: Intent, *, request: str | None = None, file: str | None = None) -> Intent:
        """The request leaves now. Raises TryLater while a like create is still unsettled."""
        try:
            return self._set(
                intent.uuid,
                state="sent",
                sent_at=self._clock(),
                request=intent.request if request is None else request,
                file=intent.file if file is None else file,
            )
        except sqlite3.IntegrityError as error:
            raise TryLater("a create with the same model and file is still waiting for its answer") from error

    def settle(self, intent: Intent, state: str, *, job: str | None = None, message: str = "") -> Intent:
        """What became of it. Claiming a job that another intent holds raises TryLater."""
        try:
            return self._set(intent.uuid, state=state, job=job, message=message)
        except sqlite3.IntegrityError as error:
            raise TryLater(f"{job} already belongs to another request of yours") from error

    def get(self, uuid: str) -> Intent | None:
        """One intent by its marker."""
        found = self._db.connection.execute(
            f"select {_FIELDS} from intent where uuid = ?", (uuid,)
        ).fetchone()
        return None if found is None else Intent(*found)

    def open(self, account: int | None = None, kind: str | None = None) -> list[Intent]:
        """Everything not settled yet, oldest first."""
        found = self._db.connection.execute(
            f"""select {_FIELDS} from intent where state in ('written', 'sent', 'unsure')
            and (? is null or account = ?) and (? is null or kind = ?) order by written_at""",
            (account, account, kind, kind),
        )
        return [Intent(*line) for line in found]

    def claimed(self, account: int) -> set[str]:
        """The jobs that belong to an intent of ours."""
        found = self._db.connection.execute(
            "select job from intent where account = ? and kind = 'create' and job is not null", (account,)
        )
        return {row[0] for row in found}

    def _set(self, uuid: str, **values: object) -> Intent:
        names = ", ".join(f"{name} = ?" for name in values)
        with self._db.write() as connection:
            connection.execute(
                f"update intent set {names}, seq = ? where uuid = ?",
                (*values.values(), tick(connection), uuid),
            )
            found = connection.execute(f"select {_FIELDS} from intent where uuid = ?", (uuid,)).fetchone()
        return Intent(*found)
