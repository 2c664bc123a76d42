"""One answer from one model: JSON request on stdin, JSON reply on stdout.

`python -m finetop.server.trainers.generate` reads {"weights": path or null for the base, "messages": [...] or
"prompt": text, "max_tokens", "temperature", "seed", "stop", "stream"} and writes {"text", "finish_reason",
"prompt_tokens", "completion_tokens"}, or {"error": {"code", "message"}} with exit code 1. With "stream" each
piece of the text is a line {"text"} of its own, and the last line has the rest.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import ROLES, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_MAX_TOKENS = 400
LARGEST_MAX_TOKENS = 4096


def main() -> int:
    """Answer the request on stdin."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    try:
        for line in _lines(json.load(sys.stdin)):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    except CannotTrainError as error:
        json.dump({"error": {"code": error.code, "message": error.message}}, sys.stdout)
        return 1
    return 0


def _lines(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from finetop.server.trainers.tiny.sample import Speech  # noqa: PLC0415 - numpy, after BLAS was told
    from finetop.server.trainers.tiny.weights import load_network  # noqa: PLC0415 - numpy, after BLAS was told

    weights = request.get("weights")
    stop = request.get("stop") or []
    speech = Speech(
        load_network(Path(weights) if weights else None),
        _messages(request),
        temperature=float(request.get("temperature") or 0.0),
        seed=request.get("seed"),
        stop=[stop] if isinstance(stop, str) else stop,
    )
    pieces = speech.pieces(min(int(request.get("max_tokens") or DEFAULT_MAX_TOKENS), LARGEST_MAX_TOKENS))
    whole = {}
    if request.get("stream"):
        yield from ({"text": piece} for piece in pieces)
    else:
        whole["text"] = "".join(pieces)
    yield {
        **whole,
        "finish_reason": speech.finish_reason,
        "prompt_tokens": speech.prompt_tokens,
        "completion_tokens": speech.completion_tokens,
    }


def _messages(request: dict[str, Any]) -> tuple[Message, ...]:
    """The conversation; a bare prompt is a question, as that is all this model has learned to meet."""
    if "messages" not in request:
        return (Message("user", str(request.get("prompt", ""))),)
    return tuple(
        Message(ROLES.get(str(turn.get("role")), "user"), _plain(turn.get("content")))
        for turn in request["messages"]
    )


def _plain(content: object) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


if __name__ == "__main__":
    sys.exit(main())
