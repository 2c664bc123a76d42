"""How a text gets to the clipboard of the person who sits there, and what is said of it."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finetop.tui.clipboard import MOST_OSC52, Copied, osc52, pasteable, put, said, ways
from finetop.tui.surroundings import has_desktop, with_news

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL = ("pbcopy", "wl-copy", "xclip", "xsel", "clip.exe", "tmux")
SSH = {"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22", "TERM": "xterm-256color"}
TMUX = {"TMUX": "/tmp/tmux-1000/default,12,0", "TERM": "tmux-256color"}


@pytest.mark.parametrize(
    ("environ", "platform", "there", "expected"),
    [
        ({"TERM": "xterm-256color"}, "darwin", ALL, ["pbcopy", "the terminal"]),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "darwin", ALL, ["pbcopy"]),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ALL,
         ["wl-copy", "xclip", "xsel", "the terminal"]),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ("xsel",), ["xsel", "the terminal"]),
        ({"WSL_DISTRO_NAME": "Ubuntu"}, "linux", ALL, ["clip.exe", "the terminal"]),
        ({}, "linux", ALL, ["the terminal"]),
        ({"TERM": "linux"}, "linux", ALL, []),
        (TMUX, "linux", ALL, ["tmux", "the terminal"]),
        ({**TMUX, "DISPLAY": ":0"}, "linux", ALL, ["xclip", "xsel", "tmux", "the terminal"]),
        ({**SSH, "DISPLAY": "localhost:10.0"}, "linux", ALL, ["the terminal"]),
        (SSH, "darwin", ALL, ["the terminal"]),
        ({**SSH, **TMUX}, "linux", ALL, ["tmux", "the terminal"]),
        ({**SSH, **TMUX}, "linux", (), ["the terminal"]),
    ],
)  # fmt: skip
def test_what_is_tried_follows_from_where_one_sits(
    environ: Mapping[str, str], platform: str, there: tuple[str, ...], expected: list[str]
) -> None:
    def find(name: str) -> str | None:
        return name if name in there else None

    assert [way.name for way in ways(environ, 10, platform, find)] == expected
    without = [name for name in expected if name != "the terminal"]
    assert [way.name for way in ways(environ, MOST_OSC52 + 1, platform, find)] == without


def test_the_sequence_reaches_the_outermost_terminal() -> None:
    plain = osc52("grüße", {})
    coded = plain.removeprefix("\x1b]52;c;").removesuffix("\x07")
    assert base64.b64decode(coded).decode() == "grüße"
    assert osc52("grüße", TMUX) == f"\x1bPtmux;\x1b{plain}\x1b\\"
    pieces = osc52("x" * 1000, {"STY": "12.pts-0"}).split("\x1b\\")
    assert max(map(len, pieces)) <= 256
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == osc52("x" * 1000, {})


def test_what_is_copied_commands_nothing_where_it_is_pasted() -> None:
    assert pasteable("a\x1b[201~\trm\r\nb\rc\x00\x9b\ud800é") == "a[201~\trm\nb\ncé"


def program(folder: Path, name: str, does: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def test_one_way_after_the_other_until_one_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    program(programs, "wl-copy", "exit 1")
    program(programs, "xclip", f"/bin/cat > {tmp_path}/taken")
    monkeypatch.setenv("PATH", str(programs))
    desktop = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "TERM": "linux"}
    copied = put("ftjob-1\x1b", desktop, tmp_path)
    assert (copied.way, copied.failed) == ("xclip", ("wl-copy",))
    assert (tmp_path / "taken").read_text() == "ftjob-1"
    told = said(copied, "the job's id")
    assert (told.sentence, told.hint) == ("Copied the job's id with xclip.", "wl-copy did not work.")

    program(programs, "xclip", "exit 1")
    copied = put("ftjob-1", desktop, tmp_path / "state")
    assert copied.path is not None
    assert copied.path.read_text() == "ftjob-1"
    assert copied.path.stat().st_mode & 0o777 == 0o600
    told = said(copied, "the job's id")
    assert told.sentence == f"The job's id is in {copied.path}."
    assert told.hint == "There is no clipboard here. wl-copy and xclip did not work."

    (tmp_path / "file").touch()
    told = said(put("ftjob-1", {"TERM": "linux"}, tmp_path / "file"), "the job's id")
    assert told.sentence == "Could not copy the job's id."
    assert told.role == "bad"
    assert "cannot be written" in told.hint


def test_in_tmux_its_own_buffer_and_its_terminal_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session began on a desktop; who is attached now came over SSH."""
    programs = tmp_path / "bin"
    program(programs, "xclip", f"/bin/cat > {tmp_path}/desktop")
    environment = f"echo SSH_CONNECTION=10.0.0.2; echo -DISPLAY; exit; fi; /bin/cat > {tmp_path}/buffer"
    program(programs, "tmux", f'if [ "$1" = show-environment ]; then {environment}')
    monkeypatch.setenv("PATH", str(programs))
    assert put("ftjob-1", {**TMUX, "DISPLAY": ":0"}, tmp_path).way == "tmux"
    assert (tmp_path / "buffer").read_text() == "ftjob-1"
    assert not (tmp_path / "desktop").exists()

    program(programs, "tmux", "exit 1")  # before 3.2 it knew no -w
    copied = put("ftjob-1", TMUX, tmp_path)
    assert (copied.way, copied.failed) == ("the terminal", ("tmux",))
    assert copied.sequence.startswith("\x1bPtmux;\x1b\x1b]52;c;")


def test_a_large_text_goes_into_a_file_rather_than_nowhere(tmp_path: Path) -> None:
    copied = put("x" * (MOST_OSC52 + 1), {}, tmp_path, find=lambda _: None)
    assert copied.path == tmp_path / "copied.txt"
    assert copied.reason == "It is more than a terminal takes."
    assert put("x" * MOST_OSC52, {}, tmp_path, find=lambda _: None).way == "the terminal"


@pytest.mark.parametrize(
    ("copied", "sentence"),
    [
        (Copied("pbcopy"), "Copied 3 lines with pbcopy."),
        (Copied("tmux"), "Copied 3 lines to tmux and its terminal."),
        (Copied("the terminal"), "Copied 3 lines through the terminal, if it takes OSC 52."),
    ],
)
def test_what_is_said_names_the_way(copied: Copied, sentence: str) -> None:
    assert said(copied, "3 lines").sentence == sentence


def test_tmux_knows_who_is_attached_now() -> None:
    began = {"DISPLAY": ":0", "HOME": "/home/a", **TMUX}
    told = f"-DISPLAY\nSSH_CONNECTION={SSH['SSH_CONNECTION']}\nHOME=/other\n-TMUX\n"
    now = with_news(began, told)
    assert "DISPLAY" not in now
    assert now["HOME"] == "/home/a"
    assert has_desktop(began, "linux")
    assert not has_desktop(now, "linux")
    assert not has_desktop(now, "darwin")


async def test_a_selection_takes_the_same_way(tmp_path: Path) -> None:
    from drivers import fill, house, opened

    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        await driver.press("y", "y")
        await driver.reads("Copied the job's id through the terminal, if it takes OSC 52.")
        driver.app.environ = {"TERM": "linux", "PATH": os.defpath}
        driver.app.copy_to_clipboard("two words")
        await driver.reads("is in ")
        assert (paths.state_dir / "copied.txt").read_text() == "two words"
