"""An archive is read as any provider is: into the store, without a key, and for reading only."""

from __future__ import annotations

import json
import math
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.conftest import Museum, session
from commands import here, until
from finetop.archive import loose
from finetop.archive.loose import items_in
from finetop.config import Profile
from finetop.errors import BadInput
from finetop.providers import archive, every_page, pages
from finetop.store import JobKey

if TYPE_CHECKING:
    from finetop.session import Session


def known(opened: Session, profile: str) -> dict[str, Any]:
    """Everything the store has of an account, but for the clocks of ours."""
    account = opened.accounts[profile]
    found = {}
    for id_ in opened.store.jobs.known(account):
        key = JobKey(account, id_)
        log = opened.store.events.whole(key)
        curves = opened.store.events.curves(key)
        found[id_] = (
            opened.store.jobs.get(key),
            opened.store.jobs.raw(key),
            log,
            opened.store.jobs.checkpoints(key),
            (curves.total_steps, curves.train_loss, curves.valid_loss, curves.rate, curves.more),
        )
    return found


def recorded(opened: Session, profile: str, jobs: int) -> dict[str, Any]:
    """What a recorder makes of an account whose jobs stand still."""
    account = opened.accounts[profile]
    jobs_of = opened.store.jobs
    until(lambda: len(jobs_of.known(account)) == jobs, "the list")
    until(lambda: not jobs_of.incomplete(account, 1, at_work=True), "the logs")
    return known(opened, profile)


def test_the_demo_is_read_back_as_it_was_told(museum: Museum, kept: Path, tmp_path: Path) -> None:
    """Jobs, logs, checkpoints and measurements are equal, and the bytes of the files."""
    with session(tmp_path / "live", museum.profile, museum=museum) as live:
        jobs = live.list_jobs("museum", 100).result(20)
        for job in jobs:
            live.events("museum", job.id).result(20)
            live.checkpoints("museum", job.id).result(20)
        told = known(live, "museum")
        results = {
            file.id: live.download("museum", file.id, tmp_path, name=file.id).result(20).read_bytes()
            for job in jobs
            for file in job.result_files
        }
    past = Profile("past", dialect="archive", path=str(kept))
    with session(tmp_path / "past", past, poll=True) as read:
        assert recorded(read, "past", len(jobs)) == told
        for id_, content in results.items():
            got = read.download("past", id_, tmp_path, name=f"{id_}.again").result(20)
            assert got.read_bytes() == content
        assert len(results) == 17
        assert [model.id for model in read.models("past").result(20)] == ["tiny-bytes-1"]
        assert {file.id for file in read.files("past").result(20)} >= {
            file.id for job in jobs for file in job.training_files
        }


def test_an_edition_is_read_once(kept: Path, tmp_path: Path, quick_pace: None) -> None:
    """What has changed on the disk is read again; what has not is not, not even by the next process."""
    folder = shutil.copytree(kept, tmp_path / "a")
    past = Profile("past", dialect="archive", path=str(folder))
    with session(tmp_path, past, poll=True) as opened:
        account = opened.accounts["past"]
        recorded(opened, "past", 15)
        edition = until(lambda: opened.store.accounts.edition(account), "the edition")
    with session(tmp_path, past, poll=True) as opened:
        clock = opened.store.now()
        opened.refresh()
        until(lambda: opened.store.accounts.contact(account).last_ok_at, "a look")
        assert opened.store.now() == clock
        lines = (folder / "jobs.jsonl").read_text().splitlines(keepends=True)
        changed = json.loads(lines[0])
        changed["job"]["suffix"] = "renamed"
        (folder / "jobs.jsonl").write_text("".join([json.dumps(changed) + "\n", *lines[1:]]))
        os.utime(folder / "jobs.jsonl", ns=(1, 1))
        opened.refresh()
        key = JobKey(account, changed["id"])
        until(lambda: getattr(opened.store.jobs.get(key), "suffix", "") == "renamed", "the change")
        until(lambda: opened.store.accounts.edition(account) != edition, "the new edition")


def test_a_damaged_archive_shows_what_it_still_tells(kept: Path, tmp_path: Path) -> None:
    """A line that cannot be read is a row or an event that says where it stands."""
    folder = shutil.copytree(kept, tmp_path / "a")
    jobs = (folder / "jobs.jsonl").read_text().splitlines()
    ids = [json.loads(line)["id"] for line in jobs]
    (folder / "jobs.jsonl").write_text("\n".join([jobs[0], jobs[1][:50], *jobs[2:]]) + "\n")
    events = (folder / "events.jsonl").read_bytes()
    first = json.loads(jobs[3])["events"]
    hole = first["at"] + 5
    (folder / "events.jsonl").write_bytes(events[:hole] + b"\x00" + events[hole + 1 : len(events) - 700])
    with session(tmp_path, Profile("past", dialect="archive", path=str(folder))) as opened:
        listed = opened.list_jobs("past", 100).result(20)
        assert {job.id for job in listed} > set(ids) - {ids[1]}
        (odd,) = [job for job in listed if job.unreadable]
        assert odd.unreadable is not None
        assert odd.unreadable.startswith("line 2: ")
        line = events[:hole].count(b"\n") + 1
        told = [event.message for event in opened.events("past", ids[3]).result(20)]
        assert any(f"events.jsonl, line {line:,}: " in words for words in told)
        assert len(told) == first["lines"]
        lost = opened.events("past", ids[-1]).result(20)[-1].message
        assert "events.jsonl ends before this log does" in lost or "events.jsonl, line" in lost


def test_an_archive_takes_no_orders(kept: Path, tmp_path: Path) -> None:
    with session(tmp_path, Profile("past", dialect="archive", path=str(kept))) as opened:
        job = opened.list_jobs("past", 1).result(20)[0]
        key = JobKey(opened.accounts["past"], job.id)
        assert opened.why_not("past", "cancel") == "past is for reading only."
        file = tmp_path / "train.jsonl"
        file.write_text('{"messages": []}\n')
        for order in (
            lambda: opened.cancel(key),
            lambda: opened.upload("past", file),
            lambda: opened.delete_file("past", "file-1"),
            lambda: opened.delete_model("past", "m"),
            lambda: opened.chat("past", "m", "hello"),
            lambda: opened.validate_grader("past", {}),
        ):
            with pytest.raises(BadInput):
                order().result(20)


JOBS = [
    {"object": "fine_tuning.job", "id": "ftjob-1", "status": "succeeded", "created_at": 100, "model": "m"},
    {"object": "fine-tune", "id": "ft-2", "status": "pending", "created_at": 300, "events": [
        {"object": "fine-tune-event", "created_at": 301, "message": "Created fine-tune: ft-2"},
    ]},
    {"object": "fine_tuning.job", "id": "ftjob-3", "status": "running", "created_at": 200},
]  # fmt: skip
FORMS = {
    "lines": "\n".join(map(json.dumps, JOBS)),
    "array": json.dumps(JOBS),
    "page": json.dumps({"object": "list", "data": JOBS, "has_more": False}),
    "pages": "\n".join(json.dumps({"object": "list", "data": [job]}) for job in JOBS),
    "laid out": json.dumps(JOBS, indent=2),
    "page laid out": json.dumps({"object": "list", "has_more": True, "data": JOBS, "last_id": "x"}, indent=1),
    "one after another": "\n".join(json.dumps(job, indent=2) for job in JOBS),
    "an item a line": "[\n" + ",\n".join(map(json.dumps, JOBS)) + "\n]\n",
    "with a mark": "\ufeff" + json.dumps(JOBS),
    "lines with a mark": "\ufeff" + "\r\n\r\n".join(map(json.dumps, JOBS)),
}


def test_a_loss_that_diverged_is_printed_as_a_word(tmp_path: Path) -> None:
    """JSON has no word for it, and many programs write one all the same."""
    path = tmp_path / "jobs.json"
    point = {"id": "c1", "step_number": 1, "metrics": {"train_loss": math.nan}}
    path.write_text(json.dumps([{**JOBS[0], "checkpoints": [point]}]))
    (told,) = here("--archive", path, "jobs", "checkpoints", "ftjob-1", "--json").json
    assert told["metrics"] == {"train_loss": "NaN"}
    (kept,) = here("--archive", path, "jobs", "get", "ftjob-1", "--json").json["checkpoints"]
    assert {**kept, "advised": False} == told


@pytest.mark.parametrize("form", FORMS)
def test_any_file_of_jobs_is_read(form: str, tmp_path: Path) -> None:
    """Of either kind, in any form, the newest first; the log inside a legacy job is its log."""
    path = tmp_path / "old jobs.json"
    path.write_text(FORMS[form], "utf-8")
    found = here("--archive", path, "jobs", "list", "--json").json
    assert [job["id"] for job in found] == ["ft-2", "ftjob-3", "ftjob-1"]
    assert found[0]["profile"] == "old-jobs"
    events = here("--archive", path, "jobs", "events", "ft-2", "--json").json
    assert [event["message"] for event in events] == ["Created fine-tune: ft-2"]


def test_what_is_printed_can_be_looked_at_again(kept: Path, tmp_path: Path) -> None:
    """Our own JSON is one of the forms, as are an archive's lines by themselves."""
    listed = here("--archive", kept, "jobs", "list", "--json")
    (tmp_path / "archive.json").write_text(listed.out)
    again = here("--archive", tmp_path / "archive.json", "jobs", "list", "--json").json
    assert [job["id"] for job in again] == [job["id"] for job in listed.json]
    assert [job["status"] for job in again] == [job["status"] for job in listed.json]
    alone = here("--archive", kept / "jobs.jsonl", "jobs", "list", "--json").json
    assert [job["status"] for job in alone] == [job["status"] for job in listed.json]


def test_what_is_no_job_has_a_row_that_says_why(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    event = {"object": "fine_tuning.job.event", "id": "e1", "message": "hello"}
    path.write_text(
        "\n".join([json.dumps(JOBS[0]), '{"id": "x", ', json.dumps(event), "17", json.dumps(JOBS[2])])
    )
    found = here("--archive", path, "jobs", "list", "--json").json
    assert [job["id"] for job in found][:2] == ["ftjob-3", "ftjob-1"]
    assert sorted(job["unreadable"] for job in found[2:]) == [
        "line 2: expecting property name enclosed in double quotes at character 12",
        "line 3: this is of the kind fine_tuning.job.event, not a job",
        "line 4: this is no JSON object, so it is no job",
    ]


def test_a_person_is_told_what_cannot_be_read_and_where_there_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(json.dumps(JOBS[0]) + '\n{"id": "x\n')
    done = here("--archive", path, "jobs", "list")
    assert "1 of these could not be read; --columns job,error says why" in done.err
    shown = here("--archive", path, "jobs", "list", "--columns", "job,error")
    assert "line 2: invalid control character at character 10" in shown.out
    path.write_text("")
    assert f"no jobs in {path}" in here("--archive", path, "jobs", "list").err


def test_a_path_without_jobs_is_named(tmp_path: Path) -> None:
    """A slip of the finger is told at once; a profile's disk may only not be there just now."""
    done = here("--archive", tmp_path / "nothing", "jobs", "list")
    assert (done.code, f"{tmp_path / 'nothing'}: there is no such file or folder" in done.err) == (2, True)
    done = here("--archive", tmp_path, "jobs", "list")
    assert (done.code, f"{tmp_path}: there is no jobs.jsonl in it" in done.err) == (4, True)
    assert here("--archive", tmp_path, "--profile", "x", "jobs", "list").code == 2
    lost = Profile("lost", dialect="archive", path=str(tmp_path / "disk"))
    with session(tmp_path, lost, poll=True) as opened:
        account = opened.accounts["lost"]
        until(lambda: opened.store.accounts.contact(account).state == "offline", "the lost disk")


async def test_a_very_long_list_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 10)
    monkeypatch.setattr(archive, "MOST_PAGES", 10)
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(json.dumps({"id": f"j{number}"}) + "\n" for number in range(500)))
    there = archive.Archive.at(path, "past")
    found: list[str] = []
    async for page in every_page(lambda after: there.list_jobs(after=after, limit=5)):
        found += [job.id for job, _ in page.items]
    await there.close()
    assert len(set(found)) == len(found) == 500


def test_a_list_in_one_long_line_is_read_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most programs write a list so, and a large one has no room in memory."""
    monkeypatch.setattr(loose, "CHUNK", 100)
    path = tmp_path / "jobs.json"
    for words in (FORMS["array"], FORMS["page"]):
        path.write_text(words)
        assert [item.value for item in items_in(path)] == JOBS
    path.write_text(FORMS["array"][:-20])
    *whole, last = items_in(path)
    assert [item.value for item in whole] == JOBS[:2]
    assert "nothing after it can be read" in last.error or "breaks off" in last.error


@given(data=st.data())
def test_no_file_is_too_odd(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever is cut off or put in, every whole line before it is found, and the rest is told."""
    form = data.draw(st.sampled_from(sorted(FORMS)))
    words = FORMS[form].encode()
    at = data.draw(st.integers(0, len(words)))
    odd = words[:at] + data.draw(st.binary(max_size=8)) + words[at + data.draw(st.integers(0, 40)) :]
    path = tmp_path_factory.mktemp("odd", numbered=True) / "jobs"
    path.write_bytes(odd)
    found = list(items_in(path))
    assert all((item.value is None) == bool(item.error) and item.line > 0 for item in found)
    if form == "lines":
        whole = words[:at].count(b"\n")
        assert [item.value for item in found[:whole]] == JOBS[:whole]
