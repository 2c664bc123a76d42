"""How often a person wants an account to be asked: read by whoever asks, said by any process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.store.database import Database


@dataclass(frozen=True, slots=True)
class Pacing:
    """What was said last; it stays until something else is said."""

    pace_s: float | None = None
    """Seconds between two questions about a running job; None is the profile's own pace."""
    paused: bool = False


class Pacings:
    """The pacing of every account."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, account: int) -> Pacing:
        """How one account is to be asked."""
        found = self._db.connection.execute(
            "select pace_s, paused from pacing where account = ?", (account,)
        ).fetchone()
        return Pacing() if found is None else Pacing(found[0], bool(found[1]))

    def set_pace(self, account: int, pace_s: float | None) -> None:
        """Ask so often from now on."""
        self._write(account, "pace_s", pace_s)

    def set_paused(self, account: int, *, paused: bool) -> None:
        """Ask no more until something else is said, or ask again."""
        self._write(account, "paused", paused)

    def _write(self, account: int, column: str, value: float | None) -> None:
        with self._db.write() as connection:
            connection.execute(
                "insert or ignore into pacing (account, pace_s, paused) values (?, null, 0)", (account,)
            )
            connection.execute(f"update pacing set {column} = ? where account = ?", (value, account))
