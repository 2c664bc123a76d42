"""Files, models, permissions and graders through the session, at a real server."""

from __future__ import annotations

import base64
import os
import tempfile
import threading
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from faulty import Faulty, World, lost_after, once
from finetop.actions import files
from finetop.config import Paths, Profile
from finetop.errors import ApiError, BadFile, BadInput, BadRequest, NotFound
from finetop.providers.local import Local
from finetop.session import Session
from finetop.store import Store
from server.running_server import RunningServer, examples, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    import httpx

    from finetop.models import Capabilities

PATIENCE_S = 60.0
GRADER = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(tmp_path_factory.mktemp("engine") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def tuned(server: RunningServer) -> dict[str, Any]:
    """A job that has succeeded."""
    file_id = server.upload(examples(12))
    job = server.create(file_id, suffix="lib", metadata={"team": "blue"}, seed=1)
    return server.wait(job["id"])


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "state")


@pytest.fixture
def session(server: RunningServer, paths: Paths) -> Iterator[Session]:
    """One account of the real server, also for reading only, spoken to as one speaks to a hosted one."""
    here = Profile("here", base_url=server.url, key_env="SHELF_KEY")
    profiles = (here, replace(here, name="looking", read_only=True, project="other"))
    environ = {**os.environ, "SHELF_KEY": server.api_key}
    opened = Session(paths, profiles, Store(paths.store_file), environ=environ, poll=False)
    opened.start()
    yield opened
    opened.close()
    opened.store.close()


def done(future: Future[Any]) -> Any:
    return future.result(PATIENCE_S)


@pytest.fixture
def training(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(examples(12, words=tmp_path.name))
    return path


class TestFiles:
    def test_from_the_disk_to_the_provider_and_back(
        self, session: Session, training: Path, tmp_path: Path
    ) -> None:
        assert done(session.already_there("here", training)) is None
        told: list[tuple[int, int]] = []
        arrival = done(
            session.upload("here", training, progress=lambda sent, all_: told.append((sent, all_)))
        )
        size_bytes = training.stat().st_size
        assert (arrival.reused, told[-1]) == (False, (size_bytes, size_bytes))
        done(session.wait_processed("here", arrival.file.id))
        assert arrival.file.id in [file.id for file in done(session.files("here"))]
        there = done(session.already_there("here", training))
        assert there.id == arrival.file.id
        assert done(session.upload("here", training)).reused
        back = done(session.download("here", arrival.file.id, tmp_path))
        assert (back.name, back.read_bytes()) == ("train (2).jsonl", training.read_bytes())
        assert done(session.file_lines("here", arrival.file.id, 2)) == training.read_text().splitlines()[:2]
        for most, is_whole in ((size_bytes, True), (50, False)):
            with tempfile.TemporaryFile() as into:
                assert done(session.fetch("here", arrival.file.id, into, most_bytes=most)) is is_whole
                into.seek(0)
                assert into.read() == training.read_bytes()[:most]
        assert arrival.file.id in [file.id for file in done(session.files("here", ""))]
        assert session.store.library.listed_at("files")
        done(session.delete_file("here", arrival.file.id))
        done(session.delete_file("here", arrival.file.id))  # twice does no harm
        with pytest.raises(NotFound):
            done(session.download("here", arrival.file.id, tmp_path))
        assert not done(session.upload("here", training)).reused

    def test_what_was_looked_at_whole_is_known_by_its_bytes(self, session: Session, training: Path) -> None:
        """Wherever it came from: jobs that learned from it are known to have learned from the same."""
        file = done(session.upload("here", training)).file
        done(session.files("here"))
        library, account = session.store.library, session.accounts["here"]
        (sha256,) = library.hashes(account, [file.id]).values()
        library.note_file_hash(account, file.id, "")
        for most in (50, training.stat().st_size):
            assert library.hashes(account, [file.id]) == {file.id: ""}
            with tempfile.TemporaryFile() as into:
                done(session.fetch("here", file.id, into, most_bytes=most))
        assert library.hashes(account, [file.id]) == {file.id: sha256}
        library.note_file_hash(account, file.id, "")
        done(session.know_bytes("here", [file.id, "file-nobody"], most_bytes=50))
        assert library.hashes(account, [file.id]) == {file.id: ""}, "it is larger"
        with session.store.database.write() as connection:
            connection.execute("update file set sha256 = null")
        done(session.know_bytes("here", [file.id, "file-nobody"], most_bytes=1 << 20))
        assert library.hashes(account, [file.id]) == {file.id: sha256}

    def test_the_same_bytes_can_be_sent_anew(self, session: Session, training: Path) -> None:
        one, two = (done(session.upload("here", training, anew=True)).file.id for _ in range(2))
        assert one != two

    def test_a_file_that_is_none_to_train_on_is_not_sent(self, session: Session, tmp_path: Path) -> None:
        bad = tmp_path / "bad.jsonl"
        bad.write_text("hello\n")
        with pytest.raises(BadFile, match="line 1"):
            done(session.upload("here", bad))

    def test_a_results_file_is_a_table(
        self, session: Session, tuned: dict[str, Any], server: RunningServer, tmp_path: Path
    ) -> None:
        results, _ = tuned["result_files"]
        lines = done(session.file_lines("here", results))
        assert lines[0].startswith("step,")
        path = done(session.download("here", results, tmp_path, name="mine.csv", decode=True))
        assert path == tmp_path / "mine.csv"
        raw = server.http.get(f"/files/{results}/content").content
        assert path.read_bytes() in {raw, base64.b64decode(raw) if b"," not in raw else raw}

    def test_cancelling_an_upload_stops_it(
        self, session: Session, server: RunningServer, tmp_path: Path
    ) -> None:
        path = tmp_path / "stopped.jsonl"
        path.write_bytes(examples(10, words="z" * 400_000))
        begun = threading.Event()
        going = threading.Event()

        def hold(_sent: int, _total: int) -> None:
            begun.set()
            going.wait(PATIENCE_S)

        sending = session.upload("here", path, progress=hold)
        assert begun.wait(PATIENCE_S)
        assert sending.cancel()
        going.set()
        with pytest.raises(CancelledError):
            done(sending)
        assert not sending.cancel(), "it has ended"
        assert "stopped.jsonl" not in [file["filename"] for file in server.get("/files")["data"]]
        assert session.store.journal.open(session.accounts["here"]) == []

    def test_a_download_cancelled_before_it_began_never_begins(
        self, session: Session, paths: Paths, tmp_path: Path
    ) -> None:
        unopened = Session(paths, session.profiles, session.store, poll=False)
        fetching = unopened.download("here", "file-1", tmp_path)
        assert fetching.cancel()
        assert fetching.cancelled()
        unopened.close()

    def test_ones_only_for_reading_change_nothing(self, session: Session, training: Path) -> None:
        for change in (
            session.upload("looking", training),
            session.delete_file("looking", "file-1"),
            session.delete_model("looking", "m"),
            session.permit("looking", "m", ["proj_a"]),
            session.forbid("looking", "m", "cp_1"),
        ):
            with pytest.raises(BadInput, match="for reading only"):
                done(change)


class SmallParts(Local):
    """The local dialect, where files of more than a kilobyte travel in parts of one."""

    capabilities: ClassVar[Capabilities] = Local.capabilities.model_copy(
        update={"parts_above_bytes": 1024, "part_bytes": 1024}
    )


@pytest.mark.parametrize("lost", ["nothing", "a part", "the completion"])
async def test_a_file_in_parts_arrives_whole(
    server: RunningServer, paths: Paths, training: Path, lost: str
) -> None:
    def is_lost(request: httpx.Request) -> bool:
        return request.url.path.endswith({"a part": "/parts", "the completion": "/complete"}.get(lost, "?"))

    content = examples(12, words=training.parent.name)
    store = Store(paths.store_file)
    here = World(server, store, Faulty(once(lost_after(is_lost))))
    here.provider = SmallParts(here.client)
    arrival = await files.uploaded(here.desk, training)
    assert server.http.get(f"/files/{arrival.file.id}/content").content == content
    assert (arrival.file.filename, arrival.reused) == ("train.jsonl", False)
    parts = sum(path.endswith("/parts") for _, path in here.network.asked)
    assert parts == -(-len(content) // 1024) + (lost == "a part")
    assert here.store.journal.open(here.account) == []
    await here.client.close()
    store.close()


class TestModels:
    def test_one_is_told_and_a_tuned_one_deleted(self, session: Session, server: RunningServer) -> None:
        job = server.create(server.upload(examples(12)), suffix="gone")
        name = server.wait(job["id"])["fine_tuned_model"]
        assert done(session.model("here", "tiny-bytes-1")).id == "tiny-bytes-1"
        assert done(session.model("here", name)).id == name
        done(session.models("here"))
        done(session.delete_model("here", name))
        assert name not in [model.id for model in session.store.library.models(session.accounts["here"])]
        assert name not in [model.id for model in done(session.models("here"))]
        done(session.delete_model("here", name))  # gone already is no failure
        with pytest.raises(NotFound):
            done(session.model("here", name))

    def test_a_base_model_stays(self, session: Session) -> None:
        with pytest.raises(ApiError):
            done(session.delete_model("here", "tiny-bytes-1"))
        assert "tiny-bytes-1" in [model.id for model in done(session.models("here"))]


def test_permissions_are_given_listed_and_taken_back(session: Session, tuned: dict[str, Any]) -> None:
    checkpoint = tuned["fine_tuned_model"]
    given = done(session.permit("here", checkpoint, ["proj_a", "proj_b"]))
    assert sorted(one.project_id for one in given) == ["proj_a", "proj_b"]
    listed = done(session.permissions("here", checkpoint))
    assert {one.id for one in listed} == {one.id for one in given}
    (only,) = done(session.permissions("here", checkpoint, "proj_a"))
    done(session.forbid("here", checkpoint, only.id))
    assert [one.project_id for one in done(session.permissions("here", checkpoint))] == ["proj_b"]
    with pytest.raises(NotFound):
        done(session.forbid("here", checkpoint, only.id))


class TestGraders:
    def test_one_is_validated(self, session: Session) -> None:
        assert done(session.validate_grader("here", GRADER))["operation"] == "eq"
        with pytest.raises(BadRequest):
            done(session.validate_grader("here", {**GRADER, "operation": "sounds like"}))

    @pytest.mark.parametrize(("said", "reward"), [("four", 1.0), ("five", 0.0)])
    def test_one_is_run(self, session: Session, said: str, reward: float) -> None:
        run = done(session.run_grader("here", GRADER, said, {"answer": "four"}))
        assert (run.reward, run.errors) == (reward, ())

    def test_one_the_server_cannot_run_is_refused(self, session: Session) -> None:
        python = {"type": "python", "name": "p", "source": "def grade(sample, item): return 1.0"}
        with pytest.raises(BadRequest):
            done(session.run_grader("here", python, "four"))


def test_jobs_are_listed_by_metadata(session: Session, tuned: dict[str, Any]) -> None:
    found = done(session.list_jobs("here", metadata={"team": "blue"}))
    assert [job.id for job in found] == [tuned["id"]]
    assert done(session.list_jobs("here", metadata={"team": "nobody"})) == []
    assert len(done(session.list_jobs("here"))) >= 1


def test_what_an_api_lacks_is_said_without_asking(session: Session, paths: Paths) -> None:
    old = Profile("old", dialect="openai-legacy", base_url="http://127.0.0.1:9/v1", key_env="SHELF_KEY")
    opened = Session(paths, (old,), session.store, environ={**os.environ, "SHELF_KEY": "k"}, poll=False)
    opened.start()
    for asked in (
        opened.permissions("old", "m"),
        opened.permit("old", "m", ["p"]),
        opened.validate_grader("old", GRADER),
        opened.run_grader("old", GRADER, "x"),
    ):
        with pytest.raises(BadInput, match=r"has no (permissions|graders)"):
            done(asked)
    opened.close()


def test_a_job_waits_for_nothing_where_its_file_is_processed(session: Session, training: Path) -> None:
    arrival = done(session.upload("here", training))
    said: list[str] = []
    done(session.wait_processed("here", arrival.file.id, said.append))
    assert said == []
