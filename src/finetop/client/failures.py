"""Why there is no answer, in plain words, and whether the request may have arrived."""

from __future__ import annotations

import os

import httpx

from finetop.errors import LostReply, Unreachable

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def no_answer(error: httpx.HTTPError, host: str) -> Unreachable:
    """LostReply where the request may have been carried out, else Unreachable."""
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unreachable(f"{host} does not answer")
    if isinstance(error, _NEVER_LEFT):
        return Unreachable(f"{host} cannot be reached: {_reason(error)}")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return Unreachable(f"{host} cannot be asked: {error}")
    if isinstance(error, httpx.TimeoutException):
        return too_late(host)
    return LostReply(f"{host} broke off: {_reason(error)}")


def too_late(host: str) -> LostReply:
    """Nobody waits longer."""
    return LostReply(f"{host} took too long to answer")


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
