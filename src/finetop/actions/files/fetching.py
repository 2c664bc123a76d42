"""A file's content brought into a folder of this machine: whole or not at all."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from finetop.actions.files.landing import Landing
from finetop.actions.naming import safe_name
from finetop.errors import BadInput, BadReply, NotSupported
from finetop.models import File
from finetop.models.results import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finetop.actions.desk import Desk
    from finetop.client import Progress

P = ParamSpec("P")
T = TypeVar("T")

MOST_DECODED_BYTES = 64 << 20
"""A result file is smaller than this; anything larger is kept as it came."""
SLACK_BYTES = 1 << 20


async def download(
    desk: Desk,
    file_id: str,
    folder: Path,
    *,
    name: str | None = None,
    overwrite: bool = False,
    decode: bool = False,
    private: bool = False,
    progress: Progress = lambda _received, _total: None,
) -> Path:
    """Bring a file into a folder under a safe form of the server's name, or under `name`.

    A second file of the same name gets a number unless it may `overwrite`; with `decode` a result file that
    comes as base64 is unpacked, and one that is `private` is for its owner alone.

    Raises BadInput where it cannot be written, BadReply where it is not whole.
    """
    own = None if name is None else _own_name(name)
    provider = await desk.provider()
    try:
        file = await provider.get_file(file_id)
    except NotSupported:
        file = File(id=file_id)
    landing = Landing(folder, private=private)
    try:
        received = 0
        async with aclosing(provider.content(file_id, most_bytes=_most_bytes(file))) as chunks:
            async for chunk in chunks:
                await _to_its_end(landing.write, chunk)
                received += len(chunk)
                progress(received, file.size_bytes or 0)
        if received < (file.size_bytes or 0):
            raise BadReply(
                f"{file_id} broke off: {received} of {file.size_bytes} bytes came", hint="Download it again."
            )
        if decode and received <= MOST_DECODED_BYTES:
            await _to_its_end(_unpack, landing)
        wanted = own or safe_name(file.filename or file_id)
        await asyncio.sleep(0)  # who has stopped it by now finds nothing
        return await _to_its_end(landing.settle, wanted, overwrite=overwrite)
    finally:
        landing.drop()


async def _to_its_end(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Do it in a thread; who stops the download waits for it, or both would be at the file at once."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *given, **named))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.gather(working, return_exceptions=True)
        raise


def _own_name(name: str) -> str:
    """The user's own word for it. Raises BadInput for what is no name."""
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise BadInput(f"{name!r} is not a file name", hint="Give the folder and the name apart.")
    return name


def _most_bytes(file: File) -> int | None:
    """Room for base64; a content that goes on and on is not that of this file."""
    return None if not file.size_bytes else 2 * file.size_bytes + SLACK_BYTES


def _unpack(landing: Landing) -> None:
    content = landing.read()
    inner = plain(content)
    if inner is not content:
        landing.rewrite(inner)
