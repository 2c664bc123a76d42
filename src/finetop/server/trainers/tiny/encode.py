"""Turns messages into symbols to predict and a bag of the prompt's words."""

from __future__ import annotations

import re
import zlib
from array import array
from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from finetop.server.trainers.data import Message

CONTEXT = 16
SYMBOLS = 264
PAD, SYSTEM, USER, ASSISTANT, END = range(256, 261)
BUCKETS = 8192
ROLE_MARKS = {"system": SYSTEM, "user": USER, "assistant": ASSISTANT}
BACKGROUND = 0.5
"""How loud everything before the last question is, next to that question."""

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True)
class Bag:
    """Hashed words and word pairs of a prompt, each bucket once, with its weight."""

    buckets: array[int]
    weights: array[float]


@dataclass(frozen=True)
class Answer:
    """One assistant message to learn: the 16 symbols before it, its bytes and the end mark."""

    symbols: array[int]
    bag: Bag
    place: int = 0
    """How far into the whole answer this one begins."""


def answers(messages: Sequence[Message]) -> Iterator[Answer]:
    """Every trained assistant message as a piece of its own, with all before it as its prompt."""
    for place, message in enumerate(messages):
        if message.trained:
            before = messages[:place]
            symbols = context(before)
            symbols.extend(message.content.encode())
            symbols.append(END)
            yield Answer(symbols, prompt_bag(before))


def context(messages: Sequence[Message]) -> array[int]:
    """The last 16 symbols in front of the answer to these messages."""
    tail = [ASSISTANT]
    for message in reversed(messages):
        # Each character is a byte at least, so no more of a long prompt can reach the window.
        last = message.content[-CONTEXT:].encode()
        mark = ROLE_MARKS[message.role]
        closing = [END] if message.role == "assistant" else []
        fits = len(message.content) <= CONTEXT
        tail = [*([mark] if fits else []), *last, *closing, *tail]
        if len(tail) >= CONTEXT:
            break
    return array("H", [*[PAD] * (CONTEXT - len(tail)), *tail[-CONTEXT:]])


def prompt_bag(messages: Sequence[Message]) -> Bag:
    """The last question's words at full weight, all earlier ones' at half; the order of words is in pairs."""
    asked = max((i for i, message in enumerate(messages) if message.role == "user"), default=-1)
    question: Counter[int] = Counter()
    background: Counter[int] = Counter()
    for place, message in enumerate(messages):
        if place == asked:
            question.update(_features("", message.content))
        else:
            background.update(_features(message.role, message.content))
    weights: dict[int, float] = {}
    for counts, loudness in ((question, 1.0), (background, BACKGROUND)):
        length = sqrt(sum(count * count for count in counts.values())) or 1.0
        for bucket, count in counts.items():
            weights[bucket] = weights.get(bucket, 0.0) + loudness * count / length
    ordered = sorted(weights)
    return Bag(array("H", ordered), array("f", (weights[bucket] for bucket in ordered)))


def _features(role: str, text: str) -> Iterator[int]:
    before = "^"
    for match in WORD.finditer(text.lower()):
        word = match.group()
        yield zlib.crc32(f"{role}\0{word}".encode()) % BUCKETS
        yield zlib.crc32(f"{role}\0{before} {word}".encode()) % BUCKETS
        before = word
