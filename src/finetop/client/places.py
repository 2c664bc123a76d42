"""Where a request goes: hosts, origins and redirects."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from finetop.errors import BadInput


def host_of(base_url: str) -> str:
    """Host and port, without a name and password that may stand before them."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise BadInput(f"the base URL cannot be read: {error}", hint="Write https://HOST/v1.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadInput("the base URL has no host", hint="Write https://HOST/v1.")
    return f"{url.host}:{url.port}" if url.port else url.host


def is_loopback(host: str) -> bool:
    """True for this machine, by whatever name."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """What has to be equal for a key to go there: scheme, host and port."""
    return url.scheme, url.host, url.port


def redirect_of(response: httpx.Response) -> httpx.URL | None:
    """Where a reply sends the asker; None where that is nowhere on the web."""
    if not response.has_redirect_location:
        return None
    try:
        target = response.request.url.join(response.headers["location"])
    except httpx.InvalidURL:
        return None
    if target.scheme not in {"http", "https"} or not target.host:
        return None
    if origin(target) != origin(response.request.url):
        target = target.copy_with(userinfo=b"")  # it would become a header
    return target
