"""A whole account in a folder: everything once, brought up to date, and never another's."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive.conftest import Museum, saved, session, words
from commands import here
from finetop.archive import verify
from finetop.archive.draft import Draft
from finetop.archive.manifest import read_manifest
from finetop.archiving.asking import Patience
from finetop.errors import (
    BadInput,
    FinetopError,
    RateLimited,
    ServerFault,
    TryLater,
    Unauthorized,
    Unreachable,
)
from finetop.providers.reading import read_job
from finetop.store import JobKey


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def copy(kept: Path, tmp_path: Path) -> Path:
    """One to play with."""
    return shutil.copytree(kept, tmp_path / "a")


def test_everything_is_there_in_our_words_and_in_the_providers(
    museum: Museum, kept: Path, tmp_path: Path
) -> None:
    """A stranger needs no program of ours to read it."""
    with session(tmp_path, museum.profile, museum=museum) as opened:
        jobs = opened.list_jobs("museum", 100).result(10)
        logs = {job.id: opened.events("museum", job.id).result(10) for job in jobs}
        points = {job.id: opened.checkpoints("museum", job.id).result(10) for job in jobs}
    found = lines(kept / "jobs.jsonl")
    assert [line["id"] for line in found] == [job.id for job in jobs]
    assert [line["job"] for line in found] == [job.model_dump(mode="json", by_alias=True) for job in jobs]
    assert [read_job(line["raw"])[0] for line in found] == jobs
    for name, told in (("event", logs), ("checkpoint", {id_: all_[::-1] for id_, all_ in points.items()})):
        there = lines(kept / f"{name}s.jsonl")
        assert [(line["job"], line[name]) for line in there] == [
            (id_, item.model_dump(mode="json")) for id_, items in told.items() for item in items
        ]
        assert all(line["raw"]["id"] == line[name]["id"] for line in there)
    assert {line["job"] for line in lines(kept / "metrics.jsonl")} >= {
        job.id for job in jobs if job.status == "succeeded"
    }
    assert {file.id for job in jobs for file in job.result_files} == {
        line["id"] for line in lines(kept / "files.jsonl") if "path" in line
    }
    summed = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=kept, check=False)
    assert summed.returncode == 0
    assert "JSON Lines" in (kept / "README.txt").read_text()


def test_a_second_run_asks_only_for_what_may_have_changed(museum: Museum, copy: Path, tmp_path: Path) -> None:
    first = read_manifest(copy)
    again = saved(museum, tmp_path, copy)
    assert again.counts == first.counts
    assert again.files["events.jsonl"] == first.files["events.jsonl"]
    ended = {line["id"] for line in lines(tmp_path / "a" / "jobs.jsonl") if line["job"]["finished_at"]}
    assert len(ended) > 8
    assert not [path for path in museum.asked if "/events" in path and path.split("/")[3] in ended]
    assert not [path for path in museum.asked if path.endswith("/content")]


def test_what_the_provider_forgets_the_archive_keeps(museum: Museum, copy: Path, tmp_path: Path) -> None:
    first = read_manifest(copy)
    gone = words(copy)[3]["id"]

    museum.listed = [job for job in words(copy) if job["id"] != gone]
    again = saved(museum, tmp_path, copy, with_files=False)
    assert again.counts == first.counts
    assert again.files.keys() == first.files.keys()
    last = lines(tmp_path / "a" / "jobs.jsonl")[-1]
    assert (last["id"], last["listed"]) == (gone, False)
    assert verify(tmp_path / "a").findings == ()


def test_what_only_finetop_still_knows_is_saved_too(few: Museum, kept: Path, tmp_path: Path) -> None:
    """A job that was recorded before its provider forgot it; but none that was deleted at our word."""
    assert few.listed is not None
    gone = few.listed.pop()["id"]
    with session(tmp_path, few.profile, museum=few) as opened:
        opened.get_job("museum", gone).result(10)
        opened.events("museum", gone).result(10)
        deleted = JobKey(opened.accounts["museum"], words(kept)[0]["id"])
        opened.get_job("museum", deleted.id).result(10)
        opened.store.jobs.mark_gone(deleted, deleted=True)
        opened.archive("museum", tmp_path / "a").result(20)
    last = lines(tmp_path / "a" / "jobs.jsonl")[-1]
    assert (last["id"], last["listed"], last["remembered"]) == (gone, False, True)
    assert len(lines(tmp_path / "a" / "jobs.jsonl")) == 3

    def log(folder: Path) -> list[Any]:
        return [line["event"] for line in lines(folder / "events.jsonl") if line["job"] == gone]

    assert log(tmp_path / "a") == log(kept)


def test_what_cannot_be_had_is_told_and_asked_for_again(few: Museum, tmp_path: Path) -> None:
    """One job's log that fails keeps no other job from being saved."""
    assert few.listed is not None
    odd = few.listed[1]["id"]
    failing = True

    def fail(request: httpx.Request) -> httpx.Response | None:
        path = request.url.path
        if path.endswith("/checkpoints"):
            return httpx.Response(404, text="no such route")
        return httpx.Response(200, text="<html>busy</html>") if failing and f"{odd}/events" in path else None

    few.rule = fail
    assert saved(few, tmp_path, tmp_path / "a").problems == 1
    told = {line["id"]: line for line in lines(tmp_path / "a" / "jobs.jsonl")}
    assert "not JSON" in told[odd]["failed"]["events"]
    assert all("does not offer" in line["missing"]["checkpoints"] for line in told.values())
    assert [line["events"]["lines"] > 2 for line in told.values()] == [True, False, True]
    failing = False
    assert saved(few, tmp_path, tmp_path / "a").problems == 0
    assert all(line["events"]["lines"] > 2 for line in lines(tmp_path / "a" / "jobs.jsonl"))


def test_a_refused_key_ends_the_run_and_nothing_is_lost(few: Museum, tmp_path: Path) -> None:
    few.rule = lambda _: (
        httpx.Response(401, json={"error": {"message": "no"}}) if len(few.asked) > 5 else None
    )
    with pytest.raises(Unauthorized):
        saved(few, tmp_path, tmp_path / "a")
    fetched = {line["id"] for line in lines(tmp_path / "a" / "unfinished" / "jobs.jsonl")}
    assert fetched
    done = here("--archive", tmp_path / "a", "jobs", "list")
    assert (done.code, "never finished" in done.err) == (4, True)
    so_far = here("--archive", tmp_path / "a" / "unfinished", "jobs", "list", "--json").json
    assert {job["id"] for job in so_far} == fetched
    few.forget()
    saved(few, tmp_path, tmp_path / "a")
    assert not [path for path in few.asked if "/events" in path and path.split("/")[3] in fetched]
    assert len(lines(tmp_path / "a" / "jobs.jsonl")) == 3
    assert verify(tmp_path / "a").findings == ()


async def test_a_provider_that_asks_for_a_pause_gets_it() -> None:
    """What passes by itself is waited out, and said where that takes long; what does not is raised."""
    waited: list[float] = []
    said: list[str] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    answers: list[FinetopError | str] = [
        RateLimited("slow down", retry_after_s=40.0),
        Unreachable("no network"),
        "all of it",
    ]

    async def question() -> str:
        answer = answers.pop(0)
        if isinstance(answer, FinetopError):
            raise answer
        return answer

    assert await Patience(said.append, sleep).ask(question) == "all of it"
    assert waited[0] == 40.0
    assert said[0] == "slow down; asking again in 40 s"
    answers[:] = [ServerFault("broken")] * 4
    with pytest.raises(ServerFault):
        await Patience(said.append, sleep).ask(question)
    assert answers == []


def test_a_full_disk_is_told_and_gone_on_with(
    few: Museum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Draft, fetched: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Draft, "add", full)
        with pytest.raises(TryLater, match="no space left on device"):
            saved(few, tmp_path, tmp_path / "a")
    assert saved(few, tmp_path, tmp_path / "a").counts["jobs"] == 3


def test_the_older_api_is_saved_too(museum: Museum, kept: Path, tmp_path: Path) -> None:
    """Its logs come whole and oldest first, and nothing in them has an id."""
    old = {**words(kept)[-1], "object": "fine-tune"}
    museum.rule = lambda request: (
        httpx.Response(200, json={"object": "list", "data": [old]})
        if request.url.path.endswith("/fine-tunes")
        else None
    )
    saved(museum, tmp_path, tmp_path / "a", replace(museum.profile, dialect="openai-legacy"))
    (job,) = lines(tmp_path / "a" / "jobs.jsonl")
    events = lines(tmp_path / "a" / "events.jsonl")
    assert (job["job"]["kind"], job["events"]["lines"]) == ("fine-tune", len(events))
    assert all(line["raw"]["message"] == line["event"]["message"] for line in events)
    times = [line["event"]["created_at"] for line in events]
    assert times == sorted(times)
    assert all(line["event"]["id"] and "id" not in line["raw"] for line in events)


class TestOtherFolders:
    """What is there already is not lost by a slip of the finger."""

    def test_another_accounts_archive(self, few: Museum, copy: Path, tmp_path: Path) -> None:
        before = (tmp_path / "a" / "manifest.json").read_bytes()
        other = replace(few.profile, project="other")
        with pytest.raises(BadInput, match="holds the jobs of http://"):
            saved(few, tmp_path, tmp_path / "a", other)
        assert (tmp_path / "a" / "manifest.json").read_bytes() == before
        saved(few, tmp_path, tmp_path / "a", other, force=True)
        assert verify(tmp_path / "a").manifest.origin.project == "other"

    def test_another_key_at_the_same_place(self, museum: Museum, copy: Path, tmp_path: Path) -> None:
        before = (tmp_path / "a" / "manifest.json").read_bytes()
        alien = {"object": "list", "has_more": False, "data": [{"id": "ftjob-alien", "status": "running"}]}
        museum.rule = lambda request: (
            httpx.Response(200, json=alien) if request.url.path == "/v1/fine_tuning/jobs" else None
        )
        with pytest.raises(BadInput, match="holds none of the jobs"):
            saved(museum, tmp_path, tmp_path / "a")
        assert (tmp_path / "a" / "manifest.json").read_bytes() == before
        assert saved(museum, tmp_path, tmp_path / "a", force=True).counts["jobs"] == 1

    def test_a_folder_that_is_no_archive(self, museum: Museum, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "novel.txt").write_text("Once upon a time")
        with pytest.raises(BadInput, match="novel"):
            saved(museum, tmp_path, tmp_path / "mine")
        assert [path.name for path in (tmp_path / "mine").iterdir() if path.name != ".lock"] == ["novel.txt"]

    def test_a_place_where_nothing_can_be_written(self, museum: Museum, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(BadInput, match="cannot be written"):
            saved(museum, tmp_path, tmp_path / "file" / "a")


def test_the_command_says_what_is_there(kept: Path, tmp_path: Path) -> None:
    done = here("archive", kept, "--verify")
    assert (done.code, done.err) == (0, "")
    assert "Jobs         15" in done.out
    assert here("archive", kept, "--verify", "--json").json["whole"] is True
    assert here("archive", tmp_path / "nothing", "--verify").code == 2
    assert here("archive", tmp_path, "--verify").err.startswith(f"finetop: {tmp_path} is no archive")
