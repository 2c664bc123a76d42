"""The client of who has no server: whatever would be sent is refused in words."""

from __future__ import annotations

import httpx

from finetop.client.api import ApiClient
from finetop.errors import BadInput


class _Closed(httpx.AsyncBaseTransport):
    def __init__(self, name: str, hint: str) -> None:
        self._name = name
        self._hint = hint

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path}"
        raise BadInput(f"{self._name} is for reading only; it takes no {asked}", hint=self._hint)


def closed_client(name: str, hint: str) -> ApiClient:
    """A client that never leaves this machine. Its every request raises BadInput."""
    client = ApiClient("http://nowhere.invalid", "", transport=_Closed(name, hint))
    client.host = name
    return client
