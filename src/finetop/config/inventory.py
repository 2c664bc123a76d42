"""What finetop keeps on this machine: where each thing lies, and how much room it takes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.config.paths import Paths
    from finetop.config.profile import Profile

_CALLED = {
    "finetop.db": "store",
    "locks": "locks",
    "server": "local engine",
    "crash.log": "crashes",
    "frame": "saved screen",
    "remembered.json": "what was open",
    "copied.txt": "copied text",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is kept: a file, or a folder with all that is in it."""

    name: str
    path: Path
    files: int
    """How many there are; 0 where it is not there."""
    size_bytes: int


def inventory(paths: Paths, profiles: Iterable[Profile] = ()) -> list[Item]:
    """Everything that is kept, and the places of what is not there yet."""
    places = {paths.config_file: "settings", paths.store_file: "store", paths.server_dir: "local engine"}
    places |= {Path(one.data_dir).expanduser(): f"engine of {one.name}" for one in profiles if one.data_dir}
    for folder in dict.fromkeys((paths.data_dir, paths.store_dir, paths.state_dir)):
        for path in sorted(_inside(folder)):
            name = path.name.removesuffix("-wal").removesuffix("-shm")  # SQLite's own, beside its file
            places.setdefault(path.with_name(name), _CALLED.get(name, name))
    return [_item(name, path) for path, name in places.items()]


def _item(name: str, path: Path) -> Item:
    files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    if path.is_dir():
        files = list(_below(path))
    sizes = [size for file in files if (size := _size(file)) is not None]
    return Item(name, path, len(sizes), sum(sizes))


def _size(file: Path) -> int | None:
    try:
        return file.lstat().st_size
    except OSError:
        return None


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _below(folder: Path) -> Iterator[Path]:
    """Every file below a folder; what cannot be looked into is passed over."""
    for base, _, names in os.walk(folder):
        yield from (Path(base, name) for name in names)
