"""One POST of JSON to an address that is itself a secret: only its host is ever told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from finetop import __version__
from finetop.client.api import ssl_context
from finetop.client.failures import no_answer
from finetop.client.places import host_of, is_loopback
from finetop.errors import BadRequest, RateLimited, ServerFault

TIMEOUT = httpx.Timeout(15, connect=5)
_PASSING = frozenset({408, 409, 425})


async def post_json(
    url: str, body: Mapping[str, Any], *, transport: httpx.AsyncBaseTransport | None = None
) -> str:
    """Send it once; what was answered, in a few words.

    Raises Unreachable, ServerFault or RateLimited where it is worth trying again, else BadRequest. It goes
    to this address alone: a redirect is refused, for the facts were not meant for anybody else.
    """
    host = host_of(url)
    try:
        async with (
            httpx.AsyncClient(
                transport=transport,
                verify=ssl_context(),
                timeout=TIMEOUT,
                headers={"User-Agent": f"finetop/{__version__}"},
                follow_redirects=False,
                trust_env=not is_loopback(host),
            ) as http,
            http.stream("POST", url, json=dict(body)) as response,
        ):
            status = response.status_code
            wish = response.headers.get("retry-after", "")
    except httpx.HTTPError as error:
        raise no_answer(error, host) from error
    said = f"{host} answered {status}"
    if 200 <= status < 300:
        return said
    if status == 429:
        raise RateLimited(
            said, status=status, retry_after_s=float(wish) if wish.isascii() and wish.isdigit() else None
        )
    if status >= 500 or status in _PASSING:
        raise ServerFault(said, status=status)
    raise BadRequest(said, status=status, hint="Check the address of the webhook.")
