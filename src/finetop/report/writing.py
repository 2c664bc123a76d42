"""Puts what was made into a file: whole or not at all, and never over another unasked."""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.report.blocks import Report

FORMATS: Final = {"md": "markdown", "html": "html", "txt": "plain"}
"""The format of a report, and the module that writes it."""
_ENDINGS: Final = {"markdown": "md", "htm": "html", "text": "txt"}


class IsThere(BadInput):
    """There is a file of this name already."""


def format_of(path: str) -> str:
    """The format that a file's ending asks for. Raises BadInput for any other."""
    ending = Path(path).suffix.lower().removeprefix(".")
    ending = _ENDINGS.get(ending, ending)
    if ending not in FORMATS:
        raise BadInput(
            f"{path} does not tell how the report shall be written",
            hint="Let its name end in .md, .html or .txt.",
        )
    return ending


def written(report: Report, kind: str) -> str:
    """The report in one of the formats."""
    made: str = importlib.import_module(f"finetop.report.{FORMATS[kind]}").written(report)
    return made


def plain_name(name: str, otherwise: str = "job") -> str:
    """A name as files are called."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in text.clean(name))
    return plain.strip("-.")[:60] or otherwise


def refuse(path: Path, *, replace: bool) -> Path:
    """The place of a file that may be written. Raises IsThere or BadInput for one that may not."""
    path = path.expanduser()
    if not path.name or path.is_dir():
        raise BadInput(f"{path} is a folder", hint="Add the name of a file.")
    if not replace and os.path.lexists(path):
        raise IsThere(f"{path} is there already", hint="Choose another name, or have it replaced.")
    return path


def place(path: Path, content: str, *, replace: bool) -> Path:
    """Write the content; where the file lies then.

    Raises IsThere where one lies there that shall not be replaced, BadInput where it cannot be written.
    """
    path = refuse(path, replace=replace)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(content, encoding="utf-8", errors="replace", newline="\n")
        part.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}", hint="Choose another path.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return path
