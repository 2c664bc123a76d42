"""The one client-side module that knows httpx: requests out, replies or errors of ours back."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import random
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from finetop import __version__
from finetop.errors import (
    ApiError,
    BadFile,
    BadInput,
    BadReply,
    LostReply,
    RateLimited,
    ServerFault,
    Unreachable,
)
from finetop.replies import error_of

TIMEOUT = httpx.Timeout(30, connect=5)
UPLOAD_TIMEOUT = httpx.Timeout(120, connect=5)
MOST_BYTES = 64 << 20
"""Of a reply held in memory; a page of jobs is a thousandth of it."""
LONGEST_WAIT_S = 120
"""A provider that wants a longer pause than this is told about, not waited for."""
MOST_REDIRECTS = 5
CHUNK = 1 << 20

Sleep = Callable[[float], Awaitable[None]]
Progress = Callable[[int, int], None]
"""Called with the bytes sent and the bytes there are."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx, read to its end."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body's JSON; an empty body is null. Raises BadReply for anything else."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("content-type", "").split(";")[0] or "no content type"
            raise BadReply(
                f"the answer is not JSON but {kind}",
                status=self.status,
                request_id=self.headers.get("x-request-id"),
            ) from error


class ApiClient:
    """One account's way to one server. Its key is in no error and no repr."""

    def __init__(
        self,
        base_url: str,
        key: str,
        organization: str = "",
        project: str = "",
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = _host(self.base_url)
        self.clock_offset_s = 0.0
        """The server's clock minus ours, as of its last reply."""
        self._sleep = sleep
        self._clock = clock
        if not (key.isascii() and key.isprintable()):
            raise BadInput("the key holds characters that no header can carry", hint="Set it anew.")
        self._key = key.encode()
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        if organization:
            self._headers["OpenAI-Organization"] = organization
        if project:
            self._headers["OpenAI-Project"] = project
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=_ssl_context(),
            timeout=TIMEOUT,
            headers={"User-Agent": f"finetop/{__version__}", "Accept": "application/json"},
            follow_redirects=False,
            # A proxy must not stand between us and a server on this machine.
            trust_env=not _is_loopback(self.host),
        )

    def __repr__(self) -> str:
        return f"ApiClient({self.base_url!r})"

    def server_time(self) -> float:
        """Now, by the server's clock as far as it has told it."""
        return self._clock() + self.clock_offset_s

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def get(self, path: str, params: Mapping[str, str] | None = None, *, retries: int = 0) -> Reply:
        """Ask; `retries` is for those who wait for this one answer, the recorder's pace is its own."""
        tried = 0
        while True:
            try:
                async with self._reply("GET", path, params=params) as response:
                    return await self._whole(response)
            except (ApiError, Unreachable) as error:
                delay_s = retry_delay(error, tried)
                if tried >= retries or delay_s is None:
                    raise
            tried += 1
            await self._sleep(delay_s)

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send once. LostReply means that nobody knows whether it was carried out."""
        async with self._reply("POST", path, json=body, headers=headers) as response:
            return await self._whole(response)

    async def upload(
        self, path: str, file: Path, fields: Mapping[str, str], *, progress: Progress | None = None
    ) -> Reply:
        """Send a file once, as a form, straight from the disk."""
        form = _Form(file, fields, progress)
        headers = {"Content-Type": form.content_type, "Content-Length": str(form.size_bytes)}
        async with self._reply(
            "POST", path, content=form.chunks(), headers=headers, timeout=UPLOAD_TIMEOUT
        ) as response:
            return await self._whole(response)

    async def download(self, path: str, *, most_bytes: int | None = None) -> AsyncGenerator[bytes]:
        """A file's bytes as they come; BadReply beyond `most_bytes`."""
        async with self._reply("GET", path) as response:
            async for chunk in self._chunks(response, most_bytes):
                yield chunk

    @asynccontextmanager
    async def _reply(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> AsyncIterator[httpx.Response]:
        """A 2xx whose body is still to be read; everything else is raised."""
        url = httpx.URL(self.base_url + path)
        origin = _origin(url)
        for _ in range(MOST_REDIRECTS + 1):
            own = self._headers if _origin(url) == origin else {}  # the key goes to its host only
            request = self._http.build_request(method, url, headers={**own, **(headers or {})}, **sent)
            response = await self._send(request)
            try:
                self._note_time(response)
                if response.is_success:
                    yield response
                    return
                target = _redirect(response)
                if target is None or method != "GET":
                    raise error_of(
                        response.status_code,
                        response.headers,
                        await self._start_of(response),
                        path=path,
                        host=self.host,
                        now=self._clock(),
                    )
                url = target
                sent.pop("params", None)  # they are part of the target where the server wants them there
            finally:
                await response.aclose()
        raise BadReply(f"{self.host} redirects in a circle")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise _no_answer(error, self.host) from error
        except OSError as error:  # a file that is being uploaded and cannot be read
            raise BadFile(f"cannot be read: {error.strerror}", path=error.filename or "upload") from error

    async def _whole(self, response: httpx.Response) -> Reply:
        body = b"".join([chunk async for chunk in self._chunks(response, MOST_BYTES)])
        return Reply(response.status_code, body, response.headers)

    async def _chunks(self, response: httpx.Response, most_bytes: int | None) -> AsyncIterator[bytes]:
        read = 0
        try:
            async for chunk in response.aiter_bytes():
                read += len(chunk)
                if most_bytes is not None and read > most_bytes:
                    raise BadReply(
                        f"the answer is longer than {most_bytes} bytes", status=response.status_code
                    )
                yield chunk
        except httpx.DecodingError as error:
            raise BadReply(f"the answer cannot be unpacked: {error}", status=response.status_code) from error
        except httpx.HTTPError as error:
            raise _no_answer(error, self.host) from error

    async def _start_of(self, response: httpx.Response) -> bytes:
        """Enough of an error's body to tell what it says, even where it breaks off."""
        start = b""
        try:
            async for chunk in response.aiter_bytes():
                start += chunk
                if len(start) > CHUNK:
                    break
        except httpx.HTTPError:
            pass  # what came so far has to do
        return start.replace(self._key, b"[key]") if self._key else start

    def _note_time(self, response: httpx.Response) -> None:
        try:
            said = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
        except ValueError:
            return
        # The header tells whole seconds, so half a second is the best guess at the rest.
        offset_s = said + 0.5 - self._clock()
        self.clock_offset_s = 0.0 if abs(offset_s) < 2 else offset_s


def retry_delay(error: ApiError | Unreachable, tried: int) -> float | None:
    """Seconds until the same GET may be sent again; None when that would not help."""
    backoff_s: float = min(0.5 * 2**tried, 8.0) * random.uniform(0.75, 1.0)  # noqa: S311 - spreads, hides nothing
    if isinstance(error, Unreachable):
        return backoff_s
    should = error.should_retry
    if should is None:
        should = isinstance(error, ServerFault | RateLimited) or error.status in {408, 409}
    if not should:
        return None
    if error.retry_after_s is None:
        return backoff_s
    return error.retry_after_s if error.retry_after_s <= LONGEST_WAIT_S else None


class _Form:
    """A multipart body of known length, read from disk a megabyte at a time."""

    def __init__(self, file: Path, fields: Mapping[str, str], progress: Progress | None) -> None:
        boundary = f"finetop-{random.getrandbits(128):032x}"
        name = file.name.translate({ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"})
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self._head = "".join(parts).encode("utf-8", "surrogateescape")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file = file
        self._file_bytes = file.stat().st_size
        self._progress = progress
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.size_bytes = len(self._head) + self._file_bytes + len(self._tail)

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._head
        sent = 0
        with await asyncio.to_thread(self._file.open, "rb") as opened:
            while sent < self._file_bytes:
                chunk = await asyncio.to_thread(opened.read, min(CHUNK, self._file_bytes - sent))
                if not chunk:
                    raise BadFile("became shorter while it was sent", path=self._file)
                yield chunk
                sent += len(chunk)
                if self._progress is not None:
                    self._progress(sent, self._file_bytes)
        yield self._tail


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """Reading the certificates takes longer than a request; one context serves every account."""
    return httpx.create_ssl_context()


def _host(base_url: str) -> str:
    """Host and port, without a name and password that may stand before them."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise BadInput(f"the base URL cannot be read: {error}", hint="Write https://HOST/v1.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadInput("the base URL has no host", hint="Write https://HOST/v1.")
    return f"{url.host}:{url.port}" if url.port else url.host


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _redirect(response: httpx.Response) -> httpx.URL | None:
    if not response.has_redirect_location:
        return None
    try:
        target = response.request.url.join(response.headers["location"])
    except httpx.InvalidURL:
        return None
    return target if target.scheme in {"http", "https"} else None


_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def _no_answer(error: httpx.HTTPError, host: str) -> Unreachable:
    """Say in plain words why there is no answer, and whether the request may have arrived."""
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unreachable(f"{host} does not answer")
    if isinstance(error, _NEVER_LEFT):
        return Unreachable(f"{host} cannot be reached: {_reason(error)}")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return Unreachable(f"{host} cannot be asked: {error}")
    if isinstance(error, httpx.TimeoutException):
        return LostReply(f"{host} took too long to answer")
    return LostReply(f"{host} broke off: {_reason(error)}")


def _reason(error: BaseException) -> str:
    """The innermost cause's words."""
    deepest: BaseException = error
    while (cause := deepest.__cause__ or deepest.__context__) is not None:
        deepest = cause
    if isinstance(deepest, OSError) and deepest.strerror:
        # asyncio writes a sentence of its own there; name look-ups have numbers below zero.
        number = deepest.errno or 0
        return (os.strerror(number) if number > 0 else deepest.strerror).lower()
    said = str(error) or type(error).__name__
    return said[:1].lower() + said[1:]
