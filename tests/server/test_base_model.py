"""The base model that comes with finetop is the one that was measured, and it can talk."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from finetop.server.jobdir import sha256_of
from finetop.server.trainers import base_models
from finetop.server.trainers.tiny import BASE_PATH, grammar
from finetop.server.trainers.tiny.network import Network
from finetop.server.trainers.tiny.pretrain import held_out_loss
from finetop.server.trainers.tiny.weights import load_arrays, load_network

if TYPE_CHECKING:
    from pathlib import Path


def generated(request: dict[str, Any], *, code: int = 0) -> dict[str, Any]:
    process = subprocess.run(
        [sys.executable, "-m", "finetop.server.trainers.generate"],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=False,
    )
    assert process.returncode == code, process.stderr.decode()
    reply = json.loads(process.stdout)
    assert isinstance(reply, dict)
    return reply


def test_the_file_is_the_pinned_one() -> None:
    [base] = base_models()
    assert base.name == "tiny-bytes-1"
    assert sha256_of(BASE_PATH) == base.sha256
    assert BASE_PATH.stat().st_size <= 800_000
    parts = load_arrays(BASE_PATH)
    assert {part.dtype for part in parts.values()} == {np.dtype(np.float16)}
    assert sum(part.size for part in parts.values()) == 358_984


def test_it_answers_questions_it_never_saw() -> None:
    """The held-out phrasings are in no training example; random weights lose 5.58 nats a byte on them."""
    asked = {messages[0].content for messages in grammar.held_out()}
    assert len(asked) > 100
    assert asked.isdisjoint(question for question, _ in grammar.trained_pairs())
    assert held_out_loss(load_network(None)) < 0.5
    assert held_out_loss(Network.random(1)) == pytest.approx(5.58, abs=0.1)


def test_the_grammar_writes_the_same_again() -> None:
    assert list(grammar.examples(3, 20)) == list(grammar.examples(3, 20))
    assert list(grammar.examples(3, 20)) != list(grammar.examples(4, 20))


def test_it_can_be_talked_to() -> None:
    messages = [{"role": "user", "content": "What is a river?"}]
    reply = generated({"weights": None, "messages": messages, "max_tokens": 200})
    assert reply == {
        "text": "A river is water on its way to the sea. It is always there and never the same.",
        "finish_reason": "stop",
        "prompt_tokens": 16,
        "completion_tokens": 78,
    }
    prompted = generated({"weights": None, "prompt": "What is a river?", "stop": [" on"]})
    assert prompted["text"] == "A river is water"


def test_a_draw_follows_its_seed() -> None:
    request = {"prompt": "Hello", "temperature": 1.5, "seed": 7, "max_tokens": 60}
    assert generated(request) == generated(request)
    assert generated(request) != generated({**request, "seed": 8})


def test_missing_weights_are_told(tmp_path: Path) -> None:
    reply = generated({"weights": str(tmp_path / "gone.npz"), "prompt": "Hello"}, code=1)
    assert reply["error"]["code"] == "bad_weights"
    assert "do not exist" in reply["error"]["message"]


def test_nothing_heavy_is_loaded_by_the_server() -> None:
    script = (
        "import sys, finetop.server.trainers, finetop.server.trainers.data, finetop.server.jobdir, "
        "finetop.server.worker, finetop.server.trainers.generate\n"
        "print('numpy' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", script]) == b"False\n"
