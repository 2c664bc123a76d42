"""What an account keeps besides jobs: files and models, who may use them, and graders."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from finetop import archiving
from finetop.actions import files, removal
from finetop.archive import Folder
from finetop.dataset import first_prompt
from finetop.errors import BadInput, FinetopError, NotSupported, TryLater
from finetop.models.results import plain
from finetop.providers import every_page
from finetop.session.remembering import recorded

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.actions.files import Arrival, Say
    from finetop.archive import Manifest, Origin
    from finetop.client import Progress
    from finetop.models import File, GraderRun, Model, Permission
    from finetop.providers import Provider
    from finetop.session.links import Links
    from finetop.store import Store

LONGEST_START = 1 << 20
"""Bytes of a file that are read in search of the end of its first lines."""


class _Nowhere(io.BytesIO):
    """What is written into it is gone: only its hash is wanted."""

    def write(self, part: bytes, /) -> int:  # type: ignore[override]
        """Say that it was written."""
        return len(part)


def _nobody(_received: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


class Library:
    """Files, models, permissions and graders of every account."""

    def __init__(
        self,
        links: Links,
        store: Store,
        *,
        changed: Callable[[], None],
        desk: Callable[[int], Desk],
        writable: Callable[[int], Desk],
        origin: Callable[[str], Origin],
    ) -> None:
        self._links = links
        self._store = store
        self._changed = changed
        self._desk_of = desk
        self._writable_of = writable
        """Raises BadInput for a profile that is for reading only."""
        self._origin = origin

    async def files(self, profile: str, purpose: str) -> list[File]:
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        before = set() if purpose else self._store.library.file_ids(account)
        found = [
            file
            async for page in every_page(lambda after: provider.list_files(after=after, purpose=purpose))
            for file in page.items
        ]
        self._store.library.save_files(account, found)
        if not purpose:  # what came meanwhile is not missed
            self._store.library.miss_files(account, before - {file.id for file in found})
            self._store.library.note_listed(account, "files", time.time())
        self._changed()
        return found

    async def already_there(self, profile: str, path: Path) -> File | None:
        desk = self._desk(profile)
        bytes_ = await asyncio.to_thread(files.fingerprint, path)
        return await files.at_provider(desk, await desk.provider(), bytes_)

    async def upload(self, profile: str, path: Path, *, anew: bool, progress: Progress) -> Arrival:
        desk = self._writable(profile)
        await asyncio.to_thread(files.check, path)
        return await files.uploaded(desk, path, anew=anew, progress=progress)

    async def wait_processed(self, profile: str, file_id: str, say: Say) -> None:
        await files.wait_processed(self._desk(profile), file_id, say=say)

    async def download(
        self,
        profile: str,
        file_id: str,
        folder: Path,
        *,
        name: str | None,
        overwrite: bool,
        decode: bool,
        progress: Progress,
    ) -> Path:
        return await files.download(
            self._desk(profile),
            file_id,
            folder,
            name=name,
            overwrite=overwrite,
            decode=decode,
            progress=progress,
        )

    async def fetch(
        self, profile: str, file_id: str, into: BinaryIO, most_bytes: int, progress: Progress
    ) -> bool:
        provider = await self._links.named(profile).patient()
        total = await _size_of(provider, file_id)
        received = 0
        digest = hashlib.sha256()

        def take(part: bytes) -> None:
            into.write(part)
            digest.update(part)

        async with contextlib.aclosing(provider.content(file_id)) as chunks:
            async for chunk in chunks:
                await asyncio.to_thread(take, chunk[: most_bytes - received])
                received += len(chunk)
                if received > most_bytes:
                    await asyncio.to_thread(into.flush)
                    return False
                progress(received, total)
        await asyncio.to_thread(into.flush)
        self._note_bytes(self._links.account(profile), file_id, received, digest.hexdigest())
        return True

    def _note_bytes(self, account: int, file_id: str, size_bytes: int, sha256: str) -> None:
        """Remember what a training file holds, for it may lie there under another id, too."""
        known = self._store.library.file(account, file_id)
        if known is None or known.size_bytes not in {None, size_bytes}:
            return
        purpose = (known.purpose or "fine-tune").replace("_", "-")
        if purpose.startswith("fine-tun") and "result" not in purpose:  # no other may be trained on
            self._store.library.note_file_hash(account, file_id, sha256)

    async def know_bytes(self, profile: str, file_ids: Sequence[str], most_bytes: int) -> None:
        account, library = self._links.account(profile), self._store.library
        known = library.hashes(account, file_ids)
        provider = await self._links.named(profile).patient()
        for file_id in (file_id for file_id in file_ids if file_id not in known):
            # One that is gone, or not for reading, is not known, and that is no failure.
            with contextlib.suppress(FinetopError):
                library.save_files(account, [file := await provider.get_file(file_id)])
                if file.size_bytes is not None and file.size_bytes <= most_bytes:
                    await self.fetch(profile, file_id, _Nowhere(), most_bytes, _nobody)

    async def file_lines(self, profile: str, file_id: str, most: int) -> list[str]:
        provider = await self._links.named(profile).patient()
        start = await _start_of(provider, file_id, most)
        return plain(start).decode("utf-8", "replace").splitlines()[:most]

    async def first_prompt(self, profile: str, file: str) -> str:
        if not file:
            return ""
        provider = await self._links.named(profile).used()
        try:
            start = await _start_of(provider, file, 1)
        except FinetopError:
            return ""  # many providers keep training files to themselves
        return first_prompt(start.split(b"\n", 1)[0])

    async def delete_file(self, profile: str, file_id: str) -> None:
        await removal.delete_file(self._writable(profile), file_id)

    async def archive(
        self,
        profile: str,
        path: Path,
        *,
        with_files: bool,
        force: bool,
        say: Callable[[str], None],
        progress: Callable[[archiving.Progress], None],
    ) -> Manifest:
        provider = await self._links.named(profile).used()
        try:
            with Folder(path, self._origin(profile), profile, force=force) as folder:
                return await archiving.Archiving(
                    provider,
                    folder,
                    with_files=with_files,
                    recorded=functools.partial(recorded, self._store, self._links.account(profile)),
                    say=say,
                    progress=progress,
                ).run()
        except OSError as error:
            raise TryLater(
                f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
                hint="Make room there; the same again goes on from here.",
            ) from error

    async def models(self, profile: str) -> list[Model]:
        account = self._links.account(profile)
        models = await (await self._links[account].patient()).list_models()
        self._store.library.save_models(account, models)
        self._store.library.note_listed(account, "models", time.time())
        self._changed()
        return list(models)

    async def model(self, profile: str, name: str) -> Model:
        return await (await self._links.named(profile).patient()).get_model(name)

    async def delete_model(self, profile: str, name: str) -> None:
        await removal.delete_model(self._writable(profile), name)

    async def chat(self, profile: str, model: str, prompt: str) -> str:
        return await (await self._links.named(profile).used()).chat(model, prompt)

    async def permissions(self, profile: str, checkpoint: str, project: str | None) -> list[Permission]:
        provider = _able(await self._links.named(profile).patient(), "permissions")
        return [
            permission
            async for page in every_page(
                lambda after: provider.list_permissions(checkpoint, after=after, project=project)
            )
            for permission in page.items
        ]

    async def permit(self, profile: str, checkpoint: str, projects: Sequence[str]) -> list[Permission]:
        provider = _able(await self._writable(profile).provider(), "permissions")
        return list(await provider.permit(checkpoint, projects))

    async def forbid(self, profile: str, checkpoint: str, permission_id: str) -> None:
        provider = _able(await self._writable(profile).provider(), "permissions")
        await provider.forbid(checkpoint, permission_id)

    async def validate_grader(self, profile: str, grader: Mapping[str, Any]) -> dict[str, Any]:
        provider = _able(await self._links.named(profile).used(), "graders")
        return await provider.validate_grader(grader)

    async def run_grader(
        self, profile: str, grader: Mapping[str, Any], sample: str, item: Mapping[str, Any] | None
    ) -> GraderRun:
        provider = _able(await self._links.named(profile).used(), "graders")
        return await provider.run_grader(grader, sample, item)

    def _desk(self, profile: str) -> Desk:
        return self._desk_of(self._links.account(profile))

    def _writable(self, profile: str) -> Desk:
        return self._writable_of(self._links.account(profile))


def _able(provider: Provider, what: str) -> Provider:
    """The provider, if its dialect knows this at all."""
    if not getattr(provider.capabilities, what):
        raise BadInput(f"{provider.client.host} has no {what}", hint="Use a provider that has them.")
    return provider


async def _size_of(provider: Provider, file_id: str) -> int:
    """The bytes of a file; 0 where the provider does not say."""
    try:
        return (await provider.get_file(file_id)).size_bytes or 0
    except NotSupported:
        return 0


async def _start_of(provider: Provider, file_id: str, lines: int) -> bytes:
    """The beginning of a file, with so many lines unless it is shorter or they are very long."""
    start = b""
    async with contextlib.aclosing(provider.content(file_id)) as chunks:
        async for chunk in chunks:
            start += chunk
            if start.count(b"\n") >= lines or len(start) > LONGEST_START:
                break
    return start
