"""`finetop alerts`, and a recorder on a terminal that tells of a real job's end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.hook import Hook, hook
from commands import FINETOP, here
from terminal import terminal

SETTINGS = """
[profiles.local]
dialect = "local"

[alerts]
webhook = "{url}"
command = ["sh", "-c", "cat > '{out}'"]

[[alerts.rules]]
title = "team"
jobs = "model:big"
on = ["failed"]
ways = ["command"]
command = ["false"]
"""


@pytest.fixture
def room() -> Iterator[Hook]:
    with hook() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, room: Hook) -> dict[str, str]:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.format(url=room.url, out=tmp_path / "out"))
    return {"FINETOP_CONFIG": str(file)}


def test_each_way_is_proved(settings: dict[str, str], room: Hook, tmp_path: Path) -> None:
    done = here("alerts", "test", "--json", **settings)
    found = {one["way"]: (one["ok"], one["said"]) for one in done.json}
    host = room.url.split("/")[2]
    assert found["webhook"] == (True, f"{host} answered 200")
    assert found["command"] == (True, "sh ended with 0")
    assert found["command:team"] == (False, "failed: false ended with 1")
    assert done.code == 1
    assert [posted["event"] for posted in room.posted] == ["test"]
    assert room.posted[0].keys() <= here("schema", "alert").json["properties"].keys()
    assert '"event": "test"' in (tmp_path / "out").read_text()


def test_a_way_that_does_not_answer_is_told_by_the_exit_code(settings: dict[str, str], room: Hook) -> None:
    room.answers = [(503, {}), (404, {})]
    assert here("alerts", "test", "webhook", **settings).code == 75
    refused = here("alerts", "test", "webhook", **settings)
    assert refused.code == 3
    assert "secret-path" not in refused.out + refused.err


def test_a_way_that_is_not_set_up_is_named_with_the_nearest(settings: dict[str, str]) -> None:
    done = here("alerts", "test", "webhok", **settings)
    assert (done.code, done.err) == (
        2,
        "finetop: the way webhok is not set up\n  Use webhook.\n",
    )


def test_the_rules_are_listed_as_they_are_understood(settings: dict[str, str]) -> None:
    done = here("alerts", "list", "--json", **settings)
    assert [(rule["rule"], rule["jobs"], rule["ways"]) for rule in done.json["rules"]] == [
        ("all jobs", "", ["bell", "notify", "webhook", "command"]),
        ("team", "model:big", ["command:team"]),
    ]
    broken = here("alerts", "list", **settings, FINETOP_ALERTS_JOBS="modell:x")
    assert broken.code == 2
    assert "alerts, all jobs: in the query, at character 1" in broken.err


def test_a_bell_is_rung_where_one_looks_wherever_the_output_goes(settings: dict[str, str]) -> None:
    with terminal(
        "sh",
        "-c",
        f"{' '.join(FINETOP)} alerts test bell >/dev/null; {' '.join(FINETOP)} alerts test notify",
        environ={**settings, "TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x"},
    ) as seen:
        assert seen.ended() == 0
    assert (
        seen.written.count(b"\x1bPtmux;\x1b\x1b]9;finetop: this is a test of finetop's alerts\a\x1b\\") == 1
    )
    assert seen.written.count(b"\a") == 2
    assert b"allow-passthrough" in seen.written


def test_a_recorder_and_a_screen_each_tell_their_terminal_once(mine: dict[str, str], good: Path) -> None:
    environ = {**mine, "TERM_PROGRAM": "iTerm.app"}
    with (
        terminal(*FINETOP, "record", columns=200, environ=environ) as recorder,
        terminal(*FINETOP, environ=environ) as screen,
    ):
        recorder.until("live")
        screen.until("mine live")
        made = here(
            "jobs", "create", good, "--model", "tiny-bytes-1", "--suffix", "bell", "--wait", "--json", **mine
        )
        recorder.until("alert: bell is done")
        screen.until("bell is done")
        screen.press("q")
        assert screen.ended() == 0
        recorder.press("ctrl+c")
        assert recorder.ended() == 0
    for seen in (recorder, screen):
        assert seen.written.count(b"\a\x1b]9;finetop: bell is done") == 1
        assert seen.written.count(b"]9;") == 1
    listed = here("alerts", "list", "--json", **mine).json["alerts"]
    (alert,) = [alert for alert in listed if alert["job"]["id"] == made.json["id"]]
    assert {one["way"]: one["state"] for one in alert["deliveries"]} == {"bell": "told", "notify": "told"}
    known = here("schema", "alert").json["properties"]
    assert alert.keys() <= known.keys()
    assert alert["job"].keys() == known["job"]["properties"].keys()
    assert alert["deliveries"][0].keys() == known["deliveries"]["items"]["properties"].keys()


def test_a_job_can_be_left_out_by_its_id(mine: dict[str, str], good: Path) -> None:
    made = here("jobs", "create", good, "--model", "tiny-bytes-1", "--json", **mine)
    unwatched = here("alerts", "unwatch", made.json["id"], **mine)
    assert (unwatched.code, f"{made.json['id']}: nothing is told of it" in unwatched.err) == (0, True)
    wrong = here("alerts", "watch", made.json["id"][:-1], **mine)
    assert wrong.code == 2
    assert f"Use {made.json['id']}." in wrong.err


def test_the_news_since_a_visit_can_be_read_without_a_screen(mine: dict[str, str], good: Path) -> None:
    assert "nobody has looked here yet" in here("jobs", "news", **mine).err
    assert here("jobs", "news", "--seen", "--json", **mine).json == []
    made = here(
        "jobs", "create", good, "--model", "tiny-bytes-1", "--suffix", "night", "--wait", "--json", **mine
    )
    (one,) = here("jobs", "news", "--seen", "--json", **mine).json
    assert one.keys() == here("schema", "news").json["properties"].keys()
    assert (one["event"], one["job"], one["name"]) == ("done", made.json["id"], "night")
    assert "nothing has happened" in here("jobs", "news", **mine).err
