"""The error tree: each error knows its message, a hint that says what to do, and its exit code.

FinetopError                1
├── BadInput                2   what the user gave cannot be used
│   ├── BadFile             2   ... and it is a file: path, line
│   └── BadQuery            2   ... and it is a query: the place in it
├── Failed                  1   a job ended failed or cancelled
├── ApiError                3   the provider answered, and refused
│   ├── BadRequest          3   400, 422 and other 4xx
│   ├── Unauthorized        3   401
│   ├── Forbidden           3   403
│   ├── NotFound            3   404 for one object
│   ├── NoFineTuning        3   404 for the whole jobs route
│   ├── NotSupported        3   404, 405 or 501 for any other route
│   ├── QuotaExceeded       3   429 that needs the user to act: money
│   │   └── DailyLimit      3   ... or the next day: jobs per day
│   ├── RateLimited        75   429 that passes by itself
│   ├── ServerFault        75   5xx
│   └── BadReply            3   a 2xx we cannot read
├── Unreachable             4   no answer at all
│   └── LostReply           4   ... though the request may have arrived
└── TryLater               75   something else holds what we need
    ├── NotStarted         75   the local server is not running
    └── Unsettled          75   sent, and nobody knows yet whether it was done
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class FinetopError(Exception):
    """Anything finetop can explain to its user."""

    exit_code = 1
    hint = ""
    """What to do about it, beginning with a verb."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint

    @property
    def advice(self) -> str:
        """The hint, with whatever those will ask for who can help."""
        return self.hint


class BadInput(FinetopError):
    """What the user gave cannot be used."""

    exit_code = 2


class BadFile(BadInput):
    """A file cannot be used; `path` and, where there is one, `line` (from 1) say where."""

    def __init__(
        self, message: str, *, path: Path | str, line: int | None = None, hint: str | None = None
    ) -> None:
        place = f"{path}, line {line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {message}", hint=hint)
        self.reason = message
        self.path = str(path)
        self.line = line


class BadQuery(BadInput):
    """A query makes no sense; `at` (from 0) says where in it."""

    def __init__(self, message: str, *, at: int, hint: str) -> None:
        super().__init__(f"in the query, at character {at + 1}: {message}", hint=hint)
        self.reason = message
        self.at = at


class Failed(FinetopError):
    """A job ended failed or cancelled."""


class ApiError(FinetopError):
    """The provider answered, and refused."""

    exit_code = 3
    hint = "Read the provider's message; the request id helps its support."

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        self.param = param
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        """How long the provider asked us to wait; None when it did not say."""
        self.should_retry: bool | None = None
        """The provider's own word on whether the same question may be asked again."""

    @property
    def advice(self) -> str:
        """The hint, and the request id that the provider's support asks for."""
        return f"{self.hint} (request {self.request_id})" if self.request_id else self.hint


class BadRequest(ApiError):
    """400, 422 and every other 4xx without a class of its own."""

    hint = "Change what the message names, then send it again."


class Unauthorized(ApiError):
    """401: the key was refused."""

    hint = "Check the key: it may be revoked, mistyped or meant for another host."


class Forbidden(ApiError):
    """403: the key is good, but may not do this."""

    hint = "Ask the owner of the project for this right, or use another key."


class NotFound(ApiError):
    """404 for one object."""

    hint = "Check the id and that the key belongs to the same project."


class NoFineTuning(ApiError):
    """404 for the jobs route itself."""

    hint = "Check the base URL; it should end in /v1 and belong to a server that tunes models."


class NotSupported(ApiError):
    """404, 405 or 501 for a route: this server cannot do that for anybody."""

    hint = "Do without it here: this server has no such route, whatever the id or the key."


class QuotaExceeded(ApiError):
    """429 that waiting alone does not mend: the account's money is used up."""

    hint = "Look at the account's billing and limits; sending again will not help."


class DailyLimit(QuotaExceeded):
    """429 for today: the provider takes only so many jobs a day."""

    hint = "Wait until tomorrow, or tune another model: the limit is one of jobs per day and model."


class RateLimited(ApiError):
    """429 that passes by itself."""

    exit_code = 75
    hint = "Wait; the provider asked us to slow down."


class ServerFault(ApiError):
    """5xx: the provider failed."""

    exit_code = 75
    hint = "Try again later; the fault is at the provider."


class BadReply(ApiError):
    """The provider said yes in words we cannot read."""

    hint = "Check the base URL; something other than the API may be answering."


class Unreachable(FinetopError):
    """No answer at all."""

    exit_code = 4
    hint = "Check the network and the base URL."


class LostReply(Unreachable):
    """The request left and no answer came back: it may have been carried out."""


class TryLater(FinetopError):
    """Something else holds what we need just now."""

    exit_code = 75
    hint = "Try again in a moment."


class NotStarted(TryLater):
    """The local server is not running, and this was no reason to start it."""

    hint = "Create a job, or run: finetop serve"


class Unsettled(TryLater):
    """A request went out and nobody knows yet whether it was carried out."""

    hint = "Look at the list before sending again; finetop keeps asking."
