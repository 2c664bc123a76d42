"""Takes a file from a form into the files directory, with what its sender says about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.server import forms
from finetop.server.bodies import invalid
from finetop.server.faults import ApiFault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from finetop.server.forms import Form
    from finetop.server.layout import Layout

PURPOSES = ("fine-tune", "assistants", "batch", "vision", "user_data")
MOST_BYTES = 512 * 1024 * 1024
EXPIRY_S = (3600, 2_592_000)
"""The least and the most seconds a file may be kept, where its sender says how long."""


@dataclass(frozen=True)
class Upload:
    """What arrived, with its bytes under their final name."""

    filename: str
    purpose: str
    size: int
    sha256: str
    expires_after_s: int | None


async def receive(
    stream: AsyncIterator[bytes],
    content_type: str,
    layout: Layout,
    file_id: str,
    *,
    most_bytes: int = MOST_BYTES,
) -> Upload:
    """Read a whole multipart body; its file ends up in the files directory, or nowhere."""
    part = layout.incoming / f"{file_id}.part"
    try:
        upload = _judged(await forms.read(stream, content_type, part, "file", most_bytes))
        await asyncio.to_thread(forms.settle, part, layout.file(file_id))
    finally:
        part.unlink(missing_ok=True)
    return upload


def _judged(form: Form) -> Upload:
    purpose = form.text("purpose")
    if purpose is None:
        raise ApiFault(400, "You have to give purpose.", param="purpose", code="missing_required_parameter")
    if purpose not in PURPOSES:
        raise invalid("purpose", purpose, "one of " + ", ".join(PURPOSES))
    return Upload(form.filename or "file", purpose, form.size, form.digest.hexdigest(), _expiry(form))


def _expiry(form: Form) -> int | None:
    anchor, seconds = form.text("expires_after[anchor]"), form.text("expires_after[seconds]")
    if anchor is None and seconds is None:
        return None
    if anchor != "created_at":
        raise invalid("expires_after[anchor]", anchor, "created_at")
    low, high = EXPIRY_S
    good = seconds is not None and seconds.isascii() and seconds.isdigit() and len(seconds) <= 9
    if not good or not low <= int(seconds or 0) <= high:
        raise invalid("expires_after[seconds]", seconds, f"a whole number from {low} to {high}")
    return int(seconds or 0)
