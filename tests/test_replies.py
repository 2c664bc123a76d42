"""Every refusal through the real stack: a server on a port, the client, a provider, and the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop import cli, text
from finetop.cli.main import run
from finetop.client import ApiClient, api, retry_delay
from finetop.errors import (
    ApiError,
    BadReply,
    BadRequest,
    DailyLimit,
    FinetopError,
    Forbidden,
    LostReply,
    NoFineTuning,
    NotFound,
    NotSupported,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
)
from finetop.models import JobRequest
from finetop.providers import Provider
from finetop.providers.openai import OpenAI
from finetop.refusals import said_in
from finetop.replies import error_of
from peer import Asked, peer, reply, reset, saying

KEY = "sk-test-4b1d0c"
VERBS = {"Ask", "Change", "Check", "Do", "Look", "Read", "Take", "Try", "Wait"}
PASSING = 75

Ask = Callable[[Provider], Awaitable[Any]]


def envelope(message: str, **fields: Any) -> dict[str, Any]:
    return {
        "error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **fields}
    }


async def jobs(there: Provider) -> Any:
    return await there.list_jobs()


async def job(there: Provider) -> Any:
    return await there.get_job("ftjob-x")


async def create(there: Provider) -> Any:
    return await there.create_job(JobRequest(model="m", training_file="file-1"))


async def pause(there: Provider) -> Any:
    return await there.pause_job("ftjob-x")


async def events(there: Provider) -> Any:
    return await there.list_events("ftjob-x")


async def file(there: Provider) -> Any:
    return await there.get_file("file-x")


async def permissions(there: Provider) -> Any:
    return await there.list_permissions("ft:m:ckpt-step-7")


async def delete(there: Provider) -> Any:
    return await there.delete_job("ftjob-x")


async def start_upload(there: Provider) -> Any:
    return await there.start_upload("a.jsonl", 9)


@dataclass(frozen=True)
class Case:
    """What is asked, what the server says to it, and what a person is told."""

    name: str
    ask: Ask
    status: int
    body: Any
    kind: type[ApiError]
    says: str
    hint: str = ""
    code: int = 3


CASES = [
    Case("400", jobs, 400, envelope("Bad limit.", param="limit"), BadRequest, "Bad limit.", "Change"),
    Case("401", jobs, 401, envelope("Wrong key.", code="invalid_api_key"), Unauthorized, "Wrong key.", "key"),
    Case("401 bare", jobs, 401, b"", Unauthorized, "the key was refused", "Check the key"),
    Case("402", jobs, 402, {"message": "Top up."}, QuotaExceeded, "Top up.", "billing"),
    Case("403", jobs, 403, envelope("Missing scopes: api.x"), Forbidden, "Missing scopes", "this right"),
    Case(
        "wound down",
        create,
        403,
        envelope("Not available."),
        Forbidden,
        "Not available",
        "closed fine-tuning",
    ),
    Case("no such job", job, 404, envelope("No job x.", param="id"), NotFound, "No job x.", "Check the id"),
    Case("no such job, FastAPI", job, 404, {"detail": "Job x not found"}, NotFound, "Job x not found"),
    Case("no such file", file, 404, b"", NotFound, "there is no such thing", "Check the id"),
    Case("no model for a create", create, 404, envelope("No model m."), NotFound, "No model m."),
    Case(
        "no jobs at all", jobs, 404, {"detail": "Not Found"}, NoFineTuning, "no fine-tuning API", "base URL"
    ),
    Case("no jobs, nginx", jobs, 404, b"<html><title>404</title></html>", NoFineTuning, "no fine-tuning"),
    Case(
        "no pause", pause, 404, {"detail": "Not Found"}, NotSupported, "not offer pausing jobs", "Do without"
    ),
    Case("no pause, 405", pause, 405, {"detail": "Method Not Allowed"}, NotSupported, "pausing jobs"),
    Case("no pause, OpenAI", pause, 404, envelope("?", code="unknown_url"), NotSupported, "pausing jobs"),
    Case("no events", events, 404, b"404 page not found", NotSupported, "not offer a log of jobs"),
    Case("no permissions", permissions, 404, b"", NotSupported, "not offer permissions for checkpoints"),
    Case("no deletion", delete, 405, b"", NotSupported, "not offer deleting jobs"),
    Case("no uploads", start_upload, 404, b"", NotSupported, "not offer uploads in parts"),
    Case("501", events, 501, b"", NotSupported, "a log of jobs"),
    Case("409", pause, 409, envelope("Already pausing."), BadRequest, "Already pausing.", "state"),
    Case("413", create, 413, b"", BadRequest, "too large"),
    Case(
        "422",
        create,
        422,
        {"detail": [{"loc": ["body", "seed"], "msg": "too big"}]},
        BadRequest,
        "seed: too big",
    ),
    Case(
        "rate",
        jobs,
        429,
        envelope("Slow down.", code="rate_limit_exceeded"),
        RateLimited,
        "Slow down.",
        "Wait",
        75,
    ),
    Case("money", jobs, 429, envelope("Pay.", type="insufficient_quota"), QuotaExceeded, "Pay.", "billing"),
    Case(
        "daily",
        create,
        429,
        envelope("3 a day.", code="daily_rate_limit_exceeded"),
        DailyLimit,
        "3 a day.",
        "tomorrow",
    ),
    Case("500", jobs, 500, envelope("Oops."), ServerFault, "Oops.", "Try again", 75),
    Case(
        "502", jobs, 502, b"<html><title>502 Bad Gateway</title>...", ServerFault, "^502 Bad Gateway$", "", 75
    ),
    Case("503", jobs, 503, b"", ServerFault, "overloaded", "", 75),
    Case("408", jobs, 408, b"", ServerFault, "too slowly", "", 75),
    Case(
        "HTML with 200",
        jobs,
        200,
        b"<html><title>Hotel &amp; Spa</title>",
        BadReply,
        "Hotel & Spa",
        "base URL",
    ),
    Case("no list", jobs, 200, {"a": 1}, BadReply, "no list", "base URL"),
    Case("elsewhere", create, 307, b"", BadReply, "sends elsewhere", "base URL"),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_each_refusal_has_its_error(case: Case) -> None:
    """Its class, message, request id, exit code, and a hint that says what to do."""
    raw = reply(
        case.status, case.body, X_Request_Id="req-7", Location="/v1/else" if case.status == 307 else ""
    )
    async with peer(saying(raw)) as server:
        client = ApiClient(server.url, KEY)
        with pytest.raises(ApiError, match=case.says) as refused:
            await case.ask(OpenAI(client))
        await client.close()
    error = refused.value
    assert type(error) is case.kind
    assert error.exit_code == case.code
    assert case.hint in error.hint
    assert error.hint.split()[0].rstrip(";,") in VERBS
    if case.name != "no list":
        assert (error.status, error.request_id) == (case.status, "req-7")


def test_no_two_of_these_are_taken_for_each_other() -> None:
    """The three kinds of 429, and the four ways of being shut out, say different things to do."""
    told = [
        RateLimited,
        QuotaExceeded,
        DailyLimit,
        Unauthorized,
        Forbidden,
        NotFound,
        NoFineTuning,
        NotSupported,
    ]
    assert len({kind.hint for kind in told}) == len(told)


def every_error() -> list[type[FinetopError]]:
    found, left = [], [FinetopError]
    while left:
        kind = left.pop()
        found.append(kind)
        left += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.startswith("finetop.")]


def test_every_class_of_the_providers_is_provoked_here() -> None:
    """A new class without a case would be one that nobody has seen."""
    provoked = {case.kind for case in CASES}
    missing = [
        kind
        for kind in every_error()
        if issubclass(kind, ApiError) and kind is not ApiError and kind not in provoked
    ]
    assert [kind.__name__ for kind in missing] == ["EndlessList"], "that one is a list's, not an answer's"


# --- the command line ---------------------------------------------------------------------------------------

COMMANDS: list[tuple[str, bytes, tuple[str, ...], int, str]] = [
    ("400", reply(400, envelope("Bad limit.")), ("list",), 3, "Bad limit."),
    ("401", reply(401, b"", X_Request_Id="req-7"), ("list",), 3, "(request req-7)"),
    ("403", reply(403, envelope("Missing scopes.")), ("list",), 3, "Missing scopes."),
    ("404 job", reply(404, envelope("No job x.", param="id")), ("get", "x"), 3, "Check the id"),
    ("404 jobs", reply(404, b""), ("list",), 3, "no fine-tuning API"),
    ("404 events", reply(404, b""), ("events", "x"), 3, "does not offer a log of jobs"),
    ("429 money", reply(429, envelope("Pay.", code="insufficient_quota")), ("list",), 3, "billing"),
    ("429 daily", reply(429, envelope("3.", code="daily_rate_limit_exceeded")), ("list",), 3, "tomorrow"),
    ("429 rate", reply(429, envelope("Slow down."), Retry_After="0"), ("list",), PASSING, "Slow down."),
    ("502", reply(502, b"<title>Bad gateway</title>"), ("list",), PASSING, ": Bad gateway\n"),
    ("200 HTML", reply(200, b"<h1>Sign in</h1>", Content_Type="text/html"), ("list",), 3, "Sign in"),
]


async def told(url: str, *arguments: str, patch: pytest.MonkeyPatch, quick: bool = True) -> int:
    """Run one command as `finetop` would, and wait for its exit code; pauses between tries are left out."""
    patch.setenv("OPENAI_API_KEY", KEY)
    patch.setenv("OPENAI_BASE_URL", url)
    if quick:
        patch.setattr(
            api, "retry_delay", lambda error, tried: 0.0 if retry_delay(error, tried) is not None else None
        )
    screens = cli.Screens(open=lambda opening: 0, ask=lambda found: None)
    return await asyncio.to_thread(run, ["jobs", *arguments], screens)


@pytest.mark.parametrize("case", COMMANDS, ids=[case[0] for case in COMMANDS])
async def test_a_command_ends_with_the_code_and_the_words(
    case: tuple[str, bytes, tuple[str, ...], int, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence and a hint on stderr, nothing on stdout."""
    _, raw, arguments, code, says = case
    async with peer(saying(raw)) as server:
        assert await told(server.url, *arguments, patch=monkeypatch) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 3, "which profile, what is wrong, and what to do"


async def test_a_connection_that_breaks_ends_a_command_with_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was asked five times before."""

    async def speak(asked: Asked, writer: asyncio.StreamWriter) -> None:
        reset(writer)

    async with peer(speak) as server:
        assert await told(server.url, "list", patch=monkeypatch) == Unreachable.exit_code
        assert len(server.arrived) == 5
    assert "connection reset" in capsys.readouterr().err


# --- what a body says ---------------------------------------------------------------------------------------

AZURE = {
    "error": {
        "code": "BadRequest",
        "message": "The file is bad.",
        "innererror": {"code": "jsonlValidationFailed", "message": "Line 3."},
    }
}
VLLM = {"object": "error", "message": "No model.", "type": "NotFoundError", "param": None, "code": 404}
DASHSCOPE = {"code": "InvalidParameter", "message": "Odd.", "request_id": "ds-1"}
MISTRAL = {"object": "error", "message": {"detail": [{"loc": ["body", "model"], "msg": "Field required"}]}}
BODIES: list[tuple[str, bytes, str | None, str | None]] = [
    ("OpenAI", json.dumps(envelope("No.", code="x")).encode(), "No.", "x"),
    ("FastAPI text", b'{"detail": "Not Found"}', "Not Found", None),
    (
        "FastAPI list",
        b'{"detail": [{"loc": ["body", "a", 0], "msg": "no"}, {"loc": ["query", "b"], "msg": "yes"}]}',
        "a.0: no; query.b: yes",
        None,
    ),
    ("Azure", json.dumps(AZURE).encode(), "The file is bad. (jsonlValidationFailed: Line 3.)", "BadRequest"),
    ("LocalAI", b'{"error": "just words"}', "just words", None),
    ("DashScope", json.dumps(DASHSCOPE).encode(), "Odd.", "InvalidParameter"),
    ("vLLM", json.dumps(VLLM).encode(), "No model.", "404"),
    ("Mistral", json.dumps(MISTRAL).encode(), "model: Field required", None),
    ("problem", b'{"title": "Too many", "status": 429}', "Too many", None),
    ("gateway", b'{"message": "no Route matched"}', "no Route matched", None),
    ("OAuth", b'{"error": "invalid_grant", "error_description": "Old."}', "invalid_grant: Old.", None),
    ("errors", b'{"errors": [{"code": 1000, "message": "Shut."}]}', "Shut.", "1000"),
    (
        "HTML",
        b"<!doctype html><TITLE>\n 502\tBad\x1b[31m Gateway </TITLE>" + b"x" * 9999,
        "502 Bad Gateway",
        None,
    ),
    ("HTML without title", b"<html><body><h1>Blocked <b>here</b></h1>", "Blocked here", None),
    ("HTML without anything", b"<html><body>page", None, None),
    ("plain", b"upstream connect error", "upstream connect error", None),
    ("long plain", b"x" * 1_000_000, "x" * 300 + "…", None),
    ("empty", b"", None, None),
    ("torn", b'{"error": {"message": "Slow do', "Slow do…", None),
    ("torn later", b'{"error": {"message": "S\\u00e9v", "code": "daily", "pa', "Sév", "daily"),
    ("binary", b"\x00\xff\x1f\x8b", None, None),
    ("number", b"7", None, None),
    ("null", b'{"error": null}', None, None),
    ("control", b'{"error": {"message": "a\x1b]0;owned\x07b\\u0000\\u202ec"}}', "ab?c", None),
]


@pytest.mark.parametrize(
    ("body", "message", "code"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES]
)
def test_what_every_servers_body_says(body: bytes, message: str | None, code: str | None) -> None:
    """The sentence a person wants, in one drawable line."""
    said = said_in(body)
    assert (said.message, said.code) == (message, code)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"x-request-id": "a"}, DASHSCOPE, "a"),
        ({"apim-request-id": "b"}, {}, "b"),
        ({}, DASHSCOPE, "ds-1"),
        ({}, {}, None),
    ],
)
def test_where_the_request_id_stands(headers: dict[str, str], body: Any, expected: str | None) -> None:
    """In a header by whatever name, else in the body."""
    error = error_of(400, headers, json.dumps(body).encode(), path="/files", host="h", now=0)
    assert error.request_id == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "detail", "code", "param", "loc", "msg", "innererror", "errors"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    body=st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
    status=st.sampled_from([301, 400, 401, 403, 404, 405, 409, 429, 451, 500, 599]),
    wait=st.text(st.characters(codec="latin-1"), max_size=12),
)
def test_no_refusal_is_too_odd_to_be_told(body: bytes, status: int, wait: str) -> None:
    """Whatever came, there is one drawable sentence of bounded length."""
    error = error_of(status, {"retry-after": wait}, body, path="/fine_tuning/jobs/x/events", host="h", now=0)
    assert 0 < len(error.message) <= 2000
    assert text.clean(error.message) == error.message
    assert error.retry_after_s is None or error.retry_after_s >= 0


async def test_a_lost_reply_is_told_apart_from_one_that_never_was() -> None:
    """The request was read before the line broke: it may have been carried out."""

    async def speak(asked: Asked, writer: asyncio.StreamWriter) -> None:
        reset(writer)

    async with peer(speak) as server:
        client = ApiClient(server.url, KEY)
        with pytest.raises(LostReply):
            await create(OpenAI(client))
        await client.close()
        assert [asked.method for asked in server.arrived] == ["POST"], "it is never sent again by itself"
