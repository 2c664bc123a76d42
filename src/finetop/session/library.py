"""What an account keeps besides jobs: files and models, asked anew and kept in the store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from finetop.dataset import first_prompt
from finetop.errors import FinetopError
from finetop.providers import every_page

if TYPE_CHECKING:
    from finetop.models import File, Model
    from finetop.session.links import Links
    from finetop.store import Store

LONGEST_EXAMPLE = 1 << 20
"""Bytes of a training file that are read in search of its first line's end."""


class Library:
    """Files and models of every account."""

    def __init__(self, links: Links, store: Store, changed: Callable[[], None]) -> None:
        self._links = links
        self._store = store
        self._changed = changed

    async def models(self, profile: str) -> list[Model]:
        account = self._links.account(profile)
        models = await (await self._links[account].patient()).list_models()
        self._store.jobs.save_models(account, models)
        self._changed()
        return list(models)

    async def files(self, profile: str) -> list[File]:
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        found = [
            file
            async for page in every_page(lambda after: provider.list_files(after=after))
            for file in page.items
        ]
        self._store.jobs.save_files(account, found)
        self._changed()
        return found

    async def chat(self, profile: str, model: str, prompt: str) -> str:
        return await (await self._links.named(profile).used()).chat(model, prompt)

    async def first_prompt(self, profile: str, file: str) -> str:
        if not file:
            return ""
        provider = await self._links.named(profile).used()
        start = b""
        try:
            async with contextlib.aclosing(provider.content(file)) as chunks:
                async for chunk in chunks:
                    start += chunk
                    if b"\n" in start or len(start) > LONGEST_EXAMPLE:
                        break
        except FinetopError:
            return ""  # many providers keep training files to themselves
        return first_prompt(start.split(b"\n", 1)[0])
