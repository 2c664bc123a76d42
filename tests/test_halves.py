"""Two processes for the whole run: what came of a test is told wherever it ran."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
HERE = """
import os

def test_here():
    assert "FINETOP_TEST_REPORTS" not in os.environ
    print("here is", os.getpid())
"""
BESIDE = """
import os, pytest

pytestmark = pytest.mark.beside

def test_works():
    print("beside is", os.getpid())

def test_fails():
    assert "left" == "right"

def test_skips():
    pytest.skip("the moon is down")
"""
DYING = """
import os, pytest

pytestmark = pytest.mark.beside

def test_ends_at_once():
    print("my last words", flush=True)
    os._exit(7)

def test_never_begins():
    pass
"""


def run(folder: Path, beside: str, *options: str) -> str:
    """Run a story of two modules; what it says."""
    (folder / "test_here.py").write_text(HERE)
    (folder / "test_beside.py").write_text(beside)
    (folder / "conftest.py").write_text('pytest_plugins = ["halves"]')
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    environ = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rPf", *options],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if "failed" in done.stdout else 0), done.stderr
    return done.stdout


def pids(said: str) -> tuple[str, str]:
    """Who ran the modules."""
    here, beside = said.partition("here is ")[2], said.partition("beside is ")[2]
    return here.split()[0], beside.split()[0]


def test_what_ran_beside_is_told_as_if_it_had_run_here(tmp_path: Path) -> None:
    """Passed, failed with its reason, skipped; and two processes were at it."""
    said = run(tmp_path, BESIDE)
    assert "1 failed, 2 passed, 1 skipped" in said
    assert "FAILED test_beside.py::test_fails - AssertionError: assert 'left' == 'right'" in said
    here, beside = pids(said)
    assert here != beside


def test_picking_tests_takes_one_process(tmp_path: Path) -> None:
    """By word, by file, or up to some failure."""
    for options in (["-k", "here or works"], ["test_here.py", "test_beside.py::test_works"], ["--maxfail=9"]):
        here, beside = pids(run(tmp_path, BESIDE, *options))
        assert here == beside


def test_a_second_process_that_dies_fails_what_it_had_to_do(tmp_path: Path) -> None:
    """Nothing is passed over in silence, and its last words are shown."""
    said = run(tmp_path, DYING)
    assert "2 failed, 1 passed" in said
    assert "the second pytest ended with 7 before this test did" in said
