"""The README's services are what systemd and launchd read."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def block(kind: str) -> str:
    """The README's one block of this kind."""
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """With the program at a place where there is one."""
    unit = tmp_path / "finetop.service"
    text, places = re.subn("%h/.local/bin/finetop", sys.executable, block("ini"))
    assert places == 1
    unit.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    # It complains of whatever else is wrong with the machine, too.
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []
    assert done.returncode == 0, done.stderr


def test_launchd_can_parse_the_plist() -> None:
    """It starts the recorder, and starts it again where it failed."""
    found = plistlib.loads(block("xml").encode())
    assert found["ProgramArguments"][1:] == ["record"]
    assert found["KeepAlive"] == {"SuccessfulExit": False}
    assert found["RunAtLoad"] is True
