"""The journal of intents: what we are about to ask for is written down before it is sent."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import astuple, dataclass

from finetop.errors import TryLater
from finetop.store.database import Database, tick
from finetop.store.jobs import touch
from finetop.store.rows import JobKey


@dataclass(frozen=True, slots=True)
class Intent:
    """One request of the user's, from the moment it was decided until it is settled."""

    uuid: str
    account: int
    kind: str
    """create, upload, one of ORDERS, delete-file or delete-model."""
    state: str
    """written, sent, created (done), refused, unsure or dismissed."""
    request: str
    """JSON of what is sent."""
    name: str
    model: str
    file: str
    """Training file id of a create, SHA-256 of an upload; of the others the id of what they are about."""
    written_at: float
    sent_at: float | None
    """The provider's clock where it told it, else ours."""
    job: str | None
    """The job or file it became."""
    message: str
    owner: str
    """The process that carries it out, by the lock that lives as long as it does."""

    @property
    def key(self) -> JobKey:
        """How its row is called until it is a job."""
        return JobKey(self.account, f"intent:{self.uuid}")


_FIELDS = "uuid, account, kind, state, request, name, model, file, written_at, sent_at, job, message, owner"
OPEN = ("written", "sent", "unsure")
ORDERS = ("cancel", "pause", "resume", "delete")
"""What can be asked of a job that exists."""


class Journal:
    """The intent table; every change moves `seq`, so rows on screens follow.

    A change names the states it may start from, so that of two processes only one carries it out.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        owner: Callable[[], str] = lambda: "",
        is_alive: Callable[[str], bool] = lambda _owner: False,
    ) -> None:
        self._db = database
        self._clock = clock
        self._owner = owner
        self._is_alive = is_alive

    def write(
        self,
        account: int,
        kind: str,
        request: str,
        *,
        name: str = "",
        model: str = "",
        file: str = "",
        rivals: Collection[str] = (),
    ) -> Intent:
        """Commit a new intent before anything leaves this machine.

        Raises TryLater while a living process carries out one of the kinds `rivals` on the same `file`.
        """
        intent = Intent(
            uuid=str(uuid.uuid4()),
            account=account,
            kind=kind,
            state="written",
            request=request,
            name=name,
            model=model,
            file=file,
            written_at=self._clock(),
            sent_at=None,
            job=None,
            message="",
            owner=self._owner(),
        )
        marks = ", ".join("?" * len(_FIELDS.split(",")))
        with self._db.write() as connection:
            self._bar(connection, intent, rivals)
            connection.execute(
                f"insert into intent ({_FIELDS}, seq) values ({marks}, ?)",
                (*astuple(intent), tick(connection)),
            )
            _show(connection, intent)
        return intent

    def rewrite(self, intent: Intent) -> Intent:
        """Take an unsure or refused intent up again, for this process to carry out.

        What was unsure keeps the time of its first sending: should we die now, it is unsure again.
        """
        return self._set(
            intent,
            {intent.state} & {"unsure", "refused"},
            state="written",
            owner=self._owner(),
            sent_at=intent.sent_at if intent.state == "unsure" else None,
            message="",
            job=None,
        )

    def mark_sent(
        self,
        intent: Intent,
        *,
        request: str | None = None,
        file: str | None = None,
        at: float | None = None,
    ) -> Intent:
        """The request leaves now. Raises TryLater while a like create is still unsettled."""
        try:
            return self._set(
                intent,
                {"written"},
                state="sent",
                # What was sent twice may have been carried out at the first time.
                sent_at=intent.sent_at or at or self._clock(),
                request=intent.request if request is None else request,
                file=intent.file if file is None else file,
            )
        except sqlite3.IntegrityError as error:
            raise TryLater("a create with the same model and file is still waiting for its answer") from error

    def settle(self, intent: Intent, state: str, *, job: str | None = None, message: str = "") -> Intent:
        """What became of it. Claiming a job that another intent holds raises TryLater."""
        starts = (
            {"written", "sent", "unsure", "refused", "dismissed"} if job else {"written", "sent", "unsure"}
        )
        if state == "dismissed":
            starts = {"written", "unsure", "refused"}
        try:
            return self._set(intent, starts, state=state, job=job, message=message)
        except sqlite3.IntegrityError as error:
            raise TryLater(f"{job} already belongs to another request of yours") from error

    def say(self, intent: Intent, message: str) -> Intent:
        """Tell how settling goes; nothing is written when it was said before."""
        if intent.message == message:
            return intent
        return self._set(intent, OPEN, message=message)

    def note(self, intent: Intent, request: str) -> Intent:
        """Keep how far the sending has come, for one who takes it up again."""
        return self._set(intent, {"sent"}, request=request)

    def get(self, uuid: str) -> Intent | None:
        """One intent by its marker."""
        found = self._db.connection.execute(
            f"select {_FIELDS} from intent where uuid = ?", (uuid,)
        ).fetchone()
        return None if found is None else Intent(*found)

    def made(self, key: JobKey) -> Intent | None:
        """The create of ours that a job came from; None where it is not known to be ours."""
        found = self._db.connection.execute(
            f"select {_FIELDS} from intent where kind = 'create' and account = ? and job = ?", key
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

    def _bar(self, connection: sqlite3.Connection, intent: Intent, rivals: Collection[str]) -> None:
        """Of two processes that ask for the same, only one gets here first."""
        marks = ", ".join("?" * len(rivals))
        under_way = connection.execute(
            f"""select kind, owner from intent where account = ? and kind in ({marks}) and file = ?
            and state in ('written', 'sent')""",
            (intent.account, *rivals, intent.file),
        ).fetchall()
        for kind, owner in under_way:
            if self._is_alive(owner):
                raise TryLater(f"{intent.file} is being {_DOING.get(kind, kind)} already")

    def _set(self, intent: Intent, starts: Collection[str], **values: object) -> Intent:
        """Move an intent on from one of `starts`; where another process moved it, its state is told."""
        names = ", ".join(f"{name} = ?" for name in values)
        marks = ", ".join("?" * len(starts))
        with self._db.write() as connection:
            moved = connection.execute(
                f"update intent set {names}, seq = ? where uuid = ? and state in ({marks})",
                (*values.values(), tick(connection), intent.uuid, *starts),
            )
            found = connection.execute(
                f"select {_FIELDS} from intent where uuid = ?", (intent.uuid,)
            ).fetchone()
            now = Intent(*found)
            if not moved.rowcount and now.state != values.get("state"):
                raise TryLater(f"this request is {_STATE_WORDS[now.state]} by now")
            _show(connection, now)
        return now


_STATE_WORDS = {
    "written": "about to be sent",
    "sent": "under way",
    "created": "done",
    "refused": "refused",
    "unsure": "unsure",
    "dismissed": "put away",
}


_DOING = {
    "cancel": "cancelled",
    "pause": "paused",
    "resume": "resumed",
    "delete": "deleted",
    "delete-file": "deleted",
    "delete-model": "deleted",
}


def _show(connection: sqlite3.Connection, intent: Intent) -> None:
    """An order has no row of its own: the job's row tells of it."""
    if intent.kind in ORDERS:
        touch(connection, JobKey(intent.account, intent.file))
