"""Whether a file has arrived, where its answer was lost."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from finetop.actions.desk import Desk, looks
from finetop.actions.files.parcel import Parcel
from finetop.errors import ApiError, FinetopError, Unreachable, Unsettled
from finetop.providers import Page, every_page

if TYPE_CHECKING:
    from finetop.models import File
    from finetop.providers import Provider
    from finetop.store import Intent

SLACK_S = 60
"""How far the clocks of a provider's parts may differ."""


async def settle(desk: Desk, intent: Intent, error: FinetopError | None, *, age_s: float = 0.0) -> File:
    """Find out whether a file arrived. Raises Unsettled when three minutes did not tell.

    Parts that nobody asked to be made a file are none: sending the file again goes on after them.
    """
    parcel = Parcel.of(intent)
    if not parcel.may_be_a_file:
        said = f"{intent.name} was left after {len(parcel.parts)} parts"
        desk.store.journal.settle(intent, "unsure", message=said)
        raise Unsettled(said, hint="Send it again: it goes on where it was left.") from error
    async for _ in looks(desk, age_s=age_s):
        try:
            found = await arrived(await desk.provider(), intent)
        except (ApiError, Unreachable):
            continue  # the next look may reach it
        if found is not None:
            return keep(desk, intent, found)
    desk.store.journal.settle(intent, "unsure", message="nobody knows whether the file arrived")
    raise Unsettled(f"{intent.name} was sent, and nobody knows whether it arrived") from error


async def arrived(provider: Provider, intent: Intent) -> File | None:
    """The listed file that is what was sent: by name, size and time, and its bytes where they may be read."""

    async def ask(after: str | None) -> Page[File]:
        return await provider.list_files(after=after)

    wanted = Parcel.of(intent)
    since = (intent.sent_at or intent.written_at) - SLACK_S
    async for page in every_page(ask):
        for file in page.items:
            alike = file.filename == wanted.name and file.size_bytes == wanted.bytes
            fresh = file.created_at is None or file.created_at >= since
            # Some accounts may not read training files back; name, size and time have to do.
            if alike and fresh and await same_bytes(provider, file, intent.file) is not False:
                return file
        if any(file.created_at is not None and file.created_at < since for file in page.items):
            return None  # newest first: the rest is older still
    return None


async def same_bytes(provider: Provider, file: File, sha256: str) -> bool | None:
    """True when a file at the provider holds these bytes; None where it is not for reading."""
    digest = hashlib.sha256()
    try:
        async for chunk in provider.content(file.id, most_bytes=file.size_bytes):
            digest.update(chunk)
    except ApiError:
        return None
    return digest.hexdigest() == sha256


def keep(desk: Desk, intent: Intent, file: File) -> File:
    """The file is there: write down which bytes it holds, and close the intent."""
    desk.store.library.save_files(desk.account, [file])
    desk.store.library.note_file_hash(desk.account, file.id, intent.file)
    desk.store.journal.settle(intent, "created", job=file.id)
    desk.changed()
    return file
