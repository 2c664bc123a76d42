"""Which disks a database may live on: SQLite and flock need a local one."""

from __future__ import annotations

import os
from pathlib import Path

from finetop.errors import BadInput

_PROC_MOUNTS = Path("/proc/self/mounts")
NETWORK_TYPES = ("nfs", "lustre", "gpfs", "cifs", "smb", "sshfs", "afpfs", "webdav")


def home(data_dir: Path) -> Path:
    """Where database, lock and key go: the data directory, or one in /var/tmp for a network disk."""
    if os.environ.get("FINETOP_DATA"):
        return data_dir
    if not is_network(filesystem_type(data_dir, mount_table())):
        return data_dir
    import hashlib  # noqa: PLC0415 - for few machines

    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path(f"/var/tmp/finetop-{os.getuid()}") / name  # noqa: S108 - made 0700 and its owner is checked


def is_network(kind: str) -> bool:
    """Whether a file system of this type is shared over a network."""
    return any(word in kind.lower() for word in NETWORK_TYPES)


def mount_table() -> list[tuple[Path, str]]:
    """Mount points and their file system types."""
    if _PROC_MOUNTS.exists():
        return parse_proc_mounts(_PROC_MOUNTS.read_text(encoding="utf-8", errors="replace"))
    import subprocess  # noqa: PLC0415 - as above

    listing = subprocess.run(["mount"], capture_output=True, text=True, check=False, errors="replace")
    return parse_mount_listing(listing.stdout)


def parse_proc_mounts(text: str) -> list[tuple[Path, str]]:
    """Linux: `device place type options`, with spaces as octal."""
    fields = [line.split() for line in text.splitlines()]
    return [(Path(row[1].replace("\\040", " ")), row[2]) for row in fields if len(row) >= 3]


def parse_mount_listing(text: str) -> list[tuple[Path, str]]:
    """macOS: `device on place (type, options)`."""
    found = []
    for line in text.splitlines():
        _, _, rest = line.partition(" on ")
        place, _, options = rest.rpartition(" (")
        if place:
            found.append((Path(place), options.partition(",")[0].rstrip(")")))
    return found


def filesystem_type(path: Path, mounts: list[tuple[Path, str]]) -> str:
    """The type of the file system a path is, or will be, on."""
    place = path.resolve()
    best, kind = -1, ""
    for mount, mount_kind in mounts:
        depth = len(mount.parts)
        # The later of two mounts on one place hides the earlier.
        if place.is_relative_to(mount) and depth >= best:
            best, kind = depth, mount_kind
    return kind


def make_private(directory: Path) -> None:
    """Make a directory only its owner can look into."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if directory.stat().st_uid != os.getuid():
            raise BadInput(
                f"The directory {directory} belongs to another user.", hint="Give another --data-dir."
            )
        probe = directory / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise BadInput(
            f"The data directory {directory} cannot be written: {error.strerror}.",
            hint="Give another --data-dir.",
        ) from error
