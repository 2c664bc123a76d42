"""A run of all tests uses two cores: modules marked `beside` run in a second pytest meanwhile.

They mostly wait for processes of their own. Whoever names files, picks tests by word or mark, stops
at the first failure or debugs gets one process, as ever.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPORTS = "FINETOP_TEST_REPORTS"
"""Names the file in which a second pytest tells what came of its tests."""
PATIENCE_S = 600.0


class Teller:
    """In the second pytest: writes each report down as it comes."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        self._config = config
        self._file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One line of JSON."""
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(data) + "\n")


@dataclass(frozen=True)
class Other:
    """In the first pytest: the second one."""

    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str]
    locations: dict[str, tuple[str, int | None, str]]
    """Its tests, and where each stands."""

    def told(self, config: pytest.Config) -> Iterator[pytest.TestReport]:
        """What came of its tests, once all have ended; those it said nothing of have failed."""
        code = self.process.wait(PATIENCE_S)
        waiting = dict(self.locations)
        reports = Path(self.folder.name) / "reports"
        for line in reports.read_text("utf-8").splitlines() if reports.exists() else ():
            report = config.hook.pytest_report_from_serializable(config=config, data=json.loads(line))
            if report.when == "teardown":
                waiting.pop(report.nodeid, None)
            yield report
        said = (Path(self.folder.name) / "output").read_text("utf-8", "replace")[-4000:]
        for nodeid, location in waiting.items():
            why = f"the second pytest ended with {code} before this test did\n{said}"
            yield pytest.TestReport(nodeid, location, {}, "failed", why, "call")

    def close(self) -> None:
        """End it where it still runs, and forget what it told."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.folder.cleanup()


_other = pytest.StashKey[Other]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and be the second where we were started as such."""
    config.addinivalue_line("markers", "beside: runs in a second process where all tests are run")
    if file := os.environ.pop(REPORTS, None):
        config.pluginmanager.register(Teller(config, Path(file)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Hand the marked modules to a second pytest, which begins at once."""
    beside = [item for item in items if item.get_closest_marker("beside")]
    if beside and _is_whole(config):
        items[:] = [item for item in items if not item.get_closest_marker("beside")]
        config.stash[_other] = _start(config, beside)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """After the tests here, report those that ran meanwhile, as if they had run here."""
    config = session.config
    other = config.stash.get(_other, None)
    if other is None:
        return (yield)
    session.testscollected += len(other.locations)
    done = yield
    for report in other.told(config):
        if report.when == "setup":
            config.hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
        config.hook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            config.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
    return done


def pytest_unconfigure(config: pytest.Config) -> None:
    """However the run ends, the second pytest ends with it."""
    if (other := config.stash.get(_other, None)) is not None:
        other.close()


def _is_whole(config: pytest.Config) -> bool:
    option = config.option
    picked = (option.keyword, option.markexpr, option.deselect, getattr(option, "lf", False))
    watched = (option.maxfail, option.usepdb, option.collectonly, option.capture == "no")
    named = config.args_source is config.ArgsSource.ARGS
    return not (named or any(picked) or any(watched))


def _start(config: pytest.Config, items: list[pytest.Item]) -> Other:
    folder = tempfile.TemporaryDirectory(prefix="finetop-tests-")
    options = ["-p", "no:cacheprovider", f"--rootdir={config.rootpath}", f"--tb={config.option.tbstyle}"]
    if config.inipath is not None:
        options += ["-c", str(config.inipath)]
    if config.option.basetemp is not None:  # beside it, so that neither is part of the other
        options.append(f"--basetemp={config.option.basetemp}-beside")
    with (Path(folder.name) / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *sorted({str(item.path) for item in items})],
            cwd=config.invocation_params.dir,
            env={**os.environ, REPORTS: str(Path(folder.name) / "reports")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Other(process, folder, {item.nodeid: item.location for item in items})
