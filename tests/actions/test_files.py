"""Files on their way: sent once, whole or in parts, stopped when one wants, found when an answer is lost."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from finetop.actions import files, orphans
from finetop.actions.files.parcel import Parcel
from finetop.errors import BadFile, BadInput, BadRequest, ServerFault, TryLater, Unreachable, Unsettled
from finetop.providers.openai import OpenAI
from finetop.store import Store
from shelf import Shelf, SmallParts, at, reset

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.actions.desk import Desk
    from finetop.store import Intent

LONG = b"0123456789abcdefg"
"""Five parts of four bytes, the last of one."""


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    path = tmp_path / "long.jsonl"
    path.write_bytes(LONG)
    return path


def only_intent(desk: Desk) -> Intent | None:
    """What of an upload is not settled."""
    found = desk.store.journal.open(desk.account, "upload")
    assert len(found) < 2
    return found[0] if found else None


class TestReuse:
    async def test_the_same_bytes_are_sent_once_and_one_is_told(self, store: Store, tmp_path: Path) -> None:
        shelf = Shelf()
        desk = shelf.desk(store)
        path, other = tmp_path / "a.jsonl", tmp_path / "renamed.jsonl"
        path.write_bytes(LONG)
        other.write_bytes(LONG)
        first = await files.uploaded(desk, path)
        said: list[str] = []
        second = await files.uploaded(desk, other, say=said.append)
        assert (first.reused, second.reused, second.file.id) == (False, True, first.file.id)
        assert said[0].startswith(f"using {first.file.id} (same bytes, uploaded ")
        assert shelf.count("POST /files") == 1

    async def test_one_may_want_them_sent_anew(self, store: Store, long_file: Path) -> None:
        shelf = Shelf()
        desk = shelf.desk(store)
        first = await files.uploaded(desk, long_file)
        second = await files.uploaded(desk, long_file, anew=True)
        assert (second.reused, second.file.id == first.file.id) == (False, False)
        assert list(shelf.contents.values()) == [LONG, LONG]

    async def test_a_file_from_elsewhere_is_known_by_its_bytes(self, store: Store, long_file: Path) -> None:
        shelf = Shelf()
        shelf.add("long.jsonl", LONG[::-1])
        same = shelf.add("long.jsonl", LONG)
        shelf.add("long.jsonl", LONG, status="error")
        assert (await files.uploaded(shelf.desk(store), long_file)).file.id == same
        assert shelf.count("POST") == 0

    @pytest.mark.parametrize("refused", [403, 404, 500])
    async def test_one_that_cannot_be_read_back_is_no_proof(
        self, store: Store, long_file: Path, refused: int
    ) -> None:
        def closed(request: httpx.Request) -> httpx.Response | None:
            return httpx.Response(refused) if request.url.path.endswith("/content") else None

        shelf = Shelf(closed)
        shelf.add("long.jsonl", LONG)
        assert not (await files.uploaded(shelf.desk(store), long_file)).reused

    async def test_a_list_that_cannot_be_had_bars_no_upload(self, store: Store, long_file: Path) -> None:
        def broken(request: httpx.Request) -> httpx.Response | None:
            if request.method == "GET" and request.url.path.endswith("/files"):
                reset(request)
            return None

        assert not (await files.uploaded(Shelf(broken).desk(store), long_file)).reused

    @pytest.mark.parametrize("status", ["error", "deleted"])
    async def test_one_that_is_of_no_use_any_more_is_sent_again(
        self, store: Store, long_file: Path, status: str
    ) -> None:
        shelf = Shelf()
        desk = shelf.desk(store)
        first = (await files.uploaded(desk, long_file)).file.id
        shelf.files[first]["status"] = status
        assert (await files.uploaded(desk, long_file)).file.id != first

    async def test_one_that_the_provider_lost_is_sent_again(self, store: Store, long_file: Path) -> None:
        shelf = Shelf()
        desk = shelf.desk(store)
        first = (await files.uploaded(desk, long_file)).file.id
        shelf.files.clear()
        again = await files.uploaded(desk, long_file)
        assert not again.reused
        assert shelf.files[again.file.id]["filename"] == "long.jsonl"
        assert first  # it was there once


class TestWhole:
    async def test_progress_is_told_in_bytes_and_in_words(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "big.jsonl"
        path.write_bytes(b"x" * (5 << 20))
        said: list[str] = []
        sent: list[tuple[int, int]] = []
        shelf = Shelf()
        await files.uploaded(
            shelf.desk(store), path, say=said.append, progress=lambda done, total: sent.append((done, total))
        )
        assert sent == [(part << 20, 5 << 20) for part in range(1, 6)]
        assert said == [f"uploading big.jsonl: {tenths * 10} %" for tenths in (2, 4, 6, 8, 10)]

    async def test_a_lost_answer_is_settled_by_the_bytes(self, store: Store, long_file: Path) -> None:
        shelf = Shelf(after=at("/files")(reset))
        desk = shelf.desk(store)
        shelf.add("long.jsonl", LONG[::-1])
        found = await files.uploaded(desk, long_file)
        assert shelf.contents[found.file.id] == LONG
        assert shelf.count("POST /files") == 1
        assert only_intent(desk) is None

    async def test_a_file_that_changes_on_the_way_is_not_used(self, store: Store, long_file: Path) -> None:
        desk = Shelf(after=at("/files")(lambda _: long_file.write_bytes(b"other") and None)).desk(store)
        with pytest.raises(BadFile, match="changed while"):
            await files.uploaded(desk, long_file)
        assert store.library.files(desk.account) == []

    async def test_a_refusal_is_told_and_settled(self, store: Store, long_file: Path) -> None:
        full = httpx.Response(413, json={"error": {"message": "too large"}})
        desk = Shelf(at("/files")(lambda _: full)).desk(store)
        with pytest.raises(BadRequest, match="too large"):
            await files.uploaded(desk, long_file)
        assert only_intent(desk) is None

    async def test_one_who_stops_it_sends_nothing_more(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "big.jsonl"
        path.write_bytes(b"x" * (5 << 20))
        shelf = Shelf()
        desk = shelf.desk(store)
        sending: asyncio.Task[Any]

        def stop(sent: int, _total: int) -> None:
            if sent == 2 << 20:
                sending.cancel()

        sending = asyncio.create_task(files.uploaded(desk, path, progress=stop))
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert shelf.files == {}
        assert only_intent(desk) is None

    async def test_stopped_after_its_last_byte_it_is_found_by_the_next(
        self, store: Store, long_file: Path
    ) -> None:
        sending: asyncio.Task[Any]
        shelf = Shelf(after=at("/files")(lambda _: sending.cancel() and None))
        desk = shelf.desk(store)
        sending = asyncio.create_task(files.uploaded(desk, long_file))
        with pytest.raises(asyncio.CancelledError):
            await sending
        left = only_intent(desk)
        assert left is not None
        assert left.state == "unsure"
        assert (await files.uploaded(desk, long_file)).reused
        assert only_intent(desk) is None
        assert shelf.count("POST /files") == 1


class TestInParts:
    async def test_a_large_file_is_put_together_from_its_parts(self, store: Store, long_file: Path) -> None:
        shelf = Shelf()
        desk = shelf.desk(store, SmallParts)
        sent: list[tuple[int, int]] = []
        arrival = await files.uploaded(desk, long_file, progress=lambda done, all_: sent.append((done, all_)))
        assert shelf.contents[arrival.file.id] == LONG
        assert arrival.file.filename == "long.jsonl"
        assert sent == [(done, 17) for done in (4, 8, 12, 16, 17)]
        assert (shelf.count("POST /files"), len(shelf.parts)) == (0, 5)
        assert only_intent(desk) is None
        assert (await files.uploaded(desk, long_file)).reused

    @pytest.mark.parametrize("size_bytes", [10, 11, 12, 13])
    async def test_the_limit_and_the_ends_of_parts(
        self, store: Store, tmp_path: Path, size_bytes: int
    ) -> None:
        path = tmp_path / "short.jsonl"
        path.write_bytes(LONG[:size_bytes])
        shelf = Shelf()
        arrival = await files.uploaded(shelf.desk(store, SmallParts), path)
        assert shelf.contents[arrival.file.id] == LONG[:size_bytes]
        assert len(shelf.parts) == {10: 0, 11: 3, 12: 3, 13: 4}[size_bytes]

    @pytest.mark.parametrize("arrives", [False, True])
    async def test_a_lost_part_is_sent_again(self, store: Store, long_file: Path, arrives: bool) -> None:
        lost = at("/parts", times=2, skip=1)(reset)
        shelf = Shelf(after=lost) if arrives else Shelf(lost)
        arrival = await files.uploaded(shelf.desk(store, SmallParts), long_file)
        assert shelf.contents[arrival.file.id] == LONG
        assert shelf.count("POST /uploads/upload_1/parts") == 7
        assert len(shelf.time.slept) == 2

    async def test_a_lost_completion_is_settled_by_the_bytes(self, store: Store, long_file: Path) -> None:
        shelf = Shelf(after=at("/complete")(reset))
        desk = shelf.desk(store, SmallParts)
        arrival = await files.uploaded(desk, long_file)
        assert shelf.contents[arrival.file.id] == LONG
        assert (shelf.count("POST /uploads/upload_1/complete"), only_intent(desk)) == (1, None)

    async def test_a_completion_that_never_arrived_stays_unsure(self, store: Store, long_file: Path) -> None:
        desk = Shelf(at("/complete")(reset)).desk(store, SmallParts)
        with pytest.raises(Unsettled):
            await files.uploaded(desk, long_file)
        left = only_intent(desk)
        assert left is not None
        assert left.state == "unsure"

    async def test_an_announcement_without_answer_made_nothing(self, store: Store, long_file: Path) -> None:
        shelf = Shelf(after=at("/uploads")(reset))
        desk = shelf.desk(store, SmallParts)
        with pytest.raises(Unreachable):
            await files.uploaded(desk, long_file)
        assert (shelf.time.slept, only_intent(desk)) == ([], None)

    async def test_what_an_outage_left_is_gone_on_with(self, store: Store, long_file: Path) -> None:
        shelf = Shelf(at("/parts", times=9, skip=2)(reset))
        desk = shelf.desk(store, SmallParts)
        with pytest.raises(Unreachable):
            await files.uploaded(desk, long_file)
        left = only_intent(desk)
        assert left is not None
        assert left.message.startswith("left after 2 parts")
        shelf.mishap = lambda _: None
        sent: list[int] = []
        arrival = await files.uploaded(desk, long_file, progress=lambda done, _: sent.append(done))
        assert (sent, shelf.contents[arrival.file.id]) == ([12, 16, 17], LONG)
        assert (shelf.count("POST /uploads/upload_1/complete"), only_intent(desk)) == (1, None)

    async def test_what_a_dead_process_left_is_gone_on_with(
        self, store: Store, long_file: Path, tmp_path: Path
    ) -> None:
        class DeadError(BaseException):
            """As a kill: nothing of ours runs any more."""

        def die(_: httpx.Request) -> None:
            raise DeadError

        shelf = Shelf(at("/parts", skip=3)(die))
        first = Store(tmp_path / "finetop.db")
        with pytest.raises(DeadError):
            await files.uploaded(shelf.desk(first, SmallParts), long_file)
        first.close()
        desk = shelf.desk(store, SmallParts)
        left = only_intent(desk)
        assert left is not None
        assert orphans.left(store, desk.account) == [left]
        await orphans.settle(desk, left)
        assert shelf.time.slept == [], "parts alone are no file: there is nothing to look for"
        await files.uploaded(desk, long_file)
        assert (len(shelf.parts), len(shelf.uploads), only_intent(desk)) == (5, 1, None)

    async def test_an_upload_that_expired_is_begun_anew(self, store: Store, long_file: Path) -> None:
        shelf = Shelf(at("/parts", times=9, skip=2)(reset))
        desk = shelf.desk(store, SmallParts)
        with pytest.raises(Unreachable):
            await files.uploaded(desk, long_file)
        shelf.mishap = lambda _: None
        shelf.uploads["upload_1"]["status"] = "expired"
        arrival = await files.uploaded(desk, long_file)
        assert shelf.contents[arrival.file.id] == LONG
        assert shelf.uploads["upload_2"]["status"] == "completed"

    async def test_one_who_stops_it_has_the_parts_dropped(self, store: Store, long_file: Path) -> None:
        sending: asyncio.Task[Any]
        shelf = Shelf()
        desk = shelf.desk(store, SmallParts)

        def stop(sent: int, _total: int) -> None:
            if sent == 8:
                sending.cancel()

        sending = asyncio.create_task(files.uploaded(desk, long_file, progress=stop))
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert (shelf.uploads["upload_1"]["status"], shelf.files) == ("cancelled", {})
        assert only_intent(desk) is None

    async def test_a_refused_part_has_the_others_dropped(self, store: Store, long_file: Path) -> None:
        full = httpx.Response(400, json={"error": {"message": "no room"}})
        shelf = Shelf(at("/parts", skip=1)(lambda _: full))
        with pytest.raises(BadRequest, match="no room"):
            await files.uploaded(shelf.desk(store, SmallParts), long_file)
        assert shelf.uploads["upload_1"]["status"] == "cancelled"

    async def test_a_file_that_changes_on_the_way_is_never_completed(
        self, store: Store, long_file: Path
    ) -> None:
        changed = LONG[::-1]
        shelf = Shelf(after=at("/parts", skip=2)(lambda _: long_file.write_bytes(changed) and None))
        with pytest.raises(BadFile, match="changed while"):
            await files.uploaded(shelf.desk(store, SmallParts), long_file)
        assert (shelf.files, shelf.uploads["upload_1"]["status"]) == ({}, "cancelled")

    async def test_where_parts_are_not_known_the_file_goes_whole(self, store: Store, long_file: Path) -> None:
        class Whole(OpenAI):
            capabilities = SmallParts.capabilities.model_copy(update={"uploads": False})

        shelf = Shelf()
        await files.uploaded(shelf.desk(store, Whole), long_file)
        assert (shelf.count("POST /files"), shelf.uploads) == (1, {})


class TestProcessed:
    @pytest.mark.parametrize(
        ("statuses", "slept"),
        [
            (["processed"], []),
            (["Processed"], []),
            (["a new word"], []),
            (["pending", "running", "processed"], [1, 2]),
            (["uploaded", "uploaded", "pending", "running", "processed"], [1, 2, 5, 5]),
        ],
    )
    async def test_it_is_waited_for(self, store: Store, statuses: list[str], slept: list[float]) -> None:
        shelf = Shelf(statuses=[*statuses])
        said: list[str] = []
        await files.wait_processed(shelf.desk(store), shelf.add("a.jsonl", b"x"), say=said.append)
        assert shelf.time.slept == slept
        assert len(said) == len(slept)

    @pytest.mark.parametrize("status", ["error", "failed", "deleted"])
    async def test_a_file_of_no_use_is_told_with_its_reason(self, store: Store, status: str) -> None:
        shelf = Shelf()
        id_ = shelf.add("a.jsonl", b"x", status=status, status_details="line 3 is\x1b[2J bad")
        with pytest.raises(BadInput, match=f"a.jsonl, its status is {status}: line 3 is bad"):
            await files.wait_processed(shelf.desk(store), id_, say=lambda _: None)

    async def test_uploaded_may_be_the_last_word(self, store: Store) -> None:
        shelf = Shelf(statuses=["uploaded"] * 1000)
        await files.wait_processed(shelf.desk(store), shelf.add("a.jsonl", b"x"), say=lambda _: None)
        assert 20 <= sum(shelf.time.slept) < 30

    async def test_half_an_hour_is_enough(self, store: Store) -> None:
        shelf = Shelf(statuses=["running"] * 1000)
        with pytest.raises(TryLater, match="still running after 30 minutes"):
            await files.wait_processed(shelf.desk(store), shelf.add("a.jsonl", b"x"), say=lambda _: None)

    async def test_a_fault_in_passing_is_waited_out(self, store: Store) -> None:
        answers = iter([httpx.Response(502), httpx.Response(429)])

        def odd(_: httpx.Request) -> httpx.Response | None:
            return next(answers, None)

        shelf = Shelf(odd)
        await files.wait_processed(shelf.desk(store), shelf.add("a.jsonl", b"x"), say=lambda _: None)
        assert shelf.time.slept == [1, 2]
        always = Shelf(lambda _: httpx.Response(502))
        with pytest.raises(ServerFault):
            await files.wait_processed(always.desk(store), "file-1", say=lambda _: None)

    @pytest.mark.parametrize("status", [401, 403, 404, 405])
    async def test_where_files_are_not_to_be_looked_at_the_create_will_tell(
        self, store: Store, status: int
    ) -> None:
        shelf = Shelf(lambda _: httpx.Response(status, json={"error": {"message": "no"}}))
        await files.wait_processed(shelf.desk(store), "file-1", say=lambda _: None)
        assert shelf.time.slept == []


def test_what_an_older_version_wrote_down_is_understood(store: Store) -> None:
    account = store.accounts.ensure(dialect="openai", base_url="u")
    intent = store.journal.write(account, "upload", json.dumps({"name": "a.jsonl", "bytes": 3}), file="x")
    parcel = Parcel.of(intent)
    assert (parcel.name, parcel.bytes, parcel.may_be_a_file) == ("a.jsonl", 3, True)
