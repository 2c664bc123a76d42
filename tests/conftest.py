"""Every test runs in a house with closed doors: own home, bare environment, no network but loopback."""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

# Even where the environment forbids it, as the processes under test do: pytest would rewrite 300 files anew.
sys.dont_write_bytecode = False

from hypothesis import HealthCheck, settings  # noqa: E402

from finetop import pace  # noqa: E402

pytest_plugins = ["policy", "pytester"]

# Read once, when numpy loads: more threads only wait for each other in networks as small as ours.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

# On a machine that does other things as well, slow says nothing about what is tested. What a few examples of
# each kind do not find, .ci/engines looks for longer.
_EASY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", _EASY, max_examples=30)
settings.register_profile("long", _EASY, max_examples=200)
settings.load_profile("house")

_KEPT = {
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "CI",
    "PYTEST_VERSION",
    "PYTEST_CURRENT_TEST",
    "COVERAGE_RCFILE",
    "TEXTUAL_SNAPSHOT_TEMPDIR",
}
_OUTER = dict(os.environ)
_RESTING = str(Path(__file__).with_name("resting"))
_LOCAL_NAMES = {None, "", "localhost", "ip6-localhost"}


@pytest.fixture(scope="session")
def outer_environ() -> dict[str, str]:
    """The environment as it was outside: only for judges that install something by the ordinary client."""
    return _OUTER


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New homes; the factory would look through all that there are for the number of each."""
    street = tmp_path_factory.mktemp("homes")
    return (street / str(number) for number in itertools.count())


@pytest.fixture(autouse=True, scope="session")
def closed_environment(homes: Iterator[Path]) -> Iterator[None]:
    """No key, proxy, setting or folder of the person who runs the tests reaches them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - _KEPT:
            patch.delenv(name)
        _move_in(patch, next(homes))
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("PYTHONPATH", _RESTING)
        yield


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch, closed_environment: None) -> Path:
    """What one test leaves in its home, the next does not find."""
    home = next(homes)
    _move_in(monkeypatch, home)
    return home


@pytest.fixture(autouse=True, scope="session")
def closed_network() -> Iterator[None]:
    """Connections leave only for this machine, and names are only looked up when they mean it."""
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def connect_here(self: socket.socket, address: Any, /) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise PermissionError(f"a test tried to reach {address}")
        connect(self, address)

    def look_up_here(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in _LOCAL_NAMES and not _is_here(name):
            raise socket.gaierror(socket.EAI_NONAME, f"a test tried to look up {name}")
        return lookup(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        patch.setattr(socket, "getaddrinfo", look_up_here)
        yield


@pytest.fixture
def quick_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder asks five times as often, for tests that wait for what it learns."""
    for name in ("LOCAL", "HOSTED"):
        usual = getattr(pace, name)
        monkeypatch.setattr(pace, name, pace.Pace(*(seconds / 5 for seconds in astuple(usual))))


def _move_in(patch: pytest.MonkeyPatch, home: Path) -> None:
    home.mkdir()
    patch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        patch.setenv(f"XDG_{name}_HOME", str(home / f".{name.lower()}"))


def _is_here(host: str) -> bool:
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
