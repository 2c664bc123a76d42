"""How a provider is asked: its client, its path table, and replies on their way to becoming values."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from urllib.parse import quote

from finetop.errors import BadReply
from finetop.models import Capabilities
from finetop.providers.pages import Page, page_of

if TYPE_CHECKING:
    from finetop.client import ApiClient

T = TypeVar("T")


class Asking:
    """What every part of a provider stands on; a dialect with other paths changes the table."""

    capabilities: ClassVar[Capabilities] = Capabilities()
    chat_settings: ClassVar[Mapping[str, Any]] = {}
    """What a prompt is sent with beside the model and its length."""
    paths: ClassVar[Mapping[str, str]] = {
        "jobs": "/fine_tuning/jobs",
        "job": "/fine_tuning/jobs/{id}",
        "cancel": "/fine_tuning/jobs/{id}/cancel",
        "pause": "/fine_tuning/jobs/{id}/pause",
        "resume": "/fine_tuning/jobs/{id}/resume",
        "events": "/fine_tuning/jobs/{id}/events",
        "checkpoints": "/fine_tuning/jobs/{id}/checkpoints",
        "files": "/files",
        "file": "/files/{id}",
        "content": "/files/{id}/content",
        "uploads": "/uploads",
        "parts": "/uploads/{id}/parts",
        "complete": "/uploads/{id}/complete",
        "drop": "/uploads/{id}/cancel",
        "models": "/models",
        "model": "/models/{id}",
        "permissions": "/fine_tuning/checkpoints/{id}/permissions",
        "permission": "/fine_tuning/checkpoints/{id}/permissions/{inner}",
        "validate": "/fine_tuning/alpha/graders/validate",
        "run": "/fine_tuning/alpha/graders/run",
        "chat": "/chat/completions",
    }

    def __init__(self, client: ApiClient, *, retries: int = 0) -> None:
        self.client = client
        self.retries = retries

    @property
    def requests_left(self) -> tuple[int | None, int | None]:
        """Requests that are left in the provider's present window, and how many it has; None where untold."""
        return self.client.requests_left, self.client.requests_limit

    def patient(self, retries: int) -> Self:
        """The same for one who waits for a single answer: what fails in passing is asked again."""
        other = copy.copy(self)
        other.retries = retries
        return other

    def _path(self, name: str, id_: str = "", inner: str = "") -> str:
        return self.paths[name].format(id=quote(id_, safe=""), inner=quote(inner, safe=""))

    async def _get(self, name: str, id_: str = "", **params: str) -> Any:
        return (await self.client.get(self._path(name, id_), params or None, retries=self.retries)).json()

    async def _post(self, name: str, id_: str = "", body: Mapping[str, Any] | None = None) -> Any:
        return (await self.client.post(self._path(name, id_), body)).json()

    async def _delete(self, name: str, id_: str, inner: str = "") -> Any:
        """What is said of a deletion that was agreed to. Raises BadReply where it was not carried out."""
        reply = await self.client.delete(self._path(name, id_, inner))
        answer = reply.json()
        if isinstance(answer, Mapping) and answer.get("deleted") is False:
            raise BadReply(f"the answer says that {inner or id_} was not deleted", status=reply.status)
        return answer

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
        return page_of(await self._get(name, id_, **asked), parse, after=after, limit=limit)
