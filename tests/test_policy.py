"""The rules of a test run, kept by the test runner itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

STORY = """
import pytest

def test_works():
    assert True

@pytest.mark.judge
def test_judged():
    assert True

@pytest.mark.engine
def test_driven():
    assert True
"""
SKIPPING = """
import pytest

def test_skips():
    pytest.skip("the moon is down")
"""
SKIPPING_WHOLE = """
import pytest

pytest.skip("the moon is down", allow_module_level=True)
"""
EXPECTED_FAILURE = """
import pytest

@pytest.mark.xfail(reason="known")
def test_known():
    assert False
"""
LEAVING = """
import policy, subprocess, sys

policy.LEAVE_PATIENCE_S = 0.0
started = []

def test_leaves(tmp_path):
    wait = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", str(tmp_path / "data")]
    started.append(subprocess.Popen(wait, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    assert started[0].stdout.readline()
"""


ALONE = ("-p", "policy", "-p", "no:cacheprovider", "-q")
"""The policy without foreign plugins, which would take longer than the tests."""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Runs one small test file."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nmarkers =\n    judge\n    engine\n")

    def ask(story: str, *args: str, ci: bool = False) -> pytest.RunResult:
        monkeypatch.delenv("CI", raising=False)
        if ci:
            monkeypatch.setenv("CI", "true")
        pytester.makepyfile(test_story=story)
        return pytester.runpytest_inprocess(*ALONE, *args)

    return ask


def test_judges_and_engines_wait(run: Callable[..., pytest.RunResult]) -> None:
    """Plain pytest leaves them out and says so."""
    done = run(STORY)
    assert done.ret == 0
    assert "1 passed, 2 deselected" in done.stdout.str()
    assert "judges and engines were not asked; .ci/judges and .ci/engines ask them" in done.stdout.str()


def test_judges_are_asked_by_their_mark(run: Callable[..., pytest.RunResult]) -> None:
    """-m judge runs them and nothing else."""
    done = run(STORY, "-m", "judge")
    assert "1 passed, 2 deselected" in done.stdout.str()
    assert "not asked" not in done.stdout.str()


@pytest.mark.parametrize("story", [SKIPPING, SKIPPING_WHOLE])
def test_a_skip_is_an_error_only_under_ci(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, story: str
) -> None:
    """A person without some program may skip its test; CI may not."""
    pytester.makepyfile(test_other="def test_other():\n    assert True\n")
    assert run(story).ret == 0
    done = run(story, ci=True)
    assert done.ret != 0
    assert "not in allowed_skips.txt: the moon is down" in done.stdout.str()


def test_an_expected_failure_is_no_skip(run: Callable[..., pytest.RunResult]) -> None:
    """An xfail is reported as it always was."""
    assert run(EXPECTED_FAILURE, ci=True).ret == 0


def test_a_process_that_outlives_its_test_is_an_error(tmp_path: Path) -> None:
    """It is named by its command; here it ends with the run, whose pipe it reads."""
    (tmp_path / "test_story.py").write_text(LEAVING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *ALONE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not Path("/proc/self/cmdline").exists():  # nobody can tell there
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert "1 passed, 1 error" in done.stdout
    assert "processes outlive the tests:" in done.stdout
    assert "sys.stdin.read()" in done.stdout


def test_nothing_of_the_person_reaches_a_test(own_home: Path) -> None:
    """No key, no proxy, and a home that is empty."""
    assert not [name for name in os.environ if "KEY" in name or "PROXY" in name.upper()]
    assert Path.home() == own_home
    assert not list(own_home.iterdir())


def test_the_network_is_closed() -> None:
    """Only this machine can be reached."""
    with pytest.raises(PermissionError), socket.socket() as outward:
        outward.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("api.openai.com", 443)
    assert socket.getaddrinfo("localhost", 80)
