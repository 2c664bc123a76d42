"""What is shipped: bounded dependencies, and every file the program reads at run time."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import finetop

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")


def requirements() -> Iterator[str]:
    """Every dependency the project names, wherever it names it."""
    yield from PROJECT["build-system"]["requires"]
    yield from PROJECT["project"]["dependencies"]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        yield from extra
    for group in PROJECT["dependency-groups"].values():
        yield from (item for item in group if isinstance(item, str))


@pytest.mark.parametrize("text", list(requirements()))
def test_every_dependency_has_both_bounds(text: str) -> None:
    """A lower bound is what was tried, an upper bound is what was not."""
    wanted = Requirement(text)
    if wanted.name == "finetop":  # ourselves, with an extra
        return
    operators = {part.operator for part in wanted.specifier}
    assert operators & {">=", ">", "==", "~="}, f"{text} has no lower bound"
    assert operators & {"<", "<=", "==", "~="}, f"{text} has no upper bound"


def test_python_itself_has_both_bounds() -> None:
    """As any other dependency."""
    assert Requirement(f"python{PROJECT['project']['requires-python']}").specifier.contains("3.11")
    assert "<" in PROJECT["project"]["requires-python"]


def style_owners() -> Iterator[type]:
    """Every class of the screen that names style files."""
    package = importlib.import_module("finetop.tui")
    for found in pkgutil.walk_packages(package.__path__, "finetop.tui."):
        module = importlib.import_module(found.name)
        for _, owner in inspect.getmembers(module, inspect.isclass):
            if owner.__module__ == found.name and "CSS_PATH" in vars(owner):
                yield owner


def test_every_style_file_exists() -> None:
    """A path that leads nowhere would end the program at its start."""
    owners = list(style_owners())
    assert owners, "no screen names a style file"
    for owner in owners:
        paths = vars(owner)["CSS_PATH"]
        for path in paths if isinstance(paths, list) else [paths]:
            absolute = Path(inspect.getfile(owner)).parent / path
            assert absolute.is_file(), f"{owner.__qualname__}: {absolute}"


def test_styles_are_put_into_the_wheel() -> None:
    """They lie outside the package here, and inside it there."""
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"styles": "finetop/styles"}
    assert list((ROOT / "styles").glob("*.tcss"))


def test_the_source_archive_can_be_built_again() -> None:
    """A wheel made from it needs all that the wheel's recipe names."""
    kept = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
    assert {"src", "styles", "README.md", "LICENSE"} <= set(kept)
    for name in kept:
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("jobs", "--help"), ("serve", "--status"), ("jobs", "list")]
)
def test_a_command_without_a_screen_does_not_load_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Textual costs a quarter of a second, and scripts never see it; help loads no network library either."""
    heavy = {"textual", "rich", "numpy", "starlette", "uvicorn"}
    if "list" not in arguments:
        heavy |= {"httpx", "pydantic", "ssl", "asyncio"}
    program = f"""
import sys
from finetop import cli
sys.argv = ["finetop", *{arguments!r}]
try:
    cli.main(cli.Screens(open=lambda opening: 0, ask=lambda found: None))
finally:
    print("loaded:", *sorted({heavy!r} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "loaded:"


def test_the_version_is_told() -> None:
    """One line, for bug reports."""
    done = subprocess.run(
        [sys.executable, "-m", "finetop", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"finetop {finetop.__version__}\n"
