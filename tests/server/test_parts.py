"""A large file may come in parts, each of which can be lost and sent again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.desk import Desk
from server.running_server import RunningServer, examples, serving

LIMIT = 5000


class Sender(Desk):
    """One that sends files in parts."""

    async def begin(self, size: int, **wishes: Any) -> str:
        """Announce a file; the upload's id."""
        answer = await self.http.post("/uploads", json=announced(bytes=size, **wishes))
        assert answer.status_code == 200, answer.text
        upload = answer.json()
        assert (upload["status"], upload["bytes"], upload["file"]) == ("pending", size, None)
        assert upload["expires_at"] == upload["created_at"] + 3600
        upload_id: str = upload["id"]
        return upload_id

    async def part(self, upload_id: str, content: bytes) -> str:
        """Send a part; its id."""
        answer = await self.http.post(f"/uploads/{upload_id}/parts", files={"data": content})
        assert answer.status_code == 200, answer.text
        assert answer.json()["upload_id"] == upload_id
        part_id: str = answer.json()["id"]
        return part_id

    async def refused(self, path: str, status: int, code: str | None, **request: Any) -> None:
        """A request that is answered with this refusal."""
        answer = await self.http.post(path, **request)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Sender]:
    """An application that takes small parts."""
    desk = Sender(tmp_path, limit=LIMIT)
    yield desk
    desk.close()


def announced(**wishes: Any) -> dict[str, Any]:
    """What a sender says of a training file."""
    return {
        "filename": "big.jsonl",
        "purpose": "fine-tune",
        "bytes": 10,
        "mime_type": "text/jsonl",
        **wishes,
    }


async def test_parts_sent_side_by_side_become_one_file(desk: Sender) -> None:
    """In the order of the list, not of their arrival; what is left out goes; asking again changes nothing."""
    contents = [bytes([number]) * 900 for number in range(5)]
    whole = b"".join(contents)
    upload_id = await desk.begin(len(whole), expires_after={"anchor": "created_at", "seconds": 3600})
    sent = await asyncio.gather(*(desk.part(upload_id, content) for content in contents[::-1]))
    await desk.part(upload_id, b"sent twice by mistake")
    body = {"part_ids": sent[::-1], "md5": hashlib.md5(whole).hexdigest().upper()}
    done = (await desk.http.post(f"/uploads/{upload_id}/complete", json=body)).json()
    assert done["status"] == "completed"
    file = done["file"]
    assert (file["bytes"], file["filename"], file["purpose"]) == (len(whole), "big.jsonl", "fine-tune")
    assert file["expires_at"] == file["created_at"] + 3600
    assert (await desk.http.get(f"/files/{file['id']}/content")).content == whole
    assert (await desk.http.get(f"/files/{file['id']}")).json() == file
    assert (await desk.http.post(f"/uploads/{upload_id}/complete", json=body)).json() == done
    assert desk.left() == [1, 0, 0]
    for what in ("parts", "cancel"):
        await desk.refused(f"/uploads/{upload_id}/{what}", 400, "upload_completed")


async def test_parts_that_do_not_make_the_file_are_refused_and_kept(desk: Sender) -> None:
    """So that the sender can mend its list."""
    upload_id = await desk.begin(6)
    one, two = await desk.part(upload_id, b"abc"), await desk.part(upload_id, b"def")
    other = await desk.part(await desk.begin(3), b"abc")
    path = f"/uploads/{upload_id}/complete"
    await desk.refused(path, 400, "part_not_found", json={"part_ids": [one, "part_unknown"]})
    await desk.refused(path, 400, "part_not_found", json={"part_ids": [one, other]})
    await desk.refused(path, 400, "duplicate_part", json={"part_ids": [one, one]})
    await desk.refused(path, 400, "size_mismatch", json={"part_ids": [one]})
    await desk.refused(path, 400, "checksum_mismatch", json={"part_ids": [one, two], "md5": "0" * 32})
    for wrong in ([], "x", None, [1], ["x"] * 10_001):
        await desk.refused(path, 400, "invalid_value", json={"part_ids": wrong})
    await desk.refused(path, 400, "invalid_value", json={"part_ids": [one, two], "md5": "x"})
    await desk.refused(path, 400, "unknown_parameter", json={"part_ids": [one, two], "sha1": "x"})
    assert desk.left() == [0, 3, 0]
    answer = await desk.http.post(path, json={"part_ids": [two, one]})
    assert (await desk.http.get(f"/files/{answer.json()['file']['id']}/content")).content == b"defabc"


async def test_a_part_has_a_size(desk: Sender) -> None:
    """By its announced length, or at the piece that passes the limit; nothing of it stays."""
    upload_id = await desk.begin(10 * LIMIT)
    path = f"/uploads/{upload_id}/parts"

    async def endless() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n'
        for _ in range(100):
            yield b"x" * LIMIT

    form = {"Content-Type": "multipart/form-data; boundary=b"}
    await desk.refused(path, 413, "file_too_large", content=endless(), headers=form)
    await desk.refused(path, 413, "file_too_large", content=b"", headers={**form, "Content-Length": "9" * 12})
    await desk.refused(path, 413, "file_too_large", files={"data": b"x" * (LIMIT + 1)})
    await desk.refused(path, 400, "empty_data", files={"data": b""})
    await desk.refused(path, 400, "missing_required_parameter", files={"file": b"x"})
    await desk.refused(path, 415, None, json={"data": "x"})
    assert desk.left() == [0, 0, 0]
    await desk.part(upload_id, b"x" * LIMIT)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"filename": None}, "filename"),
        ({"filename": "x" * 256}, "filename"),
        ({"purpose": "user_data"}, "purpose"),
        ({"purpose": 5}, "purpose"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": (8 << 30) + 1}, "bytes"),
        ({"bytes": 1.5}, "bytes"),
        ({"bytes": None}, "bytes"),
        ({"mime_type": "image/png"}, "mime_type"),
        ({"mime_type": "", "purpose": "assistants"}, "mime_type"),
        ({"mime_type": "text", "purpose": "assistants"}, "mime_type"),
        ({"mime_type": "text/jsonl", "purpose": "vision"}, "mime_type"),
        ({"expires_after": 5}, "expires_after"),
        ({"expires_after": {"anchor": "now", "seconds": 3600}}, "expires_after"),
        ({"expires_after": {"anchor": "created_at", "seconds": 3599}}, "expires_after.seconds"),
        ({"more": 1}, "more"),
    ],
)
async def test_an_upload_that_will_not_do_names_its_parameter(
    desk: Sender, change: dict[str, Any], param: str
) -> None:
    """Before a byte is sent."""
    answer = await desk.http.post("/uploads", json=announced(**change))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_a_cancelled_upload_takes_no_more(desk: Sender) -> None:
    """Also a part that was on its way leaves nothing."""
    upload_id = await desk.begin(20)
    part_id = await desk.part(upload_id, b"x" * 20)
    arriving = asyncio.Event()
    cancelled = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\nx'
        arriving.set()
        await cancelled.wait()
        yield b"\r\n--b--\r\n"

    form = {"Content-Type": "multipart/form-data; boundary=b"}
    late = asyncio.create_task(desk.http.post(f"/uploads/{upload_id}/parts", content=slow(), headers=form))
    await arriving.wait()
    answer = await desk.http.post(f"/uploads/{upload_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    cancelled.set()
    assert (await late).json()["error"]["code"] == "upload_cancelled"
    await desk.refused(
        f"/uploads/{upload_id}/complete", 400, "upload_cancelled", json={"part_ids": [part_id]}
    )
    await desk.refused(f"/uploads/{upload_id}/cancel", 400, "upload_cancelled")
    assert desk.left() == [0, 0, 0]
    await desk.refused("/uploads/upload_unknown/cancel", 404, "upload_not_found")


async def test_an_upload_expires_after_an_hour(desk: Sender) -> None:
    """With its parts."""
    upload_id = await desk.begin(3)
    part_id = await desk.part(upload_id, b"abc")
    with desk.database.write() as connection:
        connection.execute("update upload set expires_at = 1")
    await desk.refused(f"/uploads/{upload_id}/complete", 400, "upload_expired", json={"part_ids": [part_id]})
    assert desk.left() == [0, 0, 0]


def test_parts_outlive_a_restart_and_what_nobody_knows_is_removed(tmp_path: Path) -> None:
    """The file that they become can be trained on."""
    content = examples(12)
    with serving(tmp_path / "data") as server:
        upload = server.http.post("/uploads", json=announced(bytes=len(content))).json()
        path = f"/uploads/{upload['id']}"
        halves = [content[:300], content[300:]]
        part_ids = [
            server.http.post(f"{path}/parts", files={"data": ("blob", half)}).json()["id"] for half in halves
        ]
    (tmp_path / "data" / "parts" / "part_leftover").write_bytes(b"x")
    with serving(tmp_path / "data") as server:
        assert sorted(place.name for place in (server.data_dir / "parts").iterdir()) == sorted(part_ids)
        done = server.http.post(f"{path}/complete", json={"part_ids": part_ids}).json()
        job = server.wait(server.create(done["file"]["id"])["id"])
        assert job["status"] == "succeeded"


def test_the_key_is_asked_for_first(server: RunningServer) -> None:
    """As everywhere."""
    assert httpx.post(f"{server.url}/uploads", json=announced()).status_code == 401
