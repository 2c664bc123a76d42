"""What a look through a training file found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from finetop.dataset.reader import read_objects
from finetop.errors import BadFile


@dataclass(frozen=True, slots=True)
class Report:
    """A file as far as it was read: to its end, or to the first problem."""

    path: Path
    examples: int
    size_bytes: int
    problem: BadFile | None = None
    """Ready to be raised, or its message shown at a field."""
    changed_ns: int = 0
    """When the file had last been written, before it was read."""

    def is_current(self) -> bool:
        """True while the file is as it was read, by its size and time."""
        try:
            found = self.path.stat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (self.size_bytes, self.changed_ns)


def check_file(path: Path | str) -> Report:
    """Read a file through. What its examples must hold is the provider's to judge, for methods differ."""
    path = Path(path)
    examples = 0
    try:
        changed_ns = path.stat().st_mtime_ns if path.exists() else 0
        for _ in read_objects(path):
            examples += 1
        size_bytes = path.stat().st_size
    except BadFile as problem:
        return Report(path, examples, 0, problem)
    except OSError as error:  # taken away while it was read
        return Report(path, examples, 0, BadFile(f"cannot be read: {error.strerror}", path=path))
    if not examples:
        return Report(
            path, 0, size_bytes, BadFile("the file is empty", path=path, hint="Choose another file.")
        )
    return Report(path, examples, size_bytes, changed_ns=changed_ns)
