"""Bytes that nobody means well: each is answered with a refusal, and the next request is served."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from finetop.server import app
from finetop.server.routes import ROUTES
from server.desk import Desk
from server.running_server import RunningServer, examples

ENVELOPE = {"message", "type", "param", "code"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=frontier"}
ODD_IDS = [
    "x",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff",
    "%ed%a0%80",
    "%2e%2e",
    "%F0%9F%92%A9",
    "a%0d%0ab",
    "i" * 5000,
]
LIMIT = 4096


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An application with small limits."""
    desk = Desk(tmp_path_factory.mktemp("hostile"), limit=LIMIT)
    yield desk
    desk.close()


def refused(answer: httpx.Response) -> bool:
    """Whether an answer is a refusal in the envelope, and no accident."""
    return 400 <= answer.status_code < 500 and set(answer.json()["error"]) == ENVELOPE


def raw(server: RunningServer, sent: bytes) -> bytes:
    """What the server says to bytes before it hangs up, or stops."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while piece := connection.recv(65536):
            said += piece
    return said


@pytest.mark.parametrize("odd", ODD_IDS, ids=lambda odd: odd[:20])
def test_an_odd_id_names_nothing_on_any_route(server: RunningServer, odd: str) -> None:
    """With every method a client may use."""
    paths = {
        part.path.replace(":path", "") for part in ROUTES if isinstance(part, Route) and "{" in part.path
    }
    assert len(paths) > 15
    for path in sorted(paths):
        names = path.removeprefix("/v1")
        for name in ("job", "file", "model", "checkpoint", "permission", "upload"):
            names = names.replace(f"{{{name}}}", odd)
        assert "{" not in names, names
        for method in ("GET", "POST", "DELETE"):
            answer = server.http.request(method, names, json=None if method == "GET" else {})
            assert refused(answer), (method, path, answer.status_code, answer.text)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_method_that_no_route_has_is_not_allowed(server: RunningServer, method: str) -> None:
    """And says which are."""
    for path in ("/files", "/models", "/uploads", "/fine_tuning/jobs", "/fine_tuning/alpha/graders/run"):
        answer = server.http.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"]
    assert server.http.head("/files").status_code == 200
    assert server.http.head("/files/unknown").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=["url", "no-host", "header", "two-lengths", "negative", "long-length", "nonsense"],
)
def test_what_is_no_http_is_refused_in_the_envelope_too(server: RunningServer, sent: bytes) -> None:
    """By an answer that needs no key, as there is no request yet; what is only long may get further."""
    head, _, body = raw(server, sent).partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ") if len(sent) > 90_000 else b"HTTP/1.1 400 ")
    assert set(json.loads(body)["error"]) == ENVELOPE


def test_a_host_that_is_no_name_harms_nobody(server: RunningServer) -> None:
    """Nothing is built from it."""
    sent = (
        "GET /v1/nothing HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n"
        f"Authorization: Bearer {server.api_key}\r\n\r\n"
    )
    assert raw(server, sent.encode()).startswith(b"HTTP/1.1 404 ")


def test_a_body_in_chunks_is_counted_as_it_comes(server: RunningServer) -> None:
    """It announces no length, so its sender has to be stopped."""
    head = (
        "POST /v1/fine_tuning/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {server.api_key}\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    assert raw(server, head.encode() + chunk * 17 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    assert raw(server, head.encode() + b"zz\r\n").startswith((b"HTTP/1.1 400 ", b""))
    assert server.get("/models")["data"]


async def test_a_body_that_drips_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file as in JSON; one that is slow but comes is heard to its end."""
    monkeypatch.setattr(app, "PATIENCE_S", 0.1)

    async def stuck() -> AsyncIterator[bytes]:
        yield b"--frontier\r\n"
        await asyncio.sleep(3600)

    for path, headers in (("/files", FORM), ("/uploads", JSON)):
        answer = await desk.http.post(path, content=stuck(), headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (408, "request_timeout")
        assert answer.headers["connection"] == "close"
    assert desk.left() == [0, 0, 0]
    monkeypatch.setattr(app, "SLOWEST_BYTES_PER_S", 0.001)

    async def slow() -> AsyncIterator[bytes]:
        body = json.dumps({"grader": 5}).encode()
        yield body[:5]
        await asyncio.sleep(0.2)
        yield body[5:]

    answer = await desk.http.post("/fine_tuning/alpha/graders/validate", content=slow(), headers=JSON)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/fine_tuning/jobs", "/uploads", "/fine_tuning/alpha/graders/run"])
def test_json_comes_as_json(server: RunningServer, path: str) -> None:
    """Under its own name, and only as one object."""
    for kind in (
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "json",
        "/",
    ):
        answer = server.http.post(path, content=b"{}", headers={"Content-Type": kind})
        assert (answer.status_code, refused(answer)) == (415, True)
    for content in (
        b"",
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a":' * 50_000,
    ):
        assert refused(server.http.post(path, content=content, headers=JSON))


def test_a_piece_of_a_file_can_be_asked_for(server: RunningServer) -> None:
    """What is no plain piece is answered whole, and what lies beyond the end is refused."""
    file_id = server.upload(examples(1))
    path, whole = f"/files/{file_id}/content", examples(1)
    piece = server.http.get(path, headers={"Range": "bytes=5-9"})
    assert (piece.status_code, piece.content) == (206, whole[5:10])
    for odd in ("bytes=", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=-5", "bytes=" + "9" * 500 + "-"):
        assert server.http.get(path, headers={"Range": odd}).content == whole
    for beyond in ("bytes=100000-", "bytes=9-5"):
        answer = server.http.get(path, headers={"Range": beyond})
        assert (answer.status_code, refused(answer)) == (416, True)


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("application/json, */*;q=0.1", True),
        ("application/octet-stream;q=0.5, application/json", True),
        ("application/json", False),
        ("*/*", False),
        ("application/binary", False),
        ("application/json, text/plain, */*", False),
        ("application/json;q=0.1, */*", False),
        ("application/json;q=x, ,;;;", False),
        ("", False),
    ],
)
def test_a_file_is_bytes_unless_json_is_liked_better(
    server: RunningServer, accept: str, is_json: bool
) -> None:
    """The published schema calls it a JSON string; no client that only mentions JSON means that."""
    whole = examples(1)
    answer = server.http.get(f"/files/{server.upload(whole)}/content", headers={"Accept": accept})
    assert answer.headers["content-type"] == ("application/json" if is_json else "application/octet-stream")
    assert (answer.json() == whole.decode()) if is_json else (answer.content == whole)


def test_bytes_that_are_no_text_are_no_json_string(server: RunningServer) -> None:
    """They are refused rather than changed."""
    file_id = server.upload(b"\xff")
    answer = server.http.get(f"/files/{file_id}/content", headers={"Accept": "application/json, */*;q=0.1"})
    assert (answer.status_code, refused(answer)) == (406, True)


PIECES = st.sampled_from(
    [
        b"--frontier\r\n",
        b"--frontier--\r\n",
        b"--frontier",
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b'Content-Disposition: form-data; name="file"; filename="a"',
        b'Content-Disposition: form-data; name="data"',
        b'Content-Disposition: form-data; name="purpose"',
        b"Content-Disposition: form-data; name*=utf-8''file; filename*=x",
        b'Content-Disposition: form-data; name="',
        b"Content-Type: multipart/mixed; boundary=inner",
        b": ",
        b"fine-tune",
        b"\0\xff\xfe",
        b"x" * 3000,
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES | st.binary(max_size=20), max_size=14), st.sampled_from(["/files", "/parts"]))
def test_any_bytes_are_a_form_or_refused(desk: Desk, pieces: list[bytes], path: str) -> None:
    """And whatever came in pieces leaves nothing half done."""

    async def send() -> httpx.Response:
        async def stream() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        where = path
        if path == "/parts":
            upload = {"filename": "a", "purpose": "fine-tune", "bytes": 10, "mime_type": "text/jsonl"}
            where = f"/uploads/{(await desk.http.post('/uploads', json=upload)).json()['id']}/parts"
        return await desk.http.post(where, content=stream(), headers=FORM)

    answer = asyncio.run(send())
    assert answer.status_code == 200 or refused(answer)
    assert desk.left()[2] == 0


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "model",
    "training_file",
    "method",
    "type",
    "supervised",
    "hyperparameters",
    "suffix",
    "seed",
    "metadata",
    "integrations",
    "grader",
    "graders",
    "calculate_output",
    "name",
    "input",
    "reference",
    "item",
    "model_sample",
    "filename",
    "purpose",
    "bytes",
    "mime_type",
    "expires_after",
    "part_ids",
    "messages",
    "prompt",
    "stop",
]
WORDS = st.sampled_from(
    ["tiny-bytes-1", "multi", "string_check", "dpo", "reinforcement", "fine-tune", "auto"]
)
BODIES = st.dictionaries(
    st.sampled_from(KEYS), VALUES | WORDS | st.dictionaries(st.sampled_from(KEYS), VALUES | WORDS)
)
JSON_PATHS = [
    "/fine_tuning/jobs",
    "/fine-tunes",
    "/uploads",
    "/uploads/upload_x/complete",
    "/fine_tuning/alpha/graders/run",
    "/fine_tuning/alpha/graders/validate",
    "/fine_tuning/checkpoints/ft:x/permissions",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(BODIES, st.sampled_from(JSON_PATHS))
def test_any_json_is_a_request_or_refused(desk: Desk, body: dict[str, Any], path: str) -> None:
    """Whatever stands where something else is wanted."""
    answer = asyncio.run(desk.http.post(path, json=body))
    assert answer.status_code == 200 or refused(answer)


def test_the_server_took_no_harm(server: RunningServer, tmp_path: Path) -> None:
    """Nothing of all this is an accident in its log."""
    assert server.get("/models")["data"]
    assert "Traceback" not in server.log.read_text()
