"""Which models exist here: the packaged ones, the tuned ones, and their checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.server import jobs, trainers
from finetop.server.faults import ApiFault, shown

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from finetop.server.database import Database
    from finetop.server.layout import Layout

OWNER = "finetop"
_NAMED = 20
"""How many models a refusal lists."""


@dataclass(frozen=True)
class KnownModel:
    """A model one can tune or ask."""

    name: str
    created_at: int
    root: str
    """The base model at its bottom."""
    path: Path | None
    """Its weights; None for a packaged one."""
    sha256: str

    @property
    def is_here(self) -> bool:
        """Whether its weights can be read; somebody may have made room in the jobs directory."""
        return self.path is None or self.path.exists()


def known(database: Database, layout: Layout, name: str, *, param: str = "model") -> KnownModel:
    """The model of this name; an unknown one is refused with the list of those that exist."""
    found = _find(database, layout, name)
    if found is not None and found.is_here:
        return found
    names = [model.name for model in everything(database, layout)]
    gone = "does not exist here" if found is None else "is known, but its weights are not here"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    raise ApiFault(
        404,
        f"The model {shown(name)!r} {gone}. There are: {', '.join(names[:_NAMED])}{more}.",
        code="model_not_found",
        param=param,
    )


def everything(database: Database, layout: Layout) -> list[KnownModel]:
    """All models, the packaged ones first, then the newest."""
    tuned = [_tuned(layout, row) for row in database.all("select * from model order by n desc")]
    return [*_packaged(), *(model for model in tuned if model.is_here)]


def remove(database: Database, layout: Layout, model: KnownModel) -> None:
    """Forget a tuned model or checkpoint and its weights; its job and what it measured stay."""
    if model.path is None:
        raise ApiFault(
            403, f"The model {model.name} is part of this server.", code="cannot_delete_model", param="model"
        )
    job = jobs.using_model(database, model.name)
    if job is not None:
        raise ApiFault(
            400,
            f"The model {model.name} is needed by the job {job['id']}, which has not ended.",
            code="model_in_use",
            param="model",
        )
    # The last checkpoint bears the model's plain name and has a copy of the weights.
    copies = database.all("select job, path from checkpoint where name = ?", (model.name,))
    with database.write() as connection:
        connection.execute("delete from model where id = ?", (model.name,))
        connection.execute("delete from permission where checkpoint = ?", (model.name,))
    for path in (model.path, *(layout.job(row["job"]) / row["path"] for row in copies)):
        path.unlink(missing_ok=True)


def _find(database: Database, layout: Layout, name: str) -> KnownModel | None:
    for base in _packaged():
        if base.name == name:
            return base
    row = database.one("select * from model where id = ?", (name,))
    if row is not None:
        return _tuned(layout, row)
    row = database.one(
        "select checkpoint.*, job.root from checkpoint join job on job.id = checkpoint.job where name = ?",
        (name,),
    )
    if row is None:
        return None
    path = layout.job(row["job"]) / row["path"]
    return KnownModel(name, row["created_at"], row["root"], path, row["sha256"])


def _tuned(layout: Layout, row: sqlite3.Row) -> KnownModel:
    path = layout.job(row["job"]) / row["path"]
    return KnownModel(row["id"], row["created_at"], row["root"], path, row["sha256"])


def _packaged() -> list[KnownModel]:
    return [
        KnownModel(base.name, base.created, base.name, None, base.sha256) for base in trainers.base_models()
    ]
