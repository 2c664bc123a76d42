"""Lets the network answer, piece by piece."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from finetop.server.trainers.tiny.encode import CONTEXT, END, context, prompt_bag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    speech = Speech(network, messages, temperature=temperature, seed=seed, stop=stop)
    text = "".join(speech.pieces(max_tokens))
    return Reply(text, speech.finish_reason, speech.prompt_tokens, speech.completion_tokens)


class Speech:
    """One answer while it is being said."""

    def __init__(
        self,
        network: Network,
        messages: Sequence[Message],
        *,
        temperature: float = 0.0,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> None:
        self.finish_reason = "length"
        self.prompt_tokens = sum(len(message.content.encode()) for message in messages)
        self._network = network
        self._temperature = temperature
        self._rng = np.random.default_rng(seed)
        self._heard = network.heard(prompt_bag(messages))
        self._window = list(context(messages))
        self._stops = [text.encode() for text in stop if text]
        self._said = bytearray()

    @property
    def completion_tokens(self) -> int:
        """How many bytes were said."""
        return len(self._said)

    def pieces(self, max_tokens: int) -> Iterator[str]:
        """Whole characters as they come; what may yet become a stop word is held back.

        A character that the end cut in two is left out, a wrong byte is marked.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        told = 0
        while self._goes_on(max_tokens):
            sure = len(self._said) - self._maybe_stop()
            if text := decoder.decode(bytes(self._said[told:sure])):
                yield text
            told = max(told, sure)
        if text := decoder.decode(bytes(self._said[told:])):
            yield text

    def _goes_on(self, max_tokens: int) -> bool:
        """Say one byte more, unless this is the end."""
        if len(self._said) >= max_tokens:
            return False
        logits = self._network.logits(self._window[-CONTEXT:], len(self._said), self._heard)
        symbol = _choice(logits, self._temperature, self._rng)
        if symbol == END:
            self.finish_reason = "stop"
            return False
        self._said.append(symbol)
        self._window.append(symbol)
        if ended := next((text for text in self._stops if self._said.endswith(text)), None):
            del self._said[-len(ended) :]
            self.finish_reason = "stop"
            return False
        return True

    def _maybe_stop(self) -> int:
        """How many of the last bytes a stop word begins with."""
        return max(
            (
                size
                for text in self._stops
                for size in range(1, len(text))
                if self._said.endswith(text[:size])
            ),
            default=0,
        )


def _choice(logits: Floats, temperature: float, rng: np.random.Generator) -> int:
    # Role marks and padding are never said.
    likely = np.append(logits[:BYTES], logits[END]).astype(np.float64)
    if temperature > 0:
        # The largest of these sums is a fair draw from the softmax (Gumbel).
        likely = likely / temperature + rng.gumbel(size=len(likely))
    best = int(likely.argmax())
    return END if best == BYTES else best
