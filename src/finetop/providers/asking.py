"""How a provider is asked: its client, its path table, and replies on their way to becoming values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import quote

from finetop.models import Capabilities
from finetop.providers.pages import Page, page_of

if TYPE_CHECKING:
    from finetop.client import ApiClient

T = TypeVar("T")


class Asking:
    """What every part of a provider stands on; a dialect with other paths changes the table."""

    capabilities: ClassVar[Capabilities] = Capabilities()
    paths: ClassVar[Mapping[str, str]] = {
        "jobs": "/fine_tuning/jobs",
        "job": "/fine_tuning/jobs/{id}",
        "cancel": "/fine_tuning/jobs/{id}/cancel",
        "events": "/fine_tuning/jobs/{id}/events",
        "checkpoints": "/fine_tuning/jobs/{id}/checkpoints",
        "files": "/files",
        "file": "/files/{id}",
        "content": "/files/{id}/content",
        "models": "/models",
        "chat": "/chat/completions",
    }

    def __init__(self, client: ApiClient, *, retries: int = 0) -> None:
        self.client = client
        self.retries = retries

    def _path(self, name: str, id_: str = "") -> str:
        return self.paths[name].format(id=quote(id_, safe=""))

    async def _get(self, name: str, id_: str = "", **params: str) -> Any:
        return (await self.client.get(self._path(name, id_), params or None, retries=self.retries)).json()

    async def _page(
        self,
        name: str,
        id_: str,
        parse: Callable[[Any], T | None],
        *,
        after: str | None = None,
        limit: int | None = None,
        **params: str,
    ) -> Page[T]:
        """A part of any list."""
        asked = dict(params)
        if after is not None:
            asked["after"] = after
        if limit is not None:
            asked["limit"] = str(limit)
        return page_of(await self._get(name, id_, **asked), parse, after=after)
