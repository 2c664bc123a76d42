"""Lets the network answer."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from finetop.server.trainers.tiny.encode import CONTEXT, END, context, prompt_bag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.server.trainers.data import Message
    from finetop.server.trainers.tiny.network import Floats, Network

BYTES = 256


@dataclass(frozen=True)
class Reply:
    """An answer; tokens are bytes, as everywhere with this model."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


def reply(
    network: Network,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    temperature: float = 0.0,
    seed: int | None = None,
    stop: Sequence[str] = (),
) -> Reply:
    """Answer the messages; at temperature 0 the likeliest byte always wins."""
    rng = np.random.default_rng(seed)
    heard = network.heard(prompt_bag(messages))
    window = list(context(messages))
    stops = [text.encode() for text in stop if text]
    said = bytearray()
    finish_reason = "length"
    while len(said) < max_tokens:
        symbol = _choice(network.logits(window[-CONTEXT:], len(said), heard), temperature, rng)
        if symbol == END:
            finish_reason = "stop"
            break
        said.append(symbol)
        window.append(symbol)
        if ended := next((text for text in stops if said.endswith(text)), None):
            del said[-len(ended) :]
            finish_reason = "stop"
            break
    prompt_tokens = sum(len(message.content.encode()) for message in messages)
    return Reply(_text(said), finish_reason, prompt_tokens, len(said))


def _choice(logits: Floats, temperature: float, rng: np.random.Generator) -> int:
    # Role marks and padding are never said.
    likely = np.append(logits[:BYTES], logits[END]).astype(np.float64)
    if temperature > 0:
        # The largest of these sums is a fair draw from the softmax (Gumbel).
        likely = likely / temperature + rng.gumbel(size=len(likely))
    best = int(likely.argmax())
    return END if best == BYTES else best


def _text(said: bytearray) -> str:
    """Text of these bytes; a character that the end cut in two is left out, a wrong byte is marked."""
    return codecs.getincrementaldecoder("utf-8")("replace").decode(bytes(said))
