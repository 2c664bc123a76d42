"""The words that the jobs of some accounts know: names of metadata and hyperparameters, values of fields."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from finetop.names import MARKER

if TYPE_CHECKING:
    from finetop.store.database import Database

MOST: Final = 200
"""Words of one kind; more would neither be read nor fit a menu."""
LONGEST: Final = 80
"""Longer values are sentences, which nobody completes."""

_FIELDS: Final = {
    "name": ("roster", "name"),
    "id": ("roster", "id"),
    "model": ("roster", "model"),
    "tuned": ("roster", "tuned"),
    "suffix": ("job", "json_extract(form, '$.suffix')"),
    "raw_status": ("job", "json_extract(form, '$.raw_status')"),
    "organization": ("job", "json_extract(form, '$.organization_id')"),
    "object": ("job", "json_extract(form, '$.kind')"),
}
"""Field -> the table that tells it soonest, and how."""
_PAIRS: Final = {"metadata": "metadata", "setting": "settings"}


class Vocabulary:
    """Reads through all jobs of the accounts: for another thread than the one that draws."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def values(self, field: str, accounts: Collection[int]) -> list[str]:
        """The values of a field of a query, the most frequent first; none of a field without words.

        Of `metadata` and `setting` themselves the names.
        """
        kind, dot, key = field.partition(".")
        where = f"account in ({', '.join(str(int(account)) for account in accounts)})"
        if kind in _PAIRS:
            word, named = ("value", "key = :key") if dot else ("key", "key <> :marker")
            table = f"roster, json_each({_PAIRS[kind]})"
            return self._words(f"{word} word", table, f"{where} and {named}", {"key": key, "marker": MARKER})
        if field not in _FIELDS:
            return []
        table, word = _FIELDS[field]
        return self._words(f"{word} word", table, where, {})

    def _words(self, word: str, table: str, where: str, bound: dict[str, str]) -> list[str]:
        found = self._db.connection.execute(
            f"""select word from (select {word}, count(*) often from {table} where {where} group by word)
            where word is not null and length(word) between 1 and :longest
            order by often desc, word limit :most""",
            {**bound, "longest": LONGEST, "most": MOST},
        )
        return [str(word) for (word,) in found]
