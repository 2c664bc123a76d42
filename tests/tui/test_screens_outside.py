"""The screen steps aside for an editor and for the shell, on a real terminal, and comes back."""

from __future__ import annotations

import os
import shlex
import signal
from typing import TYPE_CHECKING

import pytest

from commands import FINETOP, until
from drivers import PROFILES, STORY, fill, house
from policy import at_work_in
from terminal import Terminal, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.config import Paths

EDITOR = """#!/bin/sh
trap 'echo not-me' INT
case $(stat -c %a "$1" 2>/dev/null || stat -f %Lp "$1") in 400) echo reading $(basename "$1") ;; esac
head -n 4 "$1"
kill -TSTP 0
echo going on
while ! read -r answer; do :; done
exit "$answer"
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = house(tmp_path)
    fill(found, [told for told in STORY if told.profile == "local"], PROFILES[1:])
    editor = tmp_path / "my editor"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    return found


def environ(paths: Paths) -> dict[str, str]:
    return {
        "FINETOP_CONFIG": str(paths.config_file),
        "FINETOP_DATA": str(paths.data_dir),
        "FINETOP_STATE": str(paths.state_dir),
        "VISUAL": shlex.quote(str(paths.config_file.parent / "my editor")),
        "TMPDIR": str(paths.config_file.parent),
        "PS1": "shell> ",
    }


def shows(opened: Terminal) -> None:
    """The screen is up and answers."""
    opened.until("1 Jobs")
    opened.until("tickets-v2")
    opened.press("?")
    opened.until("Keys in the jobs list")
    opened.press("esc")
    opened.until_gone("Keys in the jobs list")


def edit(opened: Terminal, code: int) -> None:
    """The editor has the terminal, ctrl+c too, until it ends."""
    opened.press("e")
    opened.until("reading ftjob-")
    opened.until('"id": "ftjob-')
    opened.until("Stopped")
    opened.type("fg\r")
    opened.until("going on")
    opened.press("ctrl+c")
    opened.until("not-me")
    opened.type(f"{code}\r")
    shows(opened)


def test_an_editor_and_the_shell_get_the_terminal_and_give_it_back(paths: Paths, tmp_path: Path) -> None:
    with terminal("bash", "--norc", "--noprofile", "-i", environ=environ(paths)) as opened:
        opened.until("shell>")
        opened.type(shlex.join([*FINETOP, "--profile", "local"]) + "\r")
        shows(opened)
        edit(opened, code=0)
        opened.type("\x1a")
        opened.until("Stopped")
        opened.type("echo in the $((1 + 1))nd shell\r")
        opened.until("in the 2nd shell")
        opened.type("fg\r")
        shows(opened)
        edit(opened, code=3)
        assert not list(tmp_path.glob("finetop-*")), "what was shown is gone"
        opened.press("q")
        opened.until("^shell>")
        opened.type("echo again in $((1 + 2))\r")
        opened.until("again in 3")
        assert not at_work_in(tmp_path)


def test_an_end_from_outside_ends_the_editor_too(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "my editor").write_text("#!/bin/sh\necho reading\nexec sleep 100\n")
    with terminal(*FINETOP, "--profile", "local", environ=environ(paths)) as opened:
        opened.until("tickets-v2")
        opened.type("\x1a")
        opened.until("There is no shell to go back to")
        assert opened.written.count(b"\x1b[?1003h") == opened.written.count(b"\x1b[?1003l") + 2
        opened.type(":leave it to\r")
        opened.until("The terminal has the mouse")
        assert b"\x1b[?1003l" in opened.written
        opened.press("e")
        opened.until("reading")
        os.kill(opened.process.pid, signal.SIGTERM)
        assert opened.ended() == 128 + signal.SIGTERM
        assert "\x1b[?1049l" in opened.written.decode(), "the terminal is given back"
    assert (paths.state_dir / "remembered.json").stat().st_mode & 0o777 == 0o600
    until(lambda: not at_work_in(tmp_path), "the end of the editor")
