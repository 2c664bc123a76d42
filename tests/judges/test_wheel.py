"""The built package, installed as a stranger would install it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import finetop
from terminal import terminal

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.judge


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, outer_environ: dict[str, str]) -> Path:
    """Built from the source archive, so that both are judged."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(["uv", "build", "--quiet", "--out-dir", folder, ROOT], env=outer_environ, check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory, outer_environ: dict[str, str]) -> Path:
    """The folder of the programs of a new virtual environment that holds the wheel with its extra."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = folder / "bin" / "pip"
    subprocess.run([pip, "install", "--quiet", f"{wheel}[local]"], env=outer_environ, check=True)
    return folder / "bin"


def test_everything_read_at_run_time_is_inside(wheel: Path) -> None:
    """Styles, the base model, the demo's recordings and the mark of a typed package."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    for sheet in (ROOT / "styles").glob("*.tcss"):
        assert f"finetop/styles/{sheet.name}" in inside
    data = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "finetop").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert any(name.endswith(".npz") for name in data)
    assert any(name.startswith("finetop/demo/") for name in data)
    assert data <= inside
    assert "finetop/py.typed" in inside
    assert not [name for name in inside if name.startswith("tests/")]


def test_the_wheel_stays_small(wheel: Path) -> None:
    """A model of 0.8 MB and recordings of 0.3 MB, besides text."""
    assert wheel.stat().st_size < 2_000_000


def test_the_installed_program_finds_its_files(installed: Path) -> None:
    """Every style file a screen names exists where the package now lies."""
    program = """
import importlib, inspect, pathlib, pkgutil
import finetop.tui
paths = []
for found in pkgutil.walk_packages(finetop.tui.__path__, "finetop.tui."):
    for _, owner in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
        named = vars(owner).get("CSS_PATH", []) if owner.__module__.startswith("finetop.") else []
        for path in named if isinstance(named, list) else [named]:
            paths.append(pathlib.Path(inspect.getfile(owner)).parent / path)
assert paths and "site-packages" in str(paths[0]), paths
assert all(path.is_file() for path in paths), paths
"""
    subprocess.run([installed / "python", "-c", program], check=True)


def test_the_installed_demo_trains(installed: Path) -> None:
    """The whole path works from site-packages, with the base model and the recordings found there."""
    with terminal(str(installed / "finetop"), "demo") as screen:
        screen.until("harbor-support")
        screen.until(r"running +ticket-replies")
        screen.press("c")
        screen.until("already uploaded")
        screen.press("enter")
        screen.until(r"^▌.*succeeded +harbor-support")
        screen.press("q")
        assert screen.ended() == 0


def test_the_installed_program_runs(installed: Path) -> None:
    """The command is on the path of the environment."""
    done = subprocess.run([installed / "finetop", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"finetop {finetop.__version__}\n"
