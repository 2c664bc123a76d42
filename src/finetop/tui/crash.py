"""What is left of a run that ended by a fault of ours: a traceback in a file, and a sentence that names it.

Without the values of variables: any of them may be a key.
"""

from __future__ import annotations

import platform
import time
import traceback
from pathlib import Path
from typing import Final

from finetop import __version__
from finetop.tui import private_file

NAME: Final = "crash.log"
MOST_BYTES: Final = 200_000
"""Of all crashes together; the oldest are forgotten."""


def keep(error: BaseException, file: Path) -> bool:
    """Write the crash behind those before it; False where it cannot be written."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S")
    head = f"{moment} finetop {__version__}, Python {platform.python_version()}, {platform.system()}"
    report = f"{head}\n{''.join(traceback.format_exception(error))}\n".encode("utf-8", "replace")
    before = private_file.read(file, MOST_BYTES) or b""
    try:
        private_file.write(file, (before + report)[-MOST_BYTES:])
    except OSError:
        return False
    return True


def sentence(error: BaseException, file: Path | None) -> str:
    """What is said once the terminal is given back."""
    said = traceback.format_exception_only(error)[-1].strip()
    lost = f"finetop ended by a fault of its own: {said}"
    if file is None:
        return f"{lost}\n{''.join(traceback.format_exception(error))}"
    return f"{lost}\nWhere it happened stands in {file}. Jobs go on; no order was sent twice."
