"""Several accounts in one list: one that is dead or silent holds nobody."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commands import examples
from finetop.actions.draft import Draft
from finetop.config import Paths, Profile
from finetop.session import Session
from finetop.store import Store
from server.running_server import RunningServer, serving, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with serving(tmp_path / "server") as running:
        yield running


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


@contextlib.contextmanager
def recording(
    folder: Path, *profiles: Profile, transport: httpx.MockTransport | None = None, **environ: str
) -> Iterator[Session]:
    paths = Paths(folder / "config.toml", folder / "data", folder / "state")
    store = Store(paths.store_file)
    session = Session(
        paths, profiles, store, environ={**os.environ, **environ}, start_local=False, transport=transport
    )
    session.start()
    try:
        yield session
    finally:
        session.close()
        store.close()


def test_the_good_one_is_fresh_beside_a_dead_a_silent_and_a_locked_one(
    tmp_path: Path, server: RunningServer, silent: str
) -> None:
    """Each with a state of its own; a job made at the good one is in the list at once."""
    profiles = (
        Profile("dead", base_url="http://127.0.0.1:9/v1"),
        Profile("silent", base_url=silent),
        Profile("locked", base_url=server.url, key_command=("sleep", "60")),
        Profile("unset", base_url=server.url, key_env="UNSET"),
        Profile("good", base_url=server.url, key_env="GOOD", pace_s=1),
    )
    with recording(tmp_path, *profiles, GOOD=server.api_key) as session:

        def states() -> dict[str, str]:
            return {state.name: state.state for state in session.states()}

        wait_for(lambda: states()["good"] == "ok", "contact with the good one")
        wait_for(lambda: (states()["dead"], states()["unset"]) == ("offline", "no key"), "the others' states")
        draft = Draft(
            "good", "tiny-bytes-1", examples(tmp_path / "train.jsonl"), hyperparameters={"n_epochs": 1}
        )
        key = session.create(draft).result(60)
        wait_for(
            lambda: any(
                row.status in {"running", "succeeded"} for row in session.store.jobs.rows(session.names)
            ),
            "news of the job in the list",
        )
        assert session.names[key.account] == "good"
        assert (states()["silent"], states()["locked"]) == ("never", "never"), "they are still waited for"


def test_what_a_profile_says_of_its_requests_reaches_the_server(tmp_path: Path) -> None:
    """As Azure wants it: the key in a header of its own, and a parameter in every address."""
    arrived: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        left = {"x-ratelimit-remaining-requests": "7", "x-ratelimit-limit-requests": "100"}
        return httpx.Response(200, headers=left, json={"object": "list", "data": [], "has_more": False})

    azure = Profile(
        "azure",
        base_url="https://res.openai.test/openai/v1",
        key_env="AZ",
        key_header="api-key",
        headers={"X-Team": "support"},
        query={"api-version": "preview"},
        project="p-1",
    )
    with recording(tmp_path, azure, transport=httpx.MockTransport(answer), AZ="az-1") as session:
        trial = session.test("azure").result(60)
        assert (trial.requests_left, trial.requests_limit, trial.has_jobs) == (7, 100, False)
        wait_for(lambda: session.states()[0].is_low, "the recorder's word that few requests are left")
    for request in arrived:
        assert str(request.url).startswith("https://res.openai.test/openai/v1/")
        assert request.url.params["api-version"] == "preview"
        shown = [
            request.headers.get(name) for name in ("api-key", "x-team", "openai-project", "authorization")
        ]
        assert shown == ["az-1", "support", "p-1", None]


def test_a_key_that_was_replaced_in_its_file_goes_on(tmp_path: Path, server: RunningServer) -> None:
    """A screen that is open for weeks outlives the keys it began with."""
    file = tmp_path / "key"
    file.write_text("sk-old")
    file.chmod(0o600)
    with recording(tmp_path, Profile("good", base_url=server.url, key_file=str(file))) as session:
        wait_for(lambda: session.states()[0].state == "refused", "the refusal of the old key")
        file.write_text(server.api_key)
        session.refresh()
        wait_for(lambda: session.states()[0].state == "ok", "the new key")


def test_a_command_gives_the_key_once_for_many_questions(tmp_path: Path, server: RunningServer) -> None:
    """It is run when it is needed first, and not again for each question."""
    script = f"echo run >> {tmp_path}/runs; echo {server.api_key}"
    profile = Profile("good", base_url=server.url, key_command=("sh", "-c", script))
    with recording(tmp_path, profile) as session:
        for answer in [session.test("good") for _ in range(5)]:
            assert answer.result(60).took_s >= 0
    assert (tmp_path / "runs").read_text() == "run\n"
    assert server.api_key.encode() not in (tmp_path / "data" / "finetop.db").read_bytes()


def test_without_its_key_a_profile_shows_what_it_knew_and_lets_others_ask(
    tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell where the key is not set: no row is lost, and it never stands in the way of who has the key."""
    monkeypatch.setattr("finetop.recorder.CANDIDACY_S", 0.05)
    server.create(server.upload(examples(tmp_path / "train.jsonl").read_bytes()))
    good = Profile("good", base_url=server.url, key_env="GOOD", pace_s=1)
    with recording(tmp_path, good, GOOD=server.api_key) as session:
        wait_for(lambda: session.store.jobs.rows(session.names), "the job")
    with recording(tmp_path, good) as keyless:
        (row,) = keyless.store.jobs.rows(keyless.names)
        assert row.profile == "good"
        wait_for(lambda: keyless.states()[0].state == "no key", "the complaint")
        with recording(tmp_path, good, GOOD=server.api_key) as session:
            assert session.accounts == keyless.accounts
            wait_for(lambda: keyless.states()[0].state == "ok", "news from the one who has the key")


def test_profiles_that_miss_different_keys_are_not_one_account(tmp_path: Path) -> None:
    """What is said of one would be told of the other."""
    place = "http://127.0.0.1:9/v1"
    profiles = (Profile("a", base_url=place, key_env="A"), Profile("b", base_url=place))
    with recording(tmp_path, *profiles) as session:
        wait_for(
            lambda: [state.state for state in session.states()] == ["no key", "offline"], "a state for each"
        )
