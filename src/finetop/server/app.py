"""The ASGI application: the routes behind a key, every refusal in OpenAI's envelope."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hmac
import logging
import os
import secrets
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from finetop.server.database import DatabaseUnusable
from finetop.server.faults import ApiFault, shown
from finetop.server.routes import ROUTES

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from finetop.server.services import Services

# The last where a quota is a limit of the process.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_WRITING = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
PATIENCE_S = 30.0
"""How long a body may take; each of its bytes earns it more, so that only what drips is ended."""
SLOWEST_BYTES_PER_S = 1000

_LINGER_S = 2.0
_LINGER_BYTES = 64 * 1024 * 1024

_log = logging.getLogger(__name__)


def make_app(services: Services) -> ASGIApp:
    """The application on these services."""
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            ApiFault: _refused,
            HTTPException: _not_routed,
            DatabaseUnusable: _unusable,
            OSError: _disk_failed,
            Exception: _broken,
        },
    )
    app.state.services = services
    # A path that is only nearly right gets an answer, not a redirect that drops the body.
    app.router.redirect_slashes = False
    return Gate(app, services)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiFault):
        raise error
    return error.response()


async def _not_routed(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    # Not request.url, which is made of the Host header and fails with a bad one.
    path = shown(request.scope["path"])
    if error.status_code == 405:
        fault = ApiFault(
            405,
            f"{request.method} is not allowed for {path}.",
            code="method_not_allowed",
            headers=error.headers and dict(error.headers),
        )
    else:
        fault = ApiFault(
            error.status_code, f"Unknown request URL: {request.method} {path}.", code="unknown_url"
        )
    return fault.response()


async def _unusable(request: Request, error: Exception) -> Response:
    _log.error("%s %s: %s", request.method, request.scope["path"], error)
    return ApiFault(507, str(error), kind="server_error", code="storage_failed").response()


async def _disk_failed(request: Request, error: Exception) -> Response:
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM | _NO_WRITING:
        raise error
    _log.error("%s %s: %s", request.method, request.scope["path"], error)
    if error.errno in _NO_ROOM:
        fault = ApiFault(507, "The disk of the server is full.", kind="server_error", code="disk_full")
    else:
        said = f"The server cannot write to its data directory: {os.strerror(error.errno or 0)}."
        fault = ApiFault(507, said, kind="server_error", code="storage_failed")
    return fault.response()


async def _broken(_request: Request, _error: Exception) -> Response:
    return ApiFault(500, "The server failed; its log says why.", kind="server_error").response()


class Gate:
    """Asks for the key, numbers each answer, and hears a refused upload out so that its sender hears us."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._expected = f"Bearer {services.api_key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request_id = f"req_{secrets.token_hex(16)}"
        body = _Body(receive)

        async def send_numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["date"] = formatdate(usegmt=True)
                if message["status"] >= 400:
                    await body.drain(expected="expect" in Headers(scope=scope))
            await send(message)

        given = Headers(scope=scope).get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, self._expected):
            await _unauthorized(given).response()(scope, receive, send_numbered)
            return
        self._services.asked_at = time.monotonic()
        try:
            await self._app(scope, body.receive, send_numbered)
        except ClientDisconnect:
            pass  # Nobody is left to answer.
        except Exception:  # noqa: BLE001 - outermost frame of a request; it was answered with a 500
            _log.exception("%s %s %s failed", request_id, scope["method"], scope["path"])


def _unauthorized(given: bytes) -> ApiFault:
    said = "Incorrect API key provided." if given else "You did not provide an API key."
    return ApiFault(
        401,
        f"{said} The key of this server is in the file api_key of its data directory.",
        code="invalid_api_key",
        headers={"WWW-Authenticate": "Bearer"},
    )


class _Body:
    """Remembers whether a request's body was read to its end, and does not wait for that for ever."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False
        self._begun = False
        self._size = 0
        self._since = time.monotonic()

    async def receive(self) -> Message:
        if self._ended:  # What comes now is only that the sender has left.
            return await self._receive()
        until = self._since + PATIENCE_S + self._size / SLOWEST_BYTES_PER_S
        try:
            async with asyncio.timeout(until - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            self._ended = True
            headers = {"Connection": "close"}
            raise ApiFault(
                408, "The body arrives too slowly.", code="request_timeout", headers=headers
            ) from None
        self._begun = True
        self._size += len(message.get("body", b""))
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def drain(self, *, expected: bool) -> None:
        # Closing on a sender in full flow resets the connection, and the reset can overtake the answer.
        if expected and not self._begun:
            return
        size = 0
        with contextlib.suppress(TimeoutError, ApiFault):
            async with asyncio.timeout(_LINGER_S):
                while not self._ended and size < _LINGER_BYTES:
                    size += len((await self.receive()).get("body", b""))
