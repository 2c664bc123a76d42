"""One account's way to one server: every request leaves here, and every reply comes in here."""

from __future__ import annotations

import asyncio
import functools
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from finetop import __version__
from finetop.client.bodies import PACKINGS, Reply, lines_of, unpacked
from finetop.client.credentials import Credentials
from finetop.client.failures import no_answer, too_late
from finetop.client.forms import Form, Progress
from finetop.client.places import host_of, is_loopback, origin, redirect_of
from finetop.client.retries import LONGEST_WAIT_S, retry_delay
from finetop.errors import ApiError, BadFile, BadReply, FinetopError, LostReply, Unreachable
from finetop.exchange import Exchange, Heard
from finetop.replies import error_of, request_id_of

TIMEOUT = httpx.Timeout(30, connect=5)
"""For one silence; a person who looks at a screen waits no longer."""
WHOLE_S = 60.0
"""For a whole reply: one that comes a byte at a time is none."""
UPLOAD_S = 120.0
"""For one silence while a file is sent."""
SILENCE_S = 75.0
"""A stream that says nothing for so long may have been cut by something on the way."""
MOST_BYTES = 64 << 20
"""Of a reply held in memory; a page of jobs is a thousandth of it."""
MOST_ERROR_BYTES = 1 << 20
MOST_REDIRECTS = 5
MOST_DIGITS = 12
UNAUTHORIZED = 401

Sleep = Callable[[float], Awaitable[None]]


class ApiClient:
    """One account's way to one server. Its key is in no error and no repr."""

    def __init__(
        self,
        base_url: str,
        key: str | Credentials,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        heard: Heard | None = None,
    ) -> None:
        """`heard` is told of each request once its answer begins, or nobody waits for it any more."""
        self.base_url = base_url.rstrip("/")
        self.host = host_of(self.base_url)
        self.clock_offset_s = 0.0
        """The server's clock minus ours, as of its last reply."""
        self._sleep = sleep
        self._clock = clock
        self._heard = heard
        self.requests_left: int | None = None
        """How many requests the account may still make in its present window; None where that is untold."""
        self.requests_limit: int | None = None
        self._shown = Credentials(key) if isinstance(key, str) else key
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=ssl_context(),
            timeout=TIMEOUT,
            headers={
                "User-Agent": f"finetop/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": PACKINGS,
            },
            follow_redirects=False,
            # A proxy must not stand between us and a server on this machine.
            trust_env=not is_loopback(self.host),
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
        waited_s = 0.0
        tried = 0
        while True:
            try:
                return await self._whole("GET", path, params=params)
            except (ApiError, Unreachable) as error:
                delay_s = retry_delay(error, tried)
                if tried >= retries or delay_s is None or waited_s + delay_s > LONGEST_WAIT_S:
                    raise
            tried += 1
            waited_s += delay_s
            await self._sleep(delay_s)

    async def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        within_s: float | None = None,
    ) -> Reply:
        """Send once. LostReply means that nobody knows whether it was carried out."""
        timeout = TIMEOUT if within_s is None else httpx.Timeout(within_s, connect=5)
        return await self._whole("POST", path, json=body, headers=headers, timeout=timeout, within_s=within_s)

    async def delete(self, path: str) -> Reply:
        """Send once, like `post`; most servers answer with a word, some with nothing."""
        return await self._whole("DELETE", path)

    async def upload(
        self,
        path: str,
        file: Path,
        fields: Mapping[str, str],
        *,
        progress: Progress | None = None,
        field: str = "file",
        offset: int = 0,
        size: int | None = None,
    ) -> Reply:
        """Send a file once, or `size` bytes of it, as a form, straight from the disk."""
        form = Form(file, fields, field=field, offset=offset, size=size, progress=progress)
        headers = {"Content-Type": form.content_type, "Content-Length": str(form.size_bytes)}
        timeout = httpx.Timeout(UPLOAD_S, connect=5)
        try:
            async with asyncio.timeout(UPLOAD_S) as patience, aclosing(form.chunks()) as chunks:
                content = _renewing(chunks, patience)
                async with self._reply(
                    "POST", path, content=content, headers=headers, timeout=timeout
                ) as response:
                    return await self._read(response)
        except TimeoutError as error:
            raise too_late(self.host) from error

    async def upload_part(
        self, path: str, file: Path, offset: int, size: int, *, progress: Progress | None = None
    ) -> Reply:
        """Send one part of a large file, as the form that takes parts wants it."""
        return await self.upload(path, file, {}, field="data", offset=offset, size=size, progress=progress)

    async def download(self, path: str, *, most_bytes: int | None = None) -> AsyncGenerator[bytes]:
        """A file's bytes as they come; BadReply beyond `most_bytes`."""
        headers = {"Accept": "*/*"}
        async with self._reply("GET", path, headers=headers) as response:
            async for chunk in self._chunks(response, most_bytes):
                yield chunk

    async def lines(self, path: str, params: Mapping[str, str] | None = None) -> AsyncGenerator[str]:
        """A stream's lines of text as they come. Raises LostReply when it is cut or silent."""
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        timeout = httpx.Timeout(SILENCE_S, connect=5)
        try:
            async with self._reply("GET", path, params=params, headers=headers, timeout=timeout) as response:
                async for line in lines_of(self._chunks(response, None)):
                    yield line
        except LostReply as error:
            if isinstance(error.__cause__, httpx.ReadTimeout):
                raise LostReply(f"{self.host} was silent for {SILENCE_S:.0f} s") from error
            raise

    async def _whole(self, method: str, path: str, *, within_s: float | None = None, **sent: Any) -> Reply:
        try:
            async with asyncio.timeout(within_s or WHOLE_S), self._reply(method, path, **sent) as response:
                return await self._read(response)
        except TimeoutError as error:
            raise too_late(self.host) from error

    @asynccontextmanager
    async def _reply(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> AsyncIterator[httpx.Response]:
        """A 2xx whose body is still to be read; everything else is raised, and whoever listens is told."""
        exchange = Exchange(self._clock(), 0.0, method, path)
        try:
            response = await self._answered(method, path, headers, sent)
        except FinetopError as error:
            request_id = getattr(error, "request_id", None)
            self._tell(exchange, getattr(error, "status", None), request_id, error.message)
            raise
        except asyncio.CancelledError:
            self._tell(exchange, None, None, "nobody waited for the answer")
            raise
        try:
            self._tell(exchange, response.status_code, request_id_of(response.headers), "")
            yield response
        finally:
            await response.aclose()

    def _tell(self, sent: Exchange, status: int | None, request_id: str | None, said: str) -> None:
        if self._heard is not None:
            took_s = self._clock() - sent.at
            self._heard(sent._replace(took_s=took_s, status=status, request_id=request_id or "", said=said))

    async def _answered(
        self, method: str, path: str, headers: Mapping[str, str] | None, sent: dict[str, Any]
    ) -> httpx.Response:
        """The head of a 2xx, wherever the server sent us for it; the caller closes it."""
        url = httpx.URL(self.base_url + path)
        home = origin(url)
        sent["params"] = {**self._shown.query, **(sent.get("params") or {})} or None
        renewed = False
        for _ in range(MOST_REDIRECTS + 1):
            own = self._shown.headers if origin(url) == home else {}  # the key goes to its host only
            key = self._shown.key
            request = self._http.build_request(method, url, headers={**own, **(headers or {})}, **sent)
            response = await self._send(request)
            try:
                self._note_time(response)
                if origin(url) == home:
                    self._note_limits(response)
                if response.is_success:
                    return response
                if response.status_code == UNAUTHORIZED and own and not renewed:
                    renewed = True
                    another = await self._shown.has_new_key(key)
                    if another and "content" not in sent:  # what is streamed is read only once
                        continue
                target = redirect_of(response)
                if target is None or method != "GET":
                    raise error_of(
                        response.status_code,
                        response.headers,
                        await self._start_of(response),
                        method=method,
                        path=path,
                        host=self.host,
                        now=self._clock(),
                        secrets=self._shown.secrets,
                    )
                url = target
                sent.pop("params", None)  # they are part of the target where the server wants them there
            finally:
                if not response.is_success:
                    await response.aclose()
        raise BadReply(f"{self.host} redirects in a circle")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise no_answer(error, self.host) from error
        except OSError as error:  # a file that is being uploaded and cannot be read
            raise BadFile(f"cannot be read: {error.strerror}", path=error.filename or "upload") from error

    async def _read(self, response: httpx.Response) -> Reply:
        body = b"".join([chunk async for chunk in self._chunks(response, MOST_BYTES)])
        return Reply(response.status_code, body, response.headers)

    async def _chunks(self, response: httpx.Response, most_bytes: int | None) -> AsyncIterator[bytes]:
        read = 0
        try:
            async for chunk in unpacked(response):
                read += len(chunk)
                if most_bytes is not None and read > most_bytes:
                    raise BadReply(
                        f"the answer is longer than {most_bytes} bytes", status=response.status_code
                    )
                yield chunk
        except httpx.HTTPError as error:
            raise no_answer(error, self.host) from error

    async def _start_of(self, response: httpx.Response) -> bytes:
        """Enough of an error's body to tell what it says, even where it breaks off."""
        start = b""
        try:
            async for chunk in unpacked(response):
                start += chunk
                if len(start) > MOST_ERROR_BYTES:
                    break
        except (httpx.HTTPError, BadReply):
            pass  # what came so far has to do
        return start

    def _note_limits(self, response: httpx.Response) -> None:
        left = _number(response.headers.get("x-ratelimit-remaining-requests", ""))
        if left is not None:  # not every route tells
            self.requests_left = left
            self.requests_limit = _number(response.headers.get("x-ratelimit-limit-requests", ""))

    def _note_time(self, response: httpx.Response) -> None:
        try:
            said = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            return
        # The header tells whole seconds, so half a second is the best guess at the rest.
        offset_s = said + 0.5 - self._clock()
        self.clock_offset_s = 0.0 if abs(offset_s) < 2 else offset_s


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < MOST_DIGITS else None


async def _renewing(chunks: AsyncGenerator[bytes], patience: asyncio.Timeout) -> AsyncIterator[bytes]:
    """The chunks; with each that was wanted, patience begins anew."""
    async for chunk in chunks:
        patience.reschedule(asyncio.get_running_loop().time() + UPLOAD_S)
        yield chunk


@functools.cache
def ssl_context() -> ssl.SSLContext:
    """Reading the certificates takes longer than a request; one context serves every account."""
    return httpx.create_ssl_context()
