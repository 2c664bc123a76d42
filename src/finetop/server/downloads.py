"""How a file is asked for: whole, a piece of it, or as the JSON string that the published schema promises."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from finetop.server.faults import ApiFault, shown

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Scope

_JSON = "application/json"
_MOST_TEXT_BYTES = 16 << 20
_RANGE = re.compile(rb"bytes=(\d{1,18})-(\d{0,18})", re.ASCII)


def prefers_json(accept: str) -> bool:
    """Whether JSON is liked better than something else that is accepted too.

    Alone it is what many clients send with every request, meaning nothing by it; they get the bytes.
    """
    liked: dict[str, float] = {}
    for part in accept.split(","):
        kind, *settings = (word.strip().lower() for word in part.split(";"))
        liked[kind] = max(
            [_quality(setting) for setting in settings if setting.startswith("q=")], default=1.0
        )
    ours = liked.pop(_JSON, 0.0)
    return bool(liked) and ours > max(liked.values())


def _quality(setting: str) -> float:
    try:
        return float(setting[2:])
    except ValueError:
        return 1.0


def text_of(path: Path) -> str:
    """The file as text; refused where it is none, or too much to hold in memory."""
    if path.stat().st_size <= _MOST_TEXT_BYTES:
        try:
            return path.read_bytes().decode()
        except UnicodeDecodeError:
            pass
    raise ApiFault(
        406, "This file is no text for a JSON string; accept application/octet-stream.", code="not_acceptable"
    )


def judge_range(scope: Scope, size: int) -> None:
    """Refuse a piece beyond the end; any Range that is not one plain piece is dropped, as HTTP allows."""
    kept = []
    for name, value in scope["headers"]:
        if name == b"range":
            match = _RANGE.fullmatch(value)
            if match is None:
                continue
            first, last = int(match[1]), int(match[2] or size)
            if first >= size or last < first:
                raise ApiFault(
                    416,
                    f"The file has {size} bytes; there is no {shown(value.decode('latin-1'))}.",
                    code="range_not_satisfiable",
                    headers={"Content-Range": f"bytes */{size}"},
                )
        kept.append((name, value))
    scope["headers"] = kept
