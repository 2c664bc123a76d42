"""What the API refuses, in OpenAI's error envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN_CHARACTERS = 80


class ApiFault(Exception):
    """A request that is answered with an error: status, sentence, and what it is about."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind
        self.headers = headers

    def envelope(self) -> dict[str, Any]:
        """The body OpenAI's clients expect of an error."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}

    def response(self) -> JSONResponse:
        """The whole answer."""
        return JSONResponse(self.envelope(), status_code=self.status, headers=self.headers)


def not_here(what: str, given: str, *, param: str, code: str, status: int = 404) -> ApiFault:
    """That nothing of this kind has the id that was given."""
    return ApiFault(status, f"There is no {what} {shown(given)!r} here.", param=param, code=code)


def shown(value: object) -> str:
    """A value of the caller's in a sentence of ours, short enough to read."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
