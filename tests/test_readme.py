"""What the README says is what the program does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from finetop import errors

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_keys_are_those_of_the_bindings() -> None:
    """The table is written by a script; whoever changes a binding runs it."""
    done = subprocess.run(
        [sys.executable, ROOT / ".github" / "keys.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", ["pip install uv && uv run finetop demo", "uv run pytest"])
def test_the_commands_of_the_first_page_stand(line: str) -> None:
    """They are the promise everything else is measured by; .ci/run uses the second word for word."""
    assert line in README


def test_ci_runs_the_command_of_the_readme() -> None:
    """What a person types is what is checked."""
    assert "uv run pytest" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_every_exit_code_is_told() -> None:
    """The codes of the error tree stand in the README."""
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.FinetopError)
    }
    assert codes == {1, 2, 3, 4, 75}
    for code in codes | {0, 130}:
        assert f"| {code} |" in README


def test_the_picture_is_there() -> None:
    """The one the README shows."""
    assert "](screenshots/demo-120x40.svg)" in README
    assert (ROOT / "screenshots" / "demo-120x40.svg").is_file()
