"""A file of ours that the provider has already, so that the same bytes need not travel twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.actions.files.arrival import arrived, keep
from finetop.errors import NotFound

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.actions.files.contents import Fingerprint
    from finetop.models import File
    from finetop.providers import Provider

UNUSABLE = frozenset({"error", "failed", "deleted", "deleting"})


async def still_there(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A file with these bytes that the provider still has."""
    known = desk.store.jobs.file_known_by_hash(desk.account, bytes_.sha256)
    if known is None:
        return None
    try:
        file = await provider.get_file(known.id)
    except NotFound:
        desk.store.jobs.forget_file(desk.account, known.id)
        return None
    return None if file.status in UNUSABLE else file


async def left_over(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A file that an upload left behind whose answer was lost, perhaps in another life."""
    for intent in desk.store.journal.open(desk.account, "upload"):
        if intent.file == bytes_.sha256 and intent.state != "written":
            found = await arrived(provider, intent)
            if found is not None:
                return keep(desk, intent, found)
    return None
