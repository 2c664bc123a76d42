"""The ways out: a real webhook, real commands, and what a terminal is told."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.hook import Hook, hook
from alerts.jobs import AlertRule, AlertSettings, House
from cloud import Cloud
from commands import alive, until
from finetop.alerts import judging
from finetop.alerts.herald import Herald
from finetop.config import Paths, Profile
from finetop.session import Session
from finetop.store import Store
from stage import HOSTILE

SCRIPT = 'cat > "$OUT.json" && env > "$OUT.env" && echo told >> "$OUT.told"'


@pytest.fixture
def room() -> Iterator[Hook]:
    with hook() as opened:
        yield opened


def states(house: House) -> list[tuple[str, str]]:
    return [(delivery.state, delivery.message) for delivery in house.known()]


def kept(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("finetop.db*"))


def kept_in(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def test_a_webhook_gets_it_once_and_its_address_stays_secret(tmp_path: Path, room: Hook) -> None:
    house = House(tmp_path, AlertSettings(ways=("webhook",), webhook_env="ROOM"), ROOM=room.url)
    house.turns("a", "running", "failed", error={"message": "odd <!channel> @everyone"})
    house.judged()
    assert [await house.courier.deliver([1]) for _ in range(2)] == [1, 0]
    (posted,) = room.posted
    assert (posted["event"], posted["job"]["id"], posted["profile"]) == ("failed", "a", "acme")
    assert posted["text"] == posted["content"] == "a failed: odd ‹!channel› (at)everyone"
    assert posted["job"]["reason"] == "odd <!channel> @everyone"
    host = room.url.split("/")[2]
    assert states(house) == [("delivered", f"{host} answered 200")]
    house.close()
    assert b"secret-path" not in kept(tmp_path)


async def test_what_fails_in_passing_is_sent_again_and_what_is_refused_is_told(
    tmp_path: Path, room: Hook
) -> None:
    house = House(tmp_path, AlertSettings(ways=("webhook",), webhook=room.url))
    house.turns("a", "running", "failed")
    house.judged()
    room.answers += [(503, {}), (429, {"retry-after": "90"}), (302, {"location": "http://127.0.0.1:9/"})]
    waits = []
    for _ in range(3):
        assert await house.courier.deliver([1]) == 1
        assert await house.courier.deliver([1]) == 0
        next_at = house.store.alerts.next_at([1])
        waits.append(None if next_at is None else next_at - house.now)
        house.now = next_at or house.now
    assert waits == [5.0, 90.0, None]
    assert states(house) == [("failed", f"{room.url.split('/')[2]} answered 302")]
    assert len(room.posted) == 3
    house.close()


async def test_what_a_wrong_clock_has_put_off_for_years_is_sent_once_the_clock_is_right(
    tmp_path: Path, room: Hook
) -> None:
    house = House(tmp_path, AlertSettings(ways=("webhook",), webhook=room.url))
    start = house.now
    house.now += 3 * 365 * 24 * 3600
    house.turns("a", "running", "failed")
    house.judged()
    room.answers += [(503, {})]
    assert await house.courier.deliver([1]) == 1
    house.now = start
    assert await house.courier.deliver([1]) == 1
    assert [state for state, _ in states(house)] == ["delivered"]
    house.close()


async def test_a_command_gets_the_facts_where_nothing_can_be_read_as_a_word_of_it(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    settings = AlertSettings(ways=("command",), command=("sh", "-c", SCRIPT))
    house = House(tmp_path, settings, OUT=str(out), PATH=os.environ["PATH"])
    evil = "$(touch here); `id` \x00'\"\n" + HOSTILE.replace("\ud800", "")
    house.turns("a", "running", "failed", error={"message": evil}, suffix="--flag")
    house.judged()
    assert [await house.courier.deliver([1]) for _ in range(2)] == [1, 0]
    assert states(house) == [("delivered", "sh ended with 0")]
    assert out.with_suffix(".told").read_text() == "told\n"
    told = json.loads(out.with_suffix(".json").read_text())
    assert told["job"]["reason"].startswith("$(touch here)")
    lines = out.with_suffix(".env").read_text().splitlines()
    told_env = dict(line.split("=", 1) for line in lines if line.startswith("FINETOP_ALERT_"))
    assert told_env["FINETOP_ALERT_EVENT"] == "failed"
    assert told_env["FINETOP_ALERT_JOB_NAME"] == "--flag"
    assert told_env["FINETOP_ALERT_REASON"].startswith("$(touch here); `id`")
    assert all(value.isprintable() for value in told_env.values())
    assert not (Path.cwd() / "here").exists()
    house.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sh", "-c", "echo no mail here >&2; exit 3"), "sh ended with 3: no mail here"),
        (("no-such-program",), "no-such-program cannot be started: No such file or directory"),
        (("sh", "-c", "sleep 60 & wait"), "sh took longer than 0.2 s, and was ended"),
    ],
)
async def test_a_command_that_fails_is_told_after_three_tries(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    settings = AlertSettings(ways=("command",), command=words, command_timeout_s=0.2)
    house = House(tmp_path, settings, PATH=os.environ["PATH"])
    house.turns("a", "running", "failed")
    house.judged()
    for _ in range(3):
        assert await house.courier.deliver([1]) == 1
        house.now += 60
    assert await house.courier.deliver([1]) == 0
    assert states(house) == [("failed", said)]
    heard = Herald(house.store, [1], "off", clock=lambda: house.now)
    heard._seq = 0
    told = heard.listen()
    assert told is not None
    assert told.sentence == f"not told by command: {said} (a failed)"
    house.close()


async def test_who_ends_in_the_middle_of_a_command_leaves_it_to_the_next(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    words = ("sh", "-c", f'echo $$ > "{begun}"; sleep 60; echo')
    house = House(tmp_path, AlertSettings(ways=("command",), command=words), PATH=os.environ["PATH"])
    house.turns("a", "running", "failed")
    house.judged()
    task = asyncio.create_task(house.courier.deliver([1]))
    await asyncio.to_thread(until, lambda: kept_in(begun), "the command")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    until(lambda: not alive(int(kept_in(begun))), "the command's end")
    assert states(house) == [("due", "")]
    house.close()


def test_killed_between_the_ledger_and_the_delivery_it_is_delivered_all_the_same(tmp_path: Path) -> None:
    """The command kills finetop with -9 the first time, when it has been taken up and not settled."""
    out = tmp_path / "out"
    words = ("sh", "-c", f'echo told >> "{out}"; test -e "{out}.second" || kill -9 $PPID')
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from alerts.jobs import AlertSettings, House\n"
        f"house = House(Path({str(tmp_path)!r}), AlertSettings(ways=('command',), command={words!r}))\n"
        "house.environ['PATH'] = '/usr/bin:/bin'\n"
        "house.turns('a', 'running', 'failed')\n"
        "house.judged()\n"
        "asyncio.run(house.courier.deliver([1]))\n"
    )
    run = [sys.executable, "-c", code]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    first = subprocess.run(run, env=environ, check=False)
    assert first.returncode == -9
    (tmp_path / "out.second").touch()
    second = subprocess.run(run, env=environ, check=False)  # its job ends again; that is one more
    assert second.returncode == 0
    assert out.read_text() == "told\n" * 3
    store = Store(tmp_path / "finetop.db")
    assert {delivery.state for delivery in store.alerts.recent([1], 9)} == {"delivered"}
    store.close()


def test_two_processes_that_deliver_at_once_tell_each_thing_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("sh", "-c", f'echo "$FINETOP_ALERT_JOB_ID" >> "{out}"')
    house = House(tmp_path, AlertSettings(ways=("command",), command=words))
    jobs = [f"j{number}" for number in range(12)]
    for id_ in jobs:
        house.turns(id_, "running", "failed")
    house.judged()
    house.close()
    code = (
        "import asyncio, os; from pathlib import Path\n"
        "from alerts.jobs import AlertSettings, House\n"
        f"house = House(Path({str(tmp_path)!r}), AlertSettings(ways=('command',), command={words!r}),\n"
        "              PATH=os.environ['PATH'])\n"
        "house.now += 60\n"
        "asyncio.run(house.courier.deliver([1]))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    racers = [subprocess.Popen([sys.executable, "-c", code], env=environ) for _ in range(2)]
    assert [racer.wait(60) for racer in racers] == [0, 0]
    assert sorted(out.read_text().split()) == sorted(jobs)


def test_a_session_tells_while_nobody_looks(
    tmp_path: Path, room: Hook, quick_pace: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the provider's answer to the webhook and the command, once each, beside a second session."""
    monkeypatch.setattr(judging, "WORKING_S", 0.0)
    cloud = Cloud()
    cloud.job("a")
    cloud.job("old", "failed", finished_at=1)
    cloud.job("quiet")
    cloud.step("quiet", *range(1, 9))  # weeks ago, as its server tells
    out = tmp_path / "out"
    settings = AlertSettings(
        webhook=room.url,
        rules=(AlertRule(title="mine", ways=("command",), command=("sh", "-c", SCRIPT)),),
    )
    paths = Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "state")
    profile = Profile("acme", base_url="https://cloud.test/v1")
    stores = [Store(paths.store_file) for _ in range(2)]
    sessions = [
        Session(
            paths,
            (profile,),
            store,
            transport=httpx.MockTransport(cloud),
            environ={"OUT": str(out), "PATH": os.environ["PATH"]},
            alerts=settings,
        )
        for store in stores
    ]
    try:
        for session in sessions:
            session.start()
        until(lambda: room.posted, "the silence")
        cloud.job("a", "failed", error={"message": "no"})
        sessions[0].refresh()
        until(
            lambda: (
                len(room.posted) == 2
                and out.with_suffix(".told").exists()
                and {delivery.state for delivery in stores[0].alerts.recent([1], 9)} <= {"delivered", "told"}
            ),
            "both ways",
        )
    finally:
        for session, store in zip(sessions, stores, strict=True):
            session.close()
            store.close()
    assert [posted["event"] for posted in room.posted] == ["silent", "failed"]
    assert room.posted[0]["text"].startswith("quiet has said nothing for ")
    assert room.posted[1]["text"] == "a failed: no"
    assert out.with_suffix(".told").read_text() == "told\n" * 2


def test_a_fault_of_ours_is_told_and_the_recorder_goes_on(
    tmp_path: Path, quick_pace: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("a slip")

    monkeypatch.setattr(judging.Judge, "judge", broken)
    cloud = Cloud()
    cloud.job("a")
    paths = Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "state")
    store = Store(paths.store_file)
    profile = Profile("acme", base_url="https://cloud.test/v1")
    session = Session(paths, (profile,), store, transport=httpx.MockTransport(cloud), environ={})
    try:
        session.start()
        until(lambda: "a slip" in session.alert_fault, "the fault")
        until(lambda: store.jobs.rows({1: "x"}), "the job")
    finally:
        session.close()
        store.close()


class TestHerald:
    """What a terminal is told: at once, then together."""

    def test_it_rings_and_notifies_once(self, tmp_path: Path) -> None:
        house = House(tmp_path)
        herald = self.herald(house, TERM_PROGRAM="iTerm.app")
        house.turns("a", "running", "failed")
        house.judged()
        told = herald.listen()
        assert told is not None
        assert (told.sentence, told.role) == ("a failed", "bad")
        assert told.sequence == "\a\x1b]9;finetop: a failed\a"
        house.now += 60
        assert herald.listen() is None
        house.close()

    def test_many_at_once_are_told_together(self, tmp_path: Path) -> None:
        house = House(tmp_path)
        herald = self.herald(house, TERM_PROGRAM="iTerm.app")
        for number in range(3):
            house.turns(f"j{number}", "running", "succeeded")
            house.judged()
        told = herald.listen()
        assert told is not None
        assert told.sentence == "3 alerts: j0 is done, j1 is done, j2 is done"
        assert told.sequence.count("\a") == 2
        house.turns("late", "running", "failed")
        house.judge.judge(1, {})
        told = herald.listen()
        assert told is not None
        assert (told.news, told.sequence) == (("late failed",), "")  # the last bell has hardly faded
        assert herald.listen() is None
        house.now += 11
        told = herald.listen()
        assert told is not None
        assert (told.news, told.sentence) == ((), "late failed")
        assert told.sequence == "\a\x1b]9;finetop: late failed\a"
        assert herald.listen() is None
        house.close()

    def test_a_clock_that_was_set_back_owes_no_bell(self, tmp_path: Path) -> None:
        house = House(tmp_path)
        herald = self.herald(house)
        house.turns("a", "running", "failed")
        house.judged()
        assert herald.listen() is not None
        house.now -= 3600
        house.turns("b", "running", "failed")
        house.judged()
        told = herald.listen()
        assert told is not None
        assert told.sequence.startswith("\a")
        house.close()

    def test_what_was_raised_before_is_not_told_again(self, tmp_path: Path) -> None:
        house = House(tmp_path)
        house.turns("a", "running", "failed")
        house.judged()
        assert self.herald(house).listen() is None
        house.close()

    def herald(self, house: House, **environ: Any) -> Herald:
        return Herald(house.store, [1], "auto", environ=environ, clock=lambda: house.now)
