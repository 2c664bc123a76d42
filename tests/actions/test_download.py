"""A downloaded file is whole, in the chosen folder, and in nobody's place."""

from __future__ import annotations

import asyncio
import base64
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from finetop.actions.files import download
from finetop.actions.files.landing import Landing
from finetop.errors import BadInput, BadReply, LostReply, NotFound
from shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from finetop.store import Store

RESULTS = b"step,train_loss\n1,0.5\n2,0.25\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "downloads"
    made.mkdir()
    return made


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_it_bears_the_servers_name(store: Store, folder: Path) -> None:
    shelf = Shelf()
    told: list[tuple[int, int]] = []
    id_ = shelf.add("step_metrics.csv", RESULTS)
    path = await download(shelf.desk(store), id_, folder, progress=lambda got, all_: told.append((got, all_)))
    assert path == folder / "step_metrics.csv"
    assert path.read_bytes() == RESULTS
    assert told[-1] == (len(RESULTS), len(RESULTS))


@pytest.mark.parametrize(
    ("said", "name"),
    [("../../x", "x"), ("con", "_con"), ("a\0b", "a_b"), ("/etc/cron.d/x", "x"), ("..", "file"), ("", None)],
)
async def test_no_name_of_a_server_leaves_the_folder(
    store: Store, folder: Path, said: str, name: str | None
) -> None:
    shelf = Shelf()
    id_ = shelf.add(said, RESULTS)
    before = names(folder.parent)
    path = await download(shelf.desk(store), id_, folder)
    assert path == folder / (name or id_)
    assert (names(folder), names(folder.parent)) == ([path.name], before)


async def test_a_second_one_gets_a_number_unless_it_may_take_the_firsts_place(
    store: Store, folder: Path
) -> None:
    shelf = Shelf()
    desk = shelf.desk(store)
    (folder / "A.csv").write_bytes(b"mine")
    id_ = shelf.add("a.csv", RESULTS)
    paths = [await download(desk, id_, folder) for _ in range(2)]
    assert [path.name for path in paths] == ["a (2).csv", "a (3).csv"]
    assert (folder / "A.csv").read_bytes() == b"mine"
    assert await download(desk, id_, folder, name="A.csv", overwrite=True) == folder / "A.csv"
    assert (folder / "A.csv").read_bytes() == RESULTS
    assert len(names(folder)) == 3


@pytest.mark.parametrize("overwrite", [False, True])
async def test_a_link_in_the_folder_is_not_followed(store: Store, folder: Path, overwrite: bool) -> None:
    outside = folder.parent / "outside"
    outside.write_bytes(b"mine")
    (folder / "a.csv").symlink_to(outside)
    (folder / "b.csv").symlink_to(folder.parent / "nothing yet")
    shelf = Shelf()
    for name in ("a.csv", "b.csv"):
        path = await download(shelf.desk(store), shelf.add(name, RESULTS), folder, overwrite=overwrite)
        assert not path.is_symlink()
        assert path.read_bytes() == RESULTS
    assert outside.read_bytes() == b"mine"
    assert not (folder.parent / "nothing yet").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\0"])
async def test_a_name_of_ones_own_must_be_one(store: Store, folder: Path, name: str) -> None:
    shelf = Shelf()
    with pytest.raises(BadInput, match="not a file name"):
        await download(shelf.desk(store), shelf.add("a", RESULTS), folder, name=name)
    assert shelf.asked == []


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (base64.b64encode(RESULTS), RESULTS),
        (b'"' + base64.b64encode(RESULTS) + b'"\n', RESULTS),
        (RESULTS, RESULTS),
        (base64.b64encode(b"stop,here"), base64.b64encode(b"stop,here")),
        (base64.b64encode(b"\0\xff" * 10), base64.b64encode(b"\0\xff" * 10)),
    ],
    ids=["base64", "quoted", "plain", "no result", "no text"],
)
async def test_a_result_file_is_decoded_on_request(
    store: Store, folder: Path, content: bytes, kept: bytes
) -> None:
    shelf = Shelf()
    id_ = shelf.add("r.csv", content, bytes=len(RESULTS) if kept == RESULTS else len(content))
    as_it_came = await download(shelf.desk(store), id_, folder)
    decoded = await download(shelf.desk(store), id_, folder, decode=True)
    assert (as_it_came.read_bytes(), decoded.read_bytes()) == (content, kept)


class Broken(httpx.AsyncByteStream):
    """A body that breaks off."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield RESULTS
        raise httpx.ReadError("connection reset")


@pytest.mark.parametrize(
    ("answer", "size_bytes", "error"),
    [
        (httpx.Response(200, content=RESULTS), 1000, BadReply),
        (httpx.Response(200, content=b"x" * (3 << 20)), 10, BadReply),
        (httpx.Response(200, stream=Broken()), None, LostReply),
        (httpx.Response(404, json={"error": {"message": "gone"}}), 10, NotFound),
    ],
    ids=["too short", "too long", "broken off", "gone"],
)
async def test_what_is_not_whole_leaves_nothing(
    store: Store, folder: Path, answer: httpx.Response, size_bytes: int | None, error: type[Exception]
) -> None:
    shelf = Shelf(lambda request: answer if request.url.path.endswith("/content") else None)
    id_ = shelf.add("a.csv", RESULTS, bytes=size_bytes)
    with pytest.raises(error):
        await download(shelf.desk(store), id_, folder)
    assert names(folder) == []


async def test_one_who_stops_it_finds_nothing(store: Store, folder: Path) -> None:
    shelf = Shelf()
    id_ = shelf.add("a.bin", b"x" * (1 << 20))
    fetching: asyncio.Task[Any]

    def stop(_received: int, _total: int) -> None:
        fetching.cancel()

    fetching = asyncio.create_task(download(shelf.desk(store), id_, folder, progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert names(folder) == []


async def test_one_who_stops_it_while_it_gets_its_name_finds_it_whole(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    id_ = shelf.add("a.bin", b"x" * (1 << 20))
    loop, settle = asyncio.get_running_loop(), Landing.settle
    fetching: asyncio.Task[Any]

    def settle_when_stopped(landing: Landing, *words: Any, **options: Any) -> Path:
        loop.call_soon_threadsafe(fetching.cancel)
        time.sleep(0.05)  # the loop has its turn meanwhile
        return settle(landing, *words, **options)

    monkeypatch.setattr(Landing, "settle", settle_when_stopped)
    fetching = asyncio.create_task(download(shelf.desk(store), id_, folder))
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert names(folder) == ["a.bin"]
    assert (folder / "a.bin").stat().st_size == 1 << 20


async def test_a_full_disk_is_told_and_leaves_nothing(store: Store, folder: Path) -> None:
    shelf = Shelf()
    desk = shelf.desk(store)
    id_ = shelf.add("a.bin", b"x" * (4 << 20))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, limits[1]))  # as near to a full disk as one gets
    try:
        with pytest.raises(BadInput, match="cannot be written") as told:
            await download(desk, id_, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert told.value.hint == "Make room there, or choose another folder."
    assert names(folder) == []


@pytest.mark.parametrize("place", ["missing", "file"])
async def test_a_folder_that_is_none_is_told(store: Store, folder: Path, place: str) -> None:
    (folder / "file").write_bytes(b"")
    shelf = Shelf()
    with pytest.raises(BadInput, match=f"{place} cannot be written"):
        await download(shelf.desk(store), shelf.add("a.csv", RESULTS), folder / place)


async def test_a_folder_of_that_name_is_not_replaced(store: Store, folder: Path) -> None:
    (folder / "a.csv").mkdir()
    shelf = Shelf()
    id_ = shelf.add("a.csv", RESULTS)
    with pytest.raises(BadInput, match="is a directory"):
        await download(shelf.desk(store), id_, folder, overwrite=True)
    assert names(folder) == ["a.csv"]
    assert (await download(shelf.desk(store), id_, folder)).name == "a (2).csv"
