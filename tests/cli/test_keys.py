"""`finetop keys`: what can be done by which key, and what is wrong with keys of one's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from commands import here
from terminal import terminal


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("FINETOP_CONFIG", str(file))
    return file


def test_every_action_with_its_keys_and_its_id(settings: Path) -> None:
    done = here("keys")
    assert done.code == 0
    assert done.err == ""
    (cancel,) = (line for line in done.out.splitlines() if "job.cancel" in line)
    assert cancel.split()[:2] == ["x", "job.cancel"]
    lines = {line["id"]: line for line in here("keys", "--json").json}
    assert lines["app.help"]["keys"] == lines["app.help"]["default_keys"] == ["?", "f1"]
    assert "the events" in lines["job.cancel"]["places"]
    assert lines["events.follow"]["places"] == ["the events"]
    assert lines["app.help"].keys() == here("schema", "key").json["properties"].keys()


def test_keys_of_ones_own(settings: Path) -> None:
    """With and without quotes around the id; a list, several in one text, or none."""
    settings.write_text(
        '[keys]\npreset = "plain"\njob.cancel = "ctrl+x, f9"\n"job.try" = ["I"]\n"pane.full" = ""\n'
    )
    changed = {line["id"]: line for line in here("keys", "--changed", "--json").json}
    assert changed["job.cancel"]["keys"] == ["ctrl+x", "f9"]
    assert changed["job.try"]["keys"] == ["I"]
    assert changed["pane.full"]["keys"] == []
    assert changed["app.help"]["keys"] == ["f1"]
    assert "events.follow" not in changed
    assert "f9 *" in here("keys").out
    assert here("config", "check").code == 0


def test_every_mistake_has_its_line(settings: Path) -> None:
    settings.write_text(
        "[keys]\n"
        '"job.cancl" = "f9"\n'
        '"job.cancel" = "alt+x"\n'
        '"job.delete" = "w"\n'
        '"events.follow" = "w"\n'
        '"app.help" = ""\n'
        '"data.pause" = "nokey"\n'
        '"form.create" = "s"\n'
        '"app.quit_at_once" = "f3"\n'
        '"job.pause" = 3\n'
        '"job.resume" = "ctrl+i"\n'
    )
    done = here("config", "check")
    said = [line.removeprefix(f"{settings}, line ") for line in done.out.splitlines()[::2]]
    assert done.code == 2
    assert said == [
        "2: there is no action job.cancl",
        "3: job.cancel: alt is kept by most terminals",
        "5: in the events w is both job.delete and events.follow",
        "6: app.help must have a key",
        "7: data.pause: 'nokey' is no key",
        "8: form.create: s would be typed into the field",
        "9: app.quit_at_once always has ctrl+q",
        "10: job.pause cannot be 3",
        "11: job.resume: ctrl+i arrives as tab",
    ]
    assert "Use job.cancel." in done.out


def test_what_one_key_takes_from_another_is_told(settings: Path) -> None:
    """That is no mistake; nor is a key that something may keep for itself."""
    settings.write_text('[keys]\n"job.try" = "r"\n"job.alert" = "ctrl+b"\n"job.cancel" = "w"\n')
    done = here("config", "check")
    assert done.code == 0
    assert "line 2: job.try takes r from data.refresh in the jobs list and the detail." in done.err
    assert "line 4: job.cancel takes w from events.wrap. The palette has it still." in done.err
    assert "line 3: job.alert: ctrl+b is the prefix of tmux." in done.err


def test_what_the_terminal_sends_is_shown(settings: Path) -> None:
    """A key that types, a function key, esc alone, one that nothing has; until one came three times."""
    command = (sys.executable, "-m", "finetop", "keys", "--test")
    with terminal(*command, environ=dict(os.environ)) as shown:
        shown.until("Press keys")
        for sent, told in (
            ("x", r"^x +x +Cancel this job"),
            ("\x1bOP", r"^f1 +\\x1bOP +Show these keys"),
            ("\x1b", r"^esc +\\x1b +One step back .the jobs list and others."),
            ("\x02", r"^ctrl\+b +\\x02 +nothing; it may be the prefix of tmux"),
        ):
            shown.type(sent)
            shown.until(told)
        shown.type("www")
        assert shown.ended() == 0
