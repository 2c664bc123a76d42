"""The client: which answer becomes which error, where the key goes, and when a question is repeated."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest

from finetop.client import ApiClient, Credentials, retry_delay
from finetop.client import api as client_module
from finetop.errors import (
    ApiError,
    BadFile,
    BadInput,
    BadReply,
    BadRequest,
    DailyLimit,
    Forbidden,
    LostReply,
    NoFineTuning,
    NotFound,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
)

KEY = "sk-test-4b1d0c"
NOW = 1_790_000_000.0
JOBS = "/fine_tuning/jobs"
Handler = Callable[[httpx.Request], httpx.Response]


class Line:
    """A client whose server is a function; it remembers what arrived and what was slept."""

    def __init__(self, handler: Handler, base_url: str = "https://api.example.test/v1", **shown: Any) -> None:
        self.arrived: list[httpx.Request] = []
        self.slept: list[float] = []

        def remember(request: httpx.Request) -> httpx.Response:
            self.arrived.append(request)
            return handler(request)

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        self.client = ApiClient(
            base_url,
            Credentials(KEY, "org-7", "proj-9", **shown),
            transport=httpx.MockTransport(remember),
            sleep=sleep,
            clock=lambda: NOW,
        )


def answering(status: int, *, headers: dict[str, str] | None = None, **body: Any) -> Handler:
    return lambda request: httpx.Response(status, headers=headers, **body)


def envelope(message: str = "No.", **fields: Any) -> dict[str, Any]:
    return {
        "error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **fields}
    }


ERRORS: list[tuple[str, int, dict[str, Any], str, type[ApiError], str]] = [
    ("400", 400, {"json": envelope("Bad seed.", param="seed")}, JOBS, BadRequest, "Bad seed."),
    ("401", 401, {"json": envelope("Wrong key.", code="invalid_api_key")}, JOBS, Unauthorized, "Wrong key."),
    ("401 bare", 401, {"text": ""}, JOBS, Unauthorized, "the key was refused"),
    ("403", 403, {"json": envelope("Not in your country.")}, JOBS, Forbidden, "Not in your country."),
    ("no such job", 404, {"json": envelope("No job x.", param="id")}, f"{JOBS}/x", NotFound, "No job x."),
    (
        "no such route",
        404,
        {"json": {"detail": "Not Found"}},
        f"{JOBS}/x",
        NoFineTuning,
        "no fine-tuning API",
    ),
    (
        "unknown url",
        404,
        {"json": envelope("?", code="unknown_url")},
        f"{JOBS}/x",
        NoFineTuning,
        "fine-tuning",
    ),
    ("html 404", 404, {"text": "<html>nginx</html>"}, JOBS, NoFineTuning, "api.example.test"),
    ("create of what", 404, {"json": envelope("No model m.")}, JOBS, NotFound, "No model m."),
    ("no such file", 404, {"json": {"detail": "Not Found"}}, "/files/f", NotFound, "Not Found"),
    (
        "fastapi",
        422,
        {"json": {"detail": [{"loc": ["body", "seed"], "msg": "too big"}]}},
        JOBS,
        BadRequest,
        "seed: too big",
    ),
    ("text error", 400, {"json": {"error": "just words"}}, JOBS, BadRequest, "just words"),
    ("flat", 400, {"json": {"code": "Odd", "message": "flat words"}}, JOBS, BadRequest, "flat words"),
    ("teapot", 418, {"text": "short and stout"}, JOBS, BadRequest, "short and stout"),
    (
        "rate",
        429,
        {"json": envelope("Slow down.", code="rate_limit_exceeded")},
        JOBS,
        RateLimited,
        "Slow down.",
    ),
    ("money", 429, {"json": envelope("Pay.", type="insufficient_quota")}, JOBS, QuotaExceeded, "Pay."),
    (
        "daily",
        429,
        {"json": envelope("Tomorrow.", code="daily_rate_limit_exceeded")},
        JOBS,
        DailyLimit,
        "Tomorrow.",
    ),
    ("500", 500, {"json": envelope("Oops.")}, JOBS, ServerFault, "Oops."),
    ("html 502", 502, {"text": "<html>bad gateway</html>"}, JOBS, ServerFault, "HTTP 502"),
    ("list body", 400, {"json": [1, 2]}, JOBS, BadRequest, "HTTP 400"),
    ("redirected post", 308, {"text": ""}, JOBS, BadReply, "sends elsewhere"),
]


@pytest.mark.parametrize(
    ("status", "body", "path", "kind", "message"),
    [case[1:] for case in ERRORS],
    ids=[case[0] for case in ERRORS],
)
async def test_a_refusal_becomes_the_error_that_says_it(
    status: int, body: dict[str, Any], path: str, kind: type[ApiError], message: str
) -> None:
    line = Line(answering(status, headers={"x-request-id": "req-1", "location": "/else"}, **body))
    with pytest.raises(ApiError, match=message) as refused:
        await (line.client.get(path) if path.endswith("/x") else line.client.post(path, {}))
    assert type(refused.value) is kind
    assert (refused.value.status, refused.value.request_id) == (status, "req-1")
    assert refused.value.hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
async def test_how_long_to_wait_is_read_from_every_header(
    headers: dict[str, str], seconds: float | None
) -> None:
    with pytest.raises(RateLimited) as limited:
        await Line(answering(429, headers=headers, json=envelope())).client.get(JOBS)
    assert limited.value.retry_after_s == (None if seconds is None else pytest.approx(seconds, abs=0.01))


@pytest.mark.parametrize("body", ["<html>Welcome to the hotel's network</html>", "{"])
async def test_a_yes_that_is_not_json_is_a_bad_reply(body: str) -> None:
    line = Line(answering(200, headers={"content-type": "text/html; charset=x"}, text=body))
    with pytest.raises(BadReply, match="text/html"):
        (await line.client.get(JOBS)).json()


async def test_a_yes_nested_without_end_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="nested too deeply"):
        (await Line(answering(200, text='{"a": ' * 100_000)).client.get(JOBS)).json()


async def test_an_empty_yes_is_null() -> None:
    assert (await Line(answering(204)).client.post("/x")).json() is None


class TestRetries:
    """GETs are repeated for those who wait for one answer; nothing else is."""

    async def test_the_recorders_question_is_asked_once(self) -> None:
        line = Line(answering(503))
        with pytest.raises(ServerFault):
            await line.client.get(JOBS)
        assert len(line.arrived) == 1

    async def test_a_single_shot_is_repeated_until_it_works(self) -> None:
        answers = iter(
            [httpx.Response(503), httpx.Response(429, headers={"retry-after": "3"}), httpx.Response(200)]
        )
        line = Line(lambda request: next(answers))
        await line.client.get(JOBS, retries=4)
        assert 0.3 < line.slept[0] <= 0.5
        assert line.slept[1:] == [3.0]

    async def test_a_post_is_sent_once(self) -> None:
        line = Line(answering(503))
        with pytest.raises(ServerFault):
            await line.client.post(JOBS, {})
        assert len(line.arrived) == 1
        assert line.slept == []

    async def test_nobody_waits_longer_than_two_minutes_unasked(self) -> None:
        line = Line(answering(429, headers={"retry-after": "121"}))
        with pytest.raises(RateLimited):
            await line.client.get(JOBS, retries=4)
        assert line.slept == []

    @pytest.mark.parametrize(
        ("status", "headers", "code", "again"),
        [
            (500, {}, None, True),
            (500, {"x-should-retry": "false"}, None, False),
            (400, {}, None, False),
            (400, {"x-should-retry": "true"}, None, True),
            (408, {}, None, True),
            (429, {}, "insufficient_quota", False),
            (401, {}, None, False),
        ],
    )
    async def test_what_is_worth_repeating(
        self, status: int, headers: dict[str, str], code: str | None, again: bool
    ) -> None:
        with pytest.raises(ApiError) as refused:
            await Line(answering(status, headers=headers, json=envelope(code=code))).client.get(JOBS)
        assert (retry_delay(refused.value, 0) is not None) == again

    def test_pauses_grow_and_stay_below_eight_seconds(self) -> None:
        pauses = [retry_delay(Unreachable("x"), tried) or 0.0 for tried in range(10)]
        assert all(pause <= 8 for pause in pauses)
        assert pauses[3] > pauses[0]


class TestNetwork:
    """No answer at all is told in plain words."""

    @pytest.mark.parametrize(
        ("failure", "kind", "words"),
        [
            (httpx.ConnectError("[Errno 111]"), Unreachable, "cannot be reached"),
            (httpx.ConnectTimeout(""), Unreachable, "does not answer"),
            (httpx.ReadTimeout(""), LostReply, "too long"),
            (httpx.RemoteProtocolError("Server disconnected"), LostReply, "server disconnected"),
            (httpx.WriteError(""), LostReply, "broke off"),
        ],
    )
    async def test_what_went_wrong_and_whether_it_may_have_arrived(
        self, failure: httpx.HTTPError, kind: type[Unreachable], words: str
    ) -> None:
        def fail(request: httpx.Request) -> httpx.Response:
            raise failure

        with pytest.raises(Unreachable, match=words) as lost:
            await Line(fail).client.post(JOBS, {})
        assert type(lost.value) is kind
        assert "api.example.test" in lost.value.message

    async def test_a_port_where_nobody_listens(self) -> None:
        client = ApiClient("http://127.0.0.1:9/v1", KEY)
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 cannot be reached"):
            await client.get(JOBS)
        await client.close()

    async def test_an_answer_that_breaks_off(self) -> None:
        class Broken(httpx.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b'{"data": ['
                raise httpx.ReadError("reset")

        with pytest.raises(LostReply):
            await Line(lambda request: httpx.Response(200, stream=Broken())).client.get(JOBS)

    async def test_an_answer_without_end_is_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(client_module, "MOST_BYTES", 1000)
        with pytest.raises(BadReply, match="longer than 1000 bytes"):
            await Line(answering(200, text="x" * 2000)).client.get(JOBS)


class TestKey:
    """The key goes to its host and nowhere else."""

    async def test_headers_and_query_of_the_profile_travel_with_every_request(self) -> None:
        line = Line(
            answering(200),
            key_header="api-key",
            headers={"X-Team": "support"},
            query={"api-version": "preview"},
        )
        await line.client.get(JOBS, {"limit": "2"})
        await line.client.post(JOBS, {"model": "m"})
        await line.client.delete(f"{JOBS}/a")
        for request in line.arrived:
            assert request.headers["api-key"] == KEY
            assert request.headers["x-team"] == "support"
            assert "authorization" not in request.headers
            assert request.url.params["api-version"] == "preview"
        assert dict(line.arrived[0].url.params) == {"api-version": "preview", "limit": "2"}

    async def test_none_of_them_follows_to_another_host(self) -> None:
        def elsewhere(request: httpx.Request) -> httpx.Response:
            if request.url.host == "api.example.test":
                return httpx.Response(302, headers={"location": "https://disk.test/result"})
            return httpx.Response(200, content=b"{}")

        line = Line(elsewhere, headers={"X-Team": "support"}, query={"tenant": "t-1"}, key_header="api-key")
        await line.client.get("/files/f/content")
        away = line.arrived[1]
        assert away.url == "https://disk.test/result"
        for name in ("x-team", "api-key", "openai-organization"):
            assert name not in away.headers

    async def test_a_header_that_may_be_a_secret_is_not_quoted(self) -> None:
        line = Line(
            answering(400, json=envelope("bad portkey-123456789")), headers={"X-P": "portkey-123456789"}
        )
        with pytest.raises(ApiError) as refused:
            await line.client.get(JOBS)
        assert refused.value.message == "bad [key]"

    async def test_a_refused_key_is_read_anew_and_the_question_asked_once_more(self) -> None:
        asked: list[str] = []

        async def renew(refused: str) -> str:
            asked.append(refused)
            return "sk-new"

        def only_new(request: httpx.Request) -> httpx.Response:
            good = request.headers["authorization"] == "Bearer sk-new"
            return httpx.Response(200 if good else 401, content=b"{}")

        line = Line(only_new, renew=renew)
        await line.client.post(JOBS, {"model": "m"})
        await line.client.get(JOBS)
        assert asked == [KEY]
        assert [request.content for request in line.arrived[:2]] == [b'{"model":"m"}'] * 2

    async def test_a_key_that_stays_refused_is_asked_for_once_a_question(self) -> None:
        async def renew(refused: str) -> str:
            return refused

        line = Line(answering(401), renew=renew)
        with pytest.raises(Unauthorized):
            await line.client.get(JOBS)
        assert len(line.arrived) == 1

    @pytest.mark.parametrize(
        ("said", "left"),
        [
            ({"remaining": "59", "limit": "60"}, (59, 60)),
            ({"remaining": "-1"}, (None, None)),
            ({}, (None, None)),
        ],
    )
    async def test_requests_that_are_left(
        self, said: dict[str, str], left: tuple[int | None, int | None]
    ) -> None:
        headers = {f"x-ratelimit-{name}-requests": value for name, value in said.items()}
        line = Line(answering(200, headers=headers))
        await line.client.get(JOBS)
        assert (line.client.requests_left, line.client.requests_limit) == left

    async def test_it_travels_with_organization_and_project(self) -> None:
        line = Line(answering(200))
        await line.client.get(JOBS, {"metadata[a b]": "c&d"})
        (request,) = line.arrived
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert (request.headers["openai-organization"], request.headers["openai-project"]) == (
            "org-7",
            "proj-9",
        )
        assert dict(request.url.params) == {"metadata[a b]": "c&d"}

    async def test_a_redirect_to_another_host_goes_without_it(self) -> None:
        def elsewhere(request: httpx.Request) -> httpx.Response:
            if request.url.host == "api.example.test":
                return httpx.Response(302, headers={"location": "https://blobs.example.test/f"})
            return httpx.Response(200, text="content")

        line = Line(elsewhere)
        assert (await line.client.get("/files/f/content")).body == b"content"
        headers = line.arrived[1].headers
        assert not {"authorization", "openai-organization", "openai-project"} & set(headers)

    async def test_a_redirect_on_its_own_host_keeps_it(self) -> None:
        def moved(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/v1/a":
                return httpx.Response(307, headers={"location": "/v2/a"})
            return httpx.Response(200)

        line = Line(moved)
        await line.client.get("/a")
        assert line.arrived[1].headers["authorization"] == f"Bearer {KEY}"

    async def test_a_circle_of_redirects_ends(self) -> None:
        line = Line(answering(302, headers={"location": "/v1/fine_tuning/jobs"}))
        with pytest.raises(BadReply, match="circle"):
            await line.client.get(JOBS)
        assert len(line.arrived) < 10

    @pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
    async def test_a_server_that_repeats_it_is_not_quoted(self, status: int) -> None:
        body = envelope(f"Your key {KEY} is wrong", code=KEY, param=KEY)
        with pytest.raises(ApiError) as refused:
            await Line(answering(status, json=body)).client.get("/files")
        shown = [
            refused.value.message,
            refused.value.code,
            refused.value.param,
            repr(refused.value),
            refused.value.hint,
        ]
        assert KEY not in json.dumps(shown)

    def test_it_is_in_no_repr(self) -> None:
        assert KEY not in repr(Line(answering(200)).client)

    @pytest.mark.parametrize("key", ["sk-\u20ac", "sk-a\nHost: evil"])
    def test_one_that_no_header_can_carry_is_told(self, key: str) -> None:
        with pytest.raises(BadInput, match="the key holds") as bad:
            ApiClient("https://api.example.test/v1", key)
        assert key not in str(bad.value)

    @pytest.mark.parametrize("url", ["api.example.test/v1", "ftp://x/v1", "https://", "http://[::1"])
    def test_a_base_url_without_a_host_is_told(self, url: str) -> None:
        with pytest.raises(BadInput, match="base URL"):
            ApiClient(url, KEY)

    def test_a_password_in_the_url_is_not_shown_as_host(self) -> None:
        assert ApiClient("https://me:secret@host.test:8443/v1", KEY).host == "host.test:8443"


async def test_the_servers_clock_is_remembered() -> None:
    line = Line(answering(200, headers={"date": formatdate(NOW + 3600, usegmt=True)}))
    assert line.client.server_time() == NOW
    await line.client.get(JOBS)
    assert line.client.server_time() == pytest.approx(NOW + 3600, abs=1)


@pytest.mark.parametrize("date", ["", "yesterday", formatdate(NOW, usegmt=True)])
async def test_a_clock_that_agrees_or_says_nothing_changes_nothing(date: str) -> None:
    line = Line(answering(200, headers={"date": date}))
    await line.client.get(JOBS)
    assert line.client.clock_offset_s == 0.0


class TestUpload:
    """A file leaves as one form, straight from the disk."""

    async def test_the_form_holds_the_file_and_its_length(self, tmp_path: Path) -> None:
        path = tmp_path / 'odd "name".jsonl'
        path.write_bytes(bytes(range(256)) * 9000)
        line = Line(answering(200))
        told: list[tuple[int, int]] = []
        await line.client.upload(
            "/files", path, {"purpose": "fine-tune"}, progress=lambda sent, total: told.append((sent, total))
        )
        (request,) = line.arrived
        body = request.content
        assert int(request.headers["content-length"]) == len(body)
        assert path.read_bytes() in body
        assert b'name="purpose"\r\n\r\nfine-tune\r\n' in body
        assert b'filename="odd %22name%22.jsonl"' in body
        assert told[-1] == (path.stat().st_size, path.stat().st_size)
        assert len(told) == 3, "a megabyte at a time"

    async def test_a_file_that_shrinks_meanwhile_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "shrinks.jsonl"
        path.write_bytes(b"x" * (3 << 20))
        line = Line(answering(200))

        def shrink(sent: int, total: int) -> None:
            path.write_bytes(b"")

        with pytest.raises(BadFile, match="shorter"):
            await line.client.upload("/files", path, {}, progress=shrink)


async def test_a_download_is_handed_on_in_pieces_and_limited() -> None:
    line = Line(answering(200, content=b"y" * 5000))
    assert b"".join([piece async for piece in line.client.download("/f")]) == b"y" * 5000
    with pytest.raises(BadReply, match="longer"):
        _ = [piece async for piece in line.client.download("/f", most_bytes=4999)]
