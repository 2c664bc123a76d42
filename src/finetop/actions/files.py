"""Training files: the same bytes are uploaded once, and a lost answer is settled by looking at the list."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.actions.desk import Desk, looks, may_have_acted
from finetop.dataset import check_file
from finetop.errors import ApiError, BadFile, FinetopError, NotFound, Unreachable, Unsettled
from finetop.providers import Page, Provider, every_page

if TYPE_CHECKING:
    from finetop.models import File
    from finetop.store import Intent

SLACK_S = 60
"""How far the clocks of a provider's parts may differ."""
Say = Callable[[str], None]
"""Told in words how far an upload is."""
UNUSABLE = frozenset({"error", "failed", "deleted", "deleting"})


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one file from another."""

    name: str
    size_bytes: int
    sha256: str


def check(path: Path) -> None:
    """Raise BadFile with path and line unless this is a file of JSON lines."""
    problem = check_file(path).problem
    if problem is not None:
        raise problem


def fingerprint(path: Path) -> Fingerprint:
    """Read a file through. Raises BadFile where that cannot be done."""
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
            return Fingerprint(path.name, opened.tell(), digest.hexdigest())
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=path) from error


async def uploaded(desk: Desk, path: Path, *, say: Say = lambda _: None) -> str:
    """The id of a file with these bytes at the provider: one that is there already, or a new one."""
    provider = await desk.provider()
    bytes_ = await asyncio.to_thread(fingerprint, path)
    known = await _still_there(desk, provider, bytes_) or await _left_over(desk, provider, bytes_)
    if known is not None:
        return known.id
    intent = desk.store.journal.write(
        desk.account,
        "upload",
        json.dumps({"name": bytes_.name, "bytes": bytes_.size_bytes}),
        name=bytes_.name,
        file=bytes_.sha256,
    )
    intent = desk.store.journal.mark_sent(intent, at=provider.client.server_time())
    try:
        file = await provider.upload(path, progress=_tenths(bytes_.name, say))
    except FinetopError as error:
        if not may_have_acted(error):
            desk.store.journal.settle(intent, "refused", message=error.message)
            raise
        return (await settle(desk, intent, error)).id
    if await asyncio.to_thread(fingerprint, path) != bytes_:
        desk.store.journal.settle(intent, "refused", message="the file changed while it was sent")
        raise BadFile("changed while it was sent", path=path, hint="Send it again when it is complete.")
    return _keep(desk, intent, file).id


async def settle(desk: Desk, intent: Intent, error: FinetopError | None, *, age_s: float = 0.0) -> File:
    """Find out whether a file arrived. Raises Unsettled when three minutes did not tell."""
    async for _ in looks(desk, age_s=age_s):
        try:
            found = await _arrived(await desk.provider(), intent)
        except (ApiError, Unreachable):
            continue  # the next look may reach it
        if found is not None:
            return _keep(desk, intent, found)
    desk.store.journal.settle(intent, "unsure", message="nobody knows whether the file arrived")
    raise Unsettled(f"{intent.name} was sent, and nobody knows whether it arrived") from error


def _tenths(name: str, say: Say) -> Callable[[int, int], None]:
    """Tell of every tenth of an upload, and no more often."""
    told = 0

    def progress(sent: int, total: int) -> None:
        nonlocal told
        tenths = sent * 10 // total if total else 10
        if tenths > told:
            told = tenths
            say(f"uploading {name}: {tenths * 10} %")

    return progress


async def _still_there(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
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


async def _left_over(desk: Desk, provider: Provider, bytes_: Fingerprint) -> File | None:
    """A file that an upload left behind whose answer was lost, perhaps in another life."""
    for intent in desk.store.journal.open(desk.account, "upload"):
        if intent.file == bytes_.sha256 and intent.state != "written":
            found = await _arrived(provider, intent)
            if found is not None:
                return _keep(desk, intent, found)
    return None


async def _arrived(provider: Provider, intent: Intent) -> File | None:
    """The listed file that is what was sent: by name, size and time, and its bytes where they may be read."""

    async def ask(after: str | None) -> Page[File]:
        return await provider.list_files(after=after)

    wanted = json.loads(intent.request)
    since = (intent.sent_at or intent.written_at) - SLACK_S
    async for page in every_page(ask):
        for file in page.items:
            alike = file.filename == wanted["name"] and file.size_bytes == wanted["bytes"]
            fresh = file.created_at is None or file.created_at >= since
            if alike and fresh and await _same_bytes(provider, file, intent.file, wanted["bytes"]):
                return file
        if any(file.created_at is not None and file.created_at < since for file in page.items):
            return None  # newest first: the rest is older still
    return None


async def _same_bytes(provider: Provider, file: File, sha256: str, size_bytes: int) -> bool:
    digest = hashlib.sha256()
    try:
        async for chunk in provider.content(file.id, most_bytes=size_bytes):
            digest.update(chunk)
    except ApiError:
        return True  # some accounts may not read training files back; name, size and time have to do
    return digest.hexdigest() == sha256


def _keep(desk: Desk, intent: Intent, file: File) -> File:
    desk.store.jobs.save_files(desk.account, [file])
    desk.store.jobs.note_file_hash(desk.account, file.id, intent.file)
    desk.store.journal.settle(intent, "created", job=file.id)
    desk.changed()
    return file
