"""A file of ours that the provider has already, so that the same bytes need not travel twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.actions.files.arrival import arrived, keep, same_bytes
from finetop.actions.files.parcel import Parcel
from finetop.errors import ApiError, NotFound, Unreachable

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.actions.files.contents import Fingerprint
    from finetop.models import File
    from finetop.providers import Provider
    from finetop.store import Intent

UNUSABLE = frozenset({"error", "failed", "deleted", "deleting"})
MOST_COMPARED_BYTES = 64 << 20
"""A larger file is not read back in order to compare it: that would take as long as sending it."""


async def at_provider(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A usable file there with these very bytes, whoever sent it; None where there is no proof of one."""
    return (
        await _still_there(desk, provider, bytes_)
        or await _left_over(desk, provider, bytes_)
        or await _alike(desk, provider, bytes_)
    )


def in_parts(desk: Desk, bytes_: Fingerprint) -> Intent | None:
    """An upload of these bytes that was left between two parts, and that nobody alive goes on with."""
    for intent in desk.store.journal.open(desk.account, "upload"):
        alive = intent.state == "sent" and desk.store.locks.is_alive(intent.owner)
        if intent.file == bytes_.sha256 and not alive and not Parcel.of(intent).may_be_a_file:
            return intent
    return None


async def _still_there(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A file with these bytes that the provider still has."""
    known = desk.store.library.file_known_by_hash(desk.account, bytes_.sha256)
    if known is None:
        return None
    try:
        file = await provider.get_file(known.id)
    except NotFound:
        desk.store.library.forget_file(desk.account, known.id)
        return None
    return None if file.status in UNUSABLE else file


async def _left_over(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A file that an upload left behind whose answer was lost, perhaps in another life."""
    for intent in desk.store.journal.open(desk.account, "upload"):
        of_these = intent.file == bytes_.sha256 and intent.state != "written"
        if of_these and Parcel.of(intent).may_be_a_file:
            found = await arrived(provider, intent)
            if found is not None:
                return keep(desk, intent, found)
    return None


async def _alike(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A file of this name and size that holds these bytes, among the newest; it may come from elsewhere."""
    if bytes_.size_bytes > MOST_COMPARED_BYTES:
        return None
    try:
        listed = (await provider.list_files()).items
        for file in listed:
            alike = file.filename == bytes_.name and file.size_bytes == bytes_.size_bytes
            usable = file.status not in UNUSABLE
            if alike and usable and await same_bytes(provider, file, bytes_.sha256):
                desk.store.library.save_files(desk.account, [file])
                desk.store.library.note_file_hash(desk.account, file.id, bytes_.sha256)
                return file
    except (ApiError, Unreachable):
        pass  # it was only to save an upload
    return None
