"""The saved first frame: shown only where it would be drawn again, and readable by its owner alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetop import frame
from finetop.config import Paths

ROWS = ("\x1b[1mfinetop\x1b[0m   as of 14:03", "1 Jobs")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state" / "frame")


def test_what_was_saved_is_read_back_row_by_row(path: str) -> None:
    wanted = frame.key(["--profile", "openai"], (80, 24))
    assert frame.save(wanted, ROWS, path)
    found = frame.read(wanted, path)
    assert found is not None
    assert found.startswith("\x1b[1;1H" + ROWS[0] + "\x1b[2;1H" + ROWS[1])


def test_the_file_is_for_its_owner_alone(path: str) -> None:
    frame.save("key", ROWS, path)
    assert Path(path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "size", "environ"),
    [
        (["demo"], (80, 24), {"TERM": "xterm"}),
        ([], (81, 24), {"TERM": "xterm"}),
        ([], (80, 24), {"TERM": "screen"}),
        ([], (80, 24), {"TERM": "xterm", "NO_COLOR": ""}),
        ([], (80, 24), {"TERM": "xterm", "COLORTERM": "truecolor"}),
    ],
)
def test_another_screen_has_another_key(
    arguments: list[str], size: tuple[int, int], environ: dict[str, str], path: str
) -> None:
    frame.save(frame.key([], (80, 24), {"TERM": "xterm"}), ROWS, path)
    assert frame.read(frame.key(arguments, size, environ), path) is None
    assert frame.read(frame.key([], (80, 24), {"TERM": "xterm"}), path) is not None


def test_an_argument_cannot_pretend_to_be_a_second_line(path: str) -> None:
    wanted = frame.key(["a\nb"], (80, 24), {})
    frame.save(wanted, ROWS, path)
    assert "\n" not in wanted
    assert frame.read(wanted, path) is not None


def test_a_file_that_others_may_read_or_write_is_not_shown(path: str) -> None:
    frame.save("key", ROWS, path)
    Path(path).chmod(0o640)
    assert frame.read("key", path) is None


def test_a_link_to_somewhere_else_is_not_followed(path: str) -> None:
    frame.save("key", ROWS, path)
    Path(path).rename(path + ".real")
    Path(path).symlink_to(path + ".real")
    assert frame.read("key", path) is None


def test_a_pipe_in_its_place_does_not_hang(path: str) -> None:
    Path(path).parent.mkdir(parents=True)
    os.mkfifo(path, 0o600)
    assert frame.read("key", path) is None


def test_a_frame_too_large_is_neither_kept_nor_shown(path: str) -> None:
    assert not frame.save("key", ["x" * frame.LIMIT], path)
    assert not Path(path).exists()
    frame.save("key", ROWS, path)
    with Path(path).open("a") as file:
        file.write("x" * frame.LIMIT)
    assert frame.read("key", path) is None


def test_a_folder_that_cannot_be_written_loses_only_the_frame(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not frame.save("key", ROWS, str(tmp_path / "file" / "frame"))


@pytest.mark.parametrize("name", ["FINETOP_STATE", "XDG_STATE_HOME"])
def test_it_lies_in_the_state_folder(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FINETOP_STATE", raising=False)
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert frame.file() == str(Paths.of().state_dir / "frame")


def test_it_is_not_shown_where_there_is_no_terminal() -> None:
    assert not frame.show([])


def test_the_first_frame_needs_three_modules_only() -> None:
    """Everything else would be waited for before anything is seen."""
    code = """
import sys
before = set(sys.modules)
import finetop.frame
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"finetop", "finetop.frame", "termios", "__future__"}
