"""The words that the jobs of some accounts know: names of metadata and hyperparameters, values of fields."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from finetop.names import MARKER, suffix_in

if TYPE_CHECKING:
    from finetop.store.database import Database

MOST: Final = 200
"""Words of one kind; more would neither be read nor fit a menu."""
LONGEST: Final = 80
"""Longer values are sentences, which nobody completes."""

_FIELDS: Final = {
    "name": "coalesce(json_extract(form, '$.suffix'),"
    " nullif(suffix_in(json_extract(form, '$.fine_tuned_model')), ''), id)",
    "id": "id",
    "model": "json_extract(form, '$.model')",
    "tuned": "json_extract(form, '$.fine_tuned_model')",
    "suffix": "json_extract(form, '$.suffix')",
    "raw_status": "json_extract(form, '$.raw_status')",
    "organization": "json_extract(form, '$.organization_id')",
    "object": "json_extract(form, '$.kind')",
}
_OBJECTS: Final = {"metadata": "$.metadata", "setting": "$.hyperparameters"}


class Vocabulary:
    """Reads through all jobs of the accounts: for another thread than the one that draws."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keys(self, kind: str, accounts: Collection[int]) -> list[str]:
        """The names in `metadata` or `setting`, the most frequent first."""
        return self._words(
            "select key word, count(*) often from job, json_each(form, :path)"
            f" where account in ({_listed(accounts)}) and key <> :marker group by key",
            {"path": _OBJECTS[kind], "marker": MARKER},
        )

    def values(self, field: str, accounts: Collection[int]) -> list[str]:
        """The values of a field of a query, the most frequent first; none of a field without words."""
        kind, dot, key = field.partition(".")
        if field in _OBJECTS:
            return self.keys(field, accounts)
        if dot and kind in _OBJECTS:
            return self._words(
                "select value word, count(*) often from job, json_each(form, :path)"
                f" where account in ({_listed(accounts)}) and key = :key group by value",
                {"path": _OBJECTS[kind], "key": key},
            )
        if field not in _FIELDS:
            return []
        return self._words(
            f"select {_FIELDS[field]} word, count(*) often from job"
            f" where account in ({_listed(accounts)}) group by word",
            {},
        )

    def _words(self, query: str, bound: dict[str, str]) -> list[str]:
        connection = self._db.connection
        connection.create_function("suffix_in", 1, suffix_in, deterministic=True)
        found = connection.execute(
            f"select word from ({query}) where word is not null and length(word) between 1 and :longest"
            " order by often desc, word limit :most",
            {**bound, "longest": LONGEST, "most": MOST},
        )
        return [str(word) for (word,) in found]


def _listed(accounts: Collection[int]) -> str:
    return ",".join(str(int(account)) for account in accounts)
