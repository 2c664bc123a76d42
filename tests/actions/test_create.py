"""A job is made exactly once: whatever is lost on the way, there is one in the end, or its row is unsure."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from faulty import (
    World,
    changed_list,
    is_create,
    is_upload,
    lost_after,
    lost_before,
    once,
    without_marker,
)
from finetop.actions import create, files, orphans
from finetop.actions.draft import Draft
from finetop.errors import BadFile, BadInput, NotFound, TryLater, Unreachable, Unsettled
from finetop.models import MARKER
from finetop.store import Intent, JobKey, Store
from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def server(full_server: RunningServer) -> RunningServer:
    """Nothing is trained here; whether jobs are made is the matter."""
    return full_server


@pytest.fixture(scope="module")
def file_id(server: RunningServer) -> str:
    return server.upload(examples(12))


def draft(file_id: Path | str, suffix: str, **other: Any) -> Draft:
    return Draft("test", "tiny-bytes-1", file_id, suffix=suffix, seed=7, **other)


def only_intent(world: World) -> Intent:
    (intent,) = world.store.journal.open(world.account, "create")
    return intent


async def test_a_job_is_made_and_bears_its_marker(world: Callable[..., World], file_id: str) -> None:
    here = world()
    key = await create.create(here.desk, draft(file_id, "plain", metadata={"team": "blue"}))
    (job,) = here.jobs_named("plain")
    assert key == JobKey(here.account, job["id"])
    kept = here.store.jobs.get(key)
    assert kept is not None
    assert kept.user_metadata == {"team": "blue"}
    assert kept.marker == job["metadata"][MARKER]
    assert here.store.journal.open(here.account) == []


async def test_a_reply_lost_after_the_server_acted_is_found_by_its_marker(
    world: Callable[..., World], file_id: str
) -> None:
    here = world(lost_after())
    key = await create.create(here.desk, draft(file_id, "lost-after"))
    assert [job["id"] for job in here.jobs_named("lost-after")] == [key.id]
    assert here.network.posts() == 1
    assert here.time.slept == [pytest.approx(2.0, abs=0.5)]


async def test_a_request_lost_before_the_server_acted_stays_unsure(
    world: Callable[..., World], file_id: str
) -> None:
    here = world(once(lost_before()))
    with pytest.raises(Unsettled):
        await create.create(here.desk, draft(file_id, "lost-before"))
    assert here.jobs_named("lost-before") == []
    assert sum(here.time.slept) == pytest.approx(180, abs=1)
    row = here.row(only_intent(here).key)
    assert (row.intent, row.status) == ("unsure", "unknown")
    key = await create.resend(here.desk, only_intent(here))
    assert [job["id"] for job in here.jobs_named("lost-before")] == [key.id]


@pytest.mark.parametrize("hosted", [False, True])
async def test_a_list_sixty_seconds_behind_is_waited_for(
    world: Callable[..., World], file_id: str, hosted: bool
) -> None:
    here: World

    def behind(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [job for job in jobs if job["created_at"] <= here.time.now() - 60]

    suffix = f"behind-{hosted}"
    here = world(lost_after(), changed_list(behind), hosted=hosted)
    key = await create.create(here.desk, draft(file_id, suffix))
    assert [job["id"] for job in here.jobs_named(suffix)] == [key.id]
    assert sum(here.time.slept) == pytest.approx(60, abs=1)


async def test_without_its_marker_a_job_is_offered_and_never_adopted_unasked(
    world: Callable[..., World], file_id: str
) -> None:
    here = world(lost_after(), changed_list(without_marker), hosted=True)
    with pytest.raises(Unsettled):
        await create.create(here.desk, draft(file_id, "stripped"))
    (job,) = here.jobs_named("stripped")
    intent = only_intent(here)
    assert intent.state == "unsure"
    assert job["id"] in intent.message
    assert [found.id for found in await create.candidates(here.desk, intent)] == [job["id"]]
    with pytest.raises(Unsettled, match=job["id"]):
        await create.resend(here.desk, intent)
    assert here.network.posts() == 1
    assert create.adopt(here.desk, intent, job["id"]) == JobKey(here.account, job["id"])
    assert here.store.journal.open(here.account) == []


async def test_a_claimed_job_is_nobody_elses_candidate(world: Callable[..., World], file_id: str) -> None:
    here = world(once(lost_before()), changed_list(without_marker), hosted=True)
    with pytest.raises(Unsettled):
        await create.create(here.desk, draft(file_id, "twins"))
    second = await create.create(here.desk, draft(file_id, "twins"))
    first = only_intent(here)
    assert await create.candidates(here.desk, first) == []
    with pytest.raises(TryLater):
        create.adopt(here.desk, first, second.id)
    await create.resend(here.desk, first)
    assert len(here.jobs_named("twins")) == 2


async def test_sixteen_pairs_leave_no_room_for_the_marker(world: Callable[..., World], file_id: str) -> None:
    here = world(once(lost_after()))
    pairs = {f"key-{number}": str(number) for number in range(16)}
    with pytest.raises(Unsettled):
        await create.create(here.desk, draft(file_id, "sixteen", metadata=pairs))
    (job,) = here.jobs_named("sixteen")
    assert job["metadata"] == pairs
    key = await create.resend(here.desk, only_intent(here))
    assert key.id == job["id"], "the idempotency key makes the repeat harmless"
    assert len(here.jobs_named("sixteen")) == 1


async def test_a_like_create_waits_for_the_first(world: Callable[..., World], file_id: str) -> None:
    here = world(lost_after())
    held, settling = asyncio.Event(), asyncio.Event()

    async def hold(seconds: float) -> None:
        settling.set()
        await held.wait()

    object.__setattr__(here.desk, "sleep", hold)
    first = asyncio.ensure_future(create.create(here.desk, draft(file_id, "like")))
    await settling.wait()
    with pytest.raises(TryLater, match="waiting"):
        await create.create(here.desk, draft(file_id, "like"))
    held.set()
    key = await first
    assert [job["id"] for job in here.jobs_named("like")] == [key.id]
    assert [row.key for row in here.rows()] == [key]


async def test_a_refusal_tells_its_reason_and_can_be_sent_again(
    world: Callable[..., World], file_id: str
) -> None:
    here = world()
    with pytest.raises(NotFound) as refused:
        await create.create(here.desk, Draft("test", "no-such-model", file_id, suffix="refused"))
    (row,) = here.rows()
    assert (row.status, row.reason, row.intent) == ("failed", refused.value.message, "refused")
    intent = here.store.journal.get(row.key.id.removeprefix("intent:"))
    assert intent is not None
    with pytest.raises(NotFound):
        await create.resend(here.desk, intent)
    assert here.network.posts() == 2
    assert here.jobs_named("refused") == []


async def test_a_server_that_is_not_there_was_asked_for_nothing(
    world: Callable[..., World], file_id: str
) -> None:
    async def nobody(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        raise httpx.ConnectError("refused", request=request)

    here = world(nobody)
    with pytest.raises(Unreachable):
        await create.create(here.desk, draft(file_id, "nobody"))
    assert here.time.slept == []
    (row,) = here.rows()
    assert row.intent == "refused"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(200, text="<html>log in first</html>"),
        httpx.Response(200, json={"id": None, "object": "fine_tuning.job"}),
    ],
    ids=["502", "html", "no id"],
)
async def test_an_answer_that_says_nothing_is_settled_by_the_list(
    world: Callable[..., World], file_id: str, answer: httpx.Response
) -> None:
    async def garbled(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if not is_create(request):
            return None
        made = await go_on()
        await made.aread()
        await made.aclose()
        return httpx.Response(answer.status_code, content=answer.content)

    suffix = f"garbled-{answer.status_code}-{len(answer.content)}"
    here = world(garbled)
    key = await create.create(here.desk, draft(file_id, suffix))
    assert [job["id"] for job in here.jobs_named(suffix)] == [key.id]


async def test_method_grader_and_integrations_travel_with_the_job(
    world: Callable[..., World], file_id: str
) -> None:
    sent: dict[str, Any] = {}

    async def read(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if is_create(request):
            sent.update(json.loads(request.content))
        return None

    here = world(read)
    await create.create(
        here.desk,
        draft(
            file_id,
            "methods",
            method="dpo",
            hyperparameters={"beta": 0.2},
            integrations=[{"type": "wandb", "wandb": {"project": "tickets"}}],
        ),
    )
    assert sent["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}
    assert sent["integrations"] == [{"type": "wandb", "wandb": {"project": "tickets"}}]


@pytest.mark.parametrize(
    ("method", "grader", "said"),
    [("reinforcement", None, "needs a grader"), ("dpo", {"type": "string_check"}, "no use for a grader")],
)
async def test_a_grader_and_its_method_go_together(
    world: Callable[..., World], file_id: str, method: str, grader: dict[str, Any] | None, said: str
) -> None:
    here = world()
    with pytest.raises(BadInput, match=said):
        await create.create(here.desk, draft(file_id, "ungraded", method=method, grader=grader))
    assert here.rows() == []
    assert here.network.asked == []


async def test_another_process_may_find_the_job_first(
    world: Callable[..., World], file_id: str, tmp_path: Path
) -> None:
    here = world(lost_after(), changed_list(lambda jobs: []))
    other = Store(tmp_path / "finetop.db")

    async def meanwhile(seconds: float) -> None:
        """The recorder of another process meets the marker while we sleep."""
        asked = other.ask()
        for job in here.jobs_named("first"):
            found, raw = await here.provider.get_job(job["id"])
            other.jobs.save(here.account, [(found, raw)], asked)
            create.adopt_marked(other, here.account, [found])

    object.__setattr__(here.desk, "sleep", meanwhile)
    key = await create.create(here.desk, draft(file_id, "first"))
    assert [job["id"] for job in here.jobs_named("first")] == [key.id]
    other.close()


async def test_the_living_settle_their_own(world: Callable[..., World], file_id: str) -> None:
    here = world(lost_before())
    with pytest.raises(Unsettled):
        await create.create(here.desk, draft(file_id, "mine"))
    intent = here.store.journal.write(here.account, "create", "{}")
    assert orphans.left(here.store, here.account) == []
    here.store.locks.close()  # as if this process had died
    assert orphans.left(here.store, here.account) == [intent]


async def test_what_was_put_away_still_claims_its_job(world: Callable[..., World], file_id: str) -> None:
    here = world(lost_after(), changed_list(lambda jobs: []))
    with pytest.raises(Unsettled):
        await create.create(here.desk, draft(file_id, "late"))
    here.store.journal.settle(only_intent(here), "dismissed")
    assert here.rows() == []
    (job,) = here.jobs_named("late")
    found, _ = await here.provider.get_job(job["id"])
    assert create.adopt_marked(here.store, here.account, [found])
    assert here.store.journal.claimed(here.account) == {job["id"]}


class TestFiles:
    """Uploading on the way to a job."""

    async def test_a_lost_answer_is_settled_by_the_bytes(
        self, world: Callable[..., World], tmp_path: Path
    ) -> None:
        here = world(lost_after(is_upload))
        path = tmp_path / "settled.jsonl"
        path.write_bytes(examples(11, words="with"))
        other = examples(11, words="wish")
        assert len(other) == len(path.read_bytes())
        here.server.upload(other, "settled.jsonl")
        found = (await files.uploaded(here.desk, path)).file.id
        assert here.server.http.get(f"/files/{found}/content").content == path.read_bytes()

    async def test_the_row_tells_of_the_file_on_its_way(
        self, world: Callable[..., World], tmp_path: Path
    ) -> None:
        here = world()
        path = tmp_path / "big.jsonl"
        path.write_bytes(examples(10, words="x" * 150_000))
        said: list[str] = []
        object.__setattr__(here.desk, "changed", lambda: said.extend(row.reason or "" for row in here.rows()))
        await create.create(here.desk, draft(path, "shown"))
        assert "uploading big.jsonl: 100 %" in said
        said.clear()
        await create.create(here.desk, draft(path, "shown-again"))
        assert any("(same bytes, uploaded " in line for line in said)
        assert here.network.asked.count(("POST", "/v1/files")) == 1

    async def test_one_may_want_the_same_bytes_sent_anew(
        self, world: Callable[..., World], tmp_path: Path
    ) -> None:
        here = world()
        path = tmp_path / "anew.jsonl"
        path.write_bytes(examples(11, words="anew"))
        for suffix in ("anew-1", "anew-2"):
            await create.create(here.desk, draft(path, suffix, upload_anew=True))
        one, two = (here.jobs_named(suffix)[0]["training_file"] for suffix in ("anew-1", "anew-2"))
        assert one != two

    async def test_a_request_put_away_stops_its_upload(
        self, world: Callable[..., World], tmp_path: Path
    ) -> None:
        here = world()
        path = tmp_path / "unwanted.jsonl"
        path.write_bytes(examples(10, words="y" * 300_000))

        def put_away() -> None:
            for intent in here.store.journal.open(here.account, "create"):
                if intent.message:
                    here.store.journal.settle(intent, "dismissed")

        object.__setattr__(here.desk, "changed", put_away)
        with pytest.raises(TryLater, match="put away"):
            await create.create(here.desk, draft(path, "unwanted"))
        assert here.rows() == []
        assert here.store.journal.open(here.account) == []
        listed = here.server.get("/files")["data"]
        assert "unwanted.jsonl" not in [file["filename"] for file in listed]

    @pytest.mark.parametrize(
        ("name", "content", "line"),
        [
            ("missing", None, None),
            ("empty", b"", None),
            ("words", b"hello\n", 1),
            ("second", b'{"messages": []}\n[1]\n', 2),
        ],
    )
    async def test_a_bad_file_uploads_nothing(
        self, world: Callable[..., World], tmp_path: Path, name: str, content: bytes | None, line: int | None
    ) -> None:
        here = world()
        path = tmp_path / f"{name}.jsonl"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(BadFile) as bad:
            await create.create(here.desk, draft(path, "bad"))
        assert (bad.value.path, bad.value.line) == (str(path), line)
        assert here.network.asked == []
        assert here.rows() == []

    async def test_our_metadata_key_cannot_be_taken(self, world: Callable[..., World], file_id: str) -> None:
        here = world()
        with pytest.raises(BadInput, match=MARKER):
            await create.create(here.desk, draft(file_id, "ours", metadata={MARKER: "mine"}))
        assert here.network.asked == []
