"""The rules every test run keeps: judges and engines wait to be asked for, all tests share the cores,
under CI nothing is skipped silently, and no process outlives the run.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")
LEAVE_PATIENCE_S = 10.0
"""What was told to end may take so long about it."""
ON_REQUEST = ("judge", "engine")
WORKERS_PER_CORE = 2
"""A test waits for screens and servers half of its time."""
MOST_WORKERS = 4
"""More would only wait for each other."""

# Next to nothing that is made while tests are collected is ever let go of, so nobody looks for it.
gc.disable()


def allowed_reasons(file: Path = ALLOWED_SKIPS) -> frozenset[str]:
    """The reasons that may stand under CI: one a line, # begins a comment."""
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """All cores for a run of everything; who names files or picks tests gets one process, at once."""
    option = config.option
    picked = (option.keyword, option.markexpr, option.deselect, getattr(option, "lf", False))
    watched = (option.maxfail, option.collectonly, option.capture == "no")
    named = config.args_source is config.ArgsSource.ARGS
    cores = os.cpu_count() or 1
    return 0 if named or any(picked) or any(watched) else min(cores * WORKERS_PER_CORE, MOST_WORKERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put judges and engines aside unless -m speaks of markers itself."""
    if hasattr(config, "workerinput"):
        items.sort(key=_place)
    if config.option.markexpr:
        return
    waiting = [item for item in items if any(map(item.get_closest_marker, ON_REQUEST))]
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in waiting]


def pytest_collection_finish() -> None:
    """From here on what is let go of is looked for, but not among all that was collected."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say who was put aside."""
    if not config.option.markexpr:
        terminalreporter.write_line("judges and engines were not asked; .ci/judges and .ci/engines ask them")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself under CI has failed, unless its reason is allowed."""
    report = yield
    _judge_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself whole."""
    report = yield
    _judge_skip(report)
    mine = getattr(collector.config, "workerinput", None)
    if mine is not None and report.passed and isinstance(collector, pytest.Directory):
        report.result = _turned(report.result, mine)
    return report


@pytest.fixture(autouse=True, scope="session")
def nothing_stays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test started it also ends; a process is known by the folder that its words name."""
    yield
    folder = tmp_path_factory.getbasetemp()
    deadline = time.monotonic() + LEAVE_PATIENCE_S
    while left := at_work_in(folder):
        if time.monotonic() > deadline:
            pytest.fail("processes outlive the tests:\n" + "\n".join(left), pytrace=False)
        time.sleep(0.05)


def at_work_in(folder: Path) -> list[str]:
    """The processes whose words name something in a folder; none are known where there is no /proc."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has just ended, or is somebody else's
        if any(f"{folder}/" in word for word in words):
            found.append(f"{place.parent.name} {' '.join(words).strip()}")
    return found


_PLACE = pytest.StashKey[int]()


def _turned(nodes: list[pytest.Item | pytest.Collector], mine: dict[str, Any]) -> list[Any]:
    """Each process begins elsewhere in a folder, so that no two compile the same file."""
    for place, node in enumerate(nodes):
        node.stash[_PLACE] = place
    first = len(nodes) * int(mine["workerid"].removeprefix("gw")) // mine["workercount"]
    return nodes[first:] + nodes[:first]


def _place(item: pytest.Item) -> list[int]:
    """Where a test's file stands, which all processes must agree on."""
    return [node.stash[_PLACE] for node in item.listchain() if _PLACE in node.stash]


def _judge_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not os.environ.get("CI") or not report.skipped or hasattr(report, "wasxfail"):
        return
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = said.removeprefix("Skipped: ")
    if reason not in allowed_reasons():
        report.outcome = "failed"
        report.longrepr = f"skipped under CI, and the reason is not in {ALLOWED_SKIPS.name}: {reason}"
