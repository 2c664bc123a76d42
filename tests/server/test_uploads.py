"""An upload ends up whole on disk, or leaves nothing."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from finetop.server.app import make_app
from finetop.server.database import Database
from finetop.server.launchers.local import LocalLauncher
from finetop.server.layout import Layout
from finetop.server.scheduler import Scheduler
from finetop.server.services import Services
from server.running_server import RunningServer, examples, wait_for

LIMIT = 5000
BOUNDARY = "frontier"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
URL = "http://server/v1/files"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """An empty data directory."""
    layout = Layout(tmp_path, tmp_path / "server.db")
    layout.prepare()
    return layout


@pytest.fixture
def client(layout: Layout) -> Iterator[httpx.AsyncClient]:
    """The application itself, with a small limit."""
    database = Database(layout.database)
    scheduler = Scheduler(database, layout, LocalLauncher())
    services = Services(database, layout, scheduler, "key", most_upload_bytes=LIMIT)
    yield httpx.AsyncClient(
        transport=httpx.ASGITransport(make_app(services)), headers={"Authorization": "Bearer key"}
    )
    database.close()


def form(*parts: tuple[str, bytes], end: bool = True) -> bytes:
    """A multipart body by hand; each part has its header lines and its content."""
    body = b"".join(
        b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY.encode(), header.encode(), content)
        for header, content in parts
    )
    return body + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def disposition(name: str, filename: str | None = None) -> str:
    """The header of a part."""
    extra = "" if filename is None else f'; filename="{filename}"'
    return f'Content-Disposition: form-data; name="{name}"{extra}'


PURPOSE = (disposition("purpose"), b"fine-tune")


def nothing_left(layout: Layout) -> bool:
    """Neither a file nor a part of one is on disk."""
    return not list(layout.files.iterdir()) and not list(layout.incoming.iterdir())


async def test_the_bytes_arrive_unchanged_in_any_cut(client: httpx.AsyncClient, layout: Layout) -> None:
    """Also when a piece ends within what looks like a boundary."""
    content = b"line\r\n--frontie\r\n--fronties\r\n\r\n--\r\n-" + bytes(range(256))
    body = form((disposition("file", "a.jsonl"), content), PURPOSE)
    for size in (1, 7, 64, len(body)):

        async def pieces(size: int = size) -> AsyncIterator[bytes]:
            for start in range(0, len(body), size):
                yield body[start : start + size]

        answer = await client.post(URL, content=pieces(), headers=FORM)
        assert answer.status_code == 200, answer.text
        stored = layout.file(answer.json()["id"]).read_bytes()
        assert hashlib.sha256(stored).digest() == hashlib.sha256(content).digest()
    assert not list(layout.incoming.iterdir())


async def test_what_is_too_large_is_refused_before_it_has_all_arrived(
    client: httpx.AsyncClient, layout: Layout
) -> None:
    """By its announced length, or at the piece that passes the limit; one byte less is fine."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield form((disposition("file", "a.jsonl"), b"x" * 1000), end=False)
        while sent < 1000:
            sent += 1
            yield b"y" * 1000

    refused = await client.post(URL, content=endless(), headers=FORM)
    announced = await client.post(URL, content=b"", headers={**FORM, "Content-Length": str(10**12)})
    exactly = await client.post(
        URL, content=form((disposition("file", "a"), b"x" * LIMIT), PURPOSE), headers=FORM
    )
    one_more = await client.post(
        URL, content=form((disposition("file", "a"), b"x" * (LIMIT + 1)), PURPOSE), headers=FORM
    )
    for answer in (refused, announced, one_more):
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "file_too_large")
    assert exactly.status_code == 200
    assert [path.stat().st_size for path in layout.files.iterdir()] == [LIMIT]
    assert not list(layout.incoming.iterdir())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no form at all", 400),
        (form((disposition("file", "a"), b"x"), PURPOSE, end=False), 400),
        (form((disposition("file", "a"), b"x")), 400),
        (form(PURPOSE), 400),
        (form((disposition("file", "a"), b""), PURPOSE), 400),
        (form((disposition("file", "a"), b"x"), (disposition("file", "b"), b"y"), PURPOSE), 400),
        (form((disposition("file", "a"), b"x"), (disposition("purpose"), b"theft")), 400),
        (form((disposition("file", "a"), b"x"), (disposition("purpose"), b"\xff")), 400),
        (form(("X-Nothing: 1", b"x"), PURPOSE), 400),
        (form(("Content-Disposition: attachment", b"x"), PURPOSE), 400),
        (form((disposition("purpose"), b"p" * 2000)), 413),
        (form(*[(disposition(f"f{number}"), b"x") for number in range(40)]), 413),
        (form((f"{disposition('file', 'a')}\r\nX-Long: {'h' * 70_000}", b"x"), PURPOSE), 400),
        (form((disposition("file", "a") + "\r\nX-Many: 1" * 500, b"x"), PURPOSE), 400),
        (
            form((disposition("file", "a"), b"x"), PURPOSE, (disposition("expires_after[anchor]"), b"now")),
            400,
        ),
        (
            form(
                (disposition("file", "a"), b"x"),
                PURPOSE,
                (disposition("expires_after[anchor]"), b"created_at"),
                (disposition("expires_after[seconds]"), b"5"),
            ),
            400,
        ),
    ],
)
async def test_a_form_that_cannot_be_read_leaves_nothing(
    client: httpx.AsyncClient, layout: Layout, body: bytes, status: int
) -> None:
    """The envelope says what is wrong with it."""
    answer = await client.post(URL, content=body, headers=FORM)
    assert (answer.status_code, set(answer.json()["error"])) == (status, {"message", "type", "param", "code"})
    assert nothing_left(layout)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'b' * 300}",
    ],
)
async def test_a_content_type_without_a_form_is_refused(
    client: httpx.AsyncClient, layout: Layout, content_type: str
) -> None:
    """Nothing is guessed."""
    body = form((disposition("file", "a"), b"x"), PURPOSE)
    answer = await client.post(URL, content=body, headers={"Content-Type": content_type})
    assert answer.status_code in {400, 415}
    assert nothing_left(layout)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/etc/passwd", "passwd"),
        ("..", ".."),
        ("C:\\data\\train.jsonl", "train.jsonl"),
        ("a\x1b[31m\u202eb.jsonl", "a[31mb.jsonl"),
        ("", "file"),
        ("x" * 900, "x" * 255),
    ],
)
async def test_a_name_is_only_a_name(client: httpx.AsyncClient, layout: Layout, sent: str, kept: str) -> None:
    """It never becomes a path, and holds nothing that acts on a terminal."""
    body = form((disposition("file", sent), b"x"), PURPOSE)
    answer = await client.post(URL, content=body, headers=FORM)
    assert answer.json()["filename"] == kept
    assert [path.name for path in layout.files.iterdir()] == [answer.json()["id"]]


async def test_a_file_may_say_when_it_expires(client: httpx.AsyncClient) -> None:
    """The time is told back."""
    body = form(
        (disposition("file", "a"), b"x"),
        PURPOSE,
        (disposition("expires_after[anchor]"), b"created_at"),
        (disposition("expires_after[seconds]"), b"3600"),
    )
    described = (await client.post(URL, content=body, headers=FORM)).json()
    assert described["expires_at"] == described["created_at"] + 3600


def test_leftovers_of_a_killed_upload_are_removed_at_the_start(layout: Layout) -> None:
    """They have no name anybody could know."""
    (layout.incoming / "file-x.part").write_bytes(b"half")
    layout.prepare()
    assert nothing_left(layout)


def test_a_sender_that_goes_away_leaves_nothing(server: RunningServer) -> None:
    """The part is removed when the connection breaks."""
    url, incoming = httpx.URL(server.url), server.data_dir / "incoming"
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.api_key}\r\n"
        f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: 100000\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(head.encode() + form((disposition("file", "a"), b"x" * 1000), end=False))
        wait_for(lambda: list(incoming.iterdir()), "a part on disk")
    wait_for(lambda: not list(incoming.iterdir()), "the part's removal")


def test_a_refused_sender_hears_why(server: RunningServer) -> None:
    """Even when it was still sending megabytes."""
    for headers, status in ((FORM, 400), ({**FORM, "Authorization": "Bearer wrong"}, 401)):
        answer = server.http.post("/files", content=b"no form" + examples(1) * 100_000, headers=headers)
        assert answer.status_code == status
