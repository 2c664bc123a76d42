"""Writes question and answer pairs for the base model; the same seed writes the same pairs."""

from __future__ import annotations

import random
from array import array
from typing import TYPE_CHECKING

from finetop.server.trainers.data import Message
from finetop.server.trainers.tiny import lessons, small_talk
from finetop.server.trainers.tiny.encode import ASSISTANT, CONTEXT, END, PAD, Answer, answers, prompt_bag
from finetop.server.trainers.tiny.lexicon import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD_OUT_EVERY, HELD_OUT = 12, 7
"""One phrasing in twelve is never trained, only measured."""

TALK_SHARE = 0.4
UNHEARD_OF, MIXED_UP = 0.11, 0.03
"""Shares of examples that ask with new words, and with words from many questions."""

DISTRACTED, SPELLING = 0.1, 0.15
"""Shares of examples that go on with some answer, or some sentence, while hearing a question for another.

They keep the model fluent where a question pulls it two ways, and teach it words no lesson holds.
"""

ONLY_BEGUN, FIRST_BYTES = 0.5, 12
"""Share of examples of which only the first bytes are trained: those decide which answer it will be."""

DO_NOT_KNOW = "I do not know much about that yet. Ask something simpler, or teach me with a few examples."
"""Said to what is made of words never heard."""

BEFORE = ("", "", "", "", "Please: ", "Hey, ", "Well, ", "So, ", "Hi! ", "One question: ", "By the way, ")
AFTER = ("", "", "", "", " Please.", " Thanks!", " I am curious.", " Thank you.", " Today.")
FILLERS = ["really", "just", "actually", "maybe", "now", "again", "ever", "still", "even", "also", "perhaps"]
"""What people put around a question, and into it."""

_COMMON = (
    "the of in for my with is are what how why can does this that about when which i me do tell "
    "give write should a an to it on at from will would could there best explain make find use"
)
COMMON = _COMMON.split()
SYSTEM = (
    "You are a helpful assistant.",
    "You are a helpful assistant. Keep your answers short.",
    "Answer in a friendly way.",
    "Be brief.",
)

Pair = tuple[str, str]


def pairs() -> list[Pair]:
    """Every plain question the lessons hold, with its answer, in a fixed order."""
    return [*talk(), *topics()]


def talk() -> list[Pair]:
    """What people say to a machine they have just met."""
    return [(ask, answer) for answer, asked in small_talk.TALK.items() for ask in asked]


def topics() -> list[Pair]:
    """Every kind of question about every thing that is taught."""
    found: list[Pair] = []
    for topic, (what, more) in lessons.TOPICS.items():
        name = topic.removeprefix("a ").removeprefix("an ").removeprefix("the ")
        names = [topic, plural(name)] if topic.startswith(("a ", "an ")) else [topic]
        for called in names:
            asking = (*lessons.EXPLAIN, *lessons.TELL, *lessons.LIKE, *lessons.WRITE)
            found += [(ask.format(x=called), f"{what} {more}") for ask in asking]
            found += [(ask.format(x=called), more) for ask in lessons.ADVISE]
        found.append((name.capitalize(), f"{what} {more}"))
    return found


def plural(name: str) -> str:
    """More than one of it."""
    if name == "fish":
        return name
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("ch", "s", "sh")) else "s")


def trained_pairs() -> list[Pair]:
    """What the base model learns."""
    return [pair for number, pair in enumerate(pairs()) if number % HELD_OUT_EVERY != HELD_OUT]


def held_out() -> list[tuple[Message, ...]]:
    """What it never saw: other phrasings of what it knows, so that a fair answer exists."""
    return [example(*pair) for number, pair in enumerate(pairs()) if number % HELD_OUT_EVERY == HELD_OUT]


def examples(seed: int, count: int) -> Iterator[list[Answer]]:
    """Training examples: the pairs as people would type them, and some that keep the model steady."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    trained = set(trained_pairs())
    chat, facts = ([pair for pair in some if pair in trained] for some in (talk(), topics()))
    for _ in range(count):
        known = chat if rng.random() < TALK_SHARE else facts
        kind = rng.random()
        if kind < DISTRACTED + SPELLING:
            said = rng.choice(known)[1] if kind < DISTRACTED else sentences(rng)
            yield [_distracted(rng, rng.choice(known)[0], said)]
            continue
        question, answer = _drawn(rng, known)
        if kind < DISTRACTED + SPELLING + ONLY_BEGUN:
            yield [_begun(_as_example(rng, question, answer))]
            continue
        yield list(answers(_as_example(rng, question, answer)))


def example(question: str, answer: str, system: str | None = None) -> tuple[Message, ...]:
    """One conversation of one question."""
    turns = (Message("user", question), Message("assistant", answer, trained=True))
    return (Message("system", system), *turns) if system else turns


def _as_example(rng: random.Random, question: str, answer: str) -> tuple[Message, ...]:
    return example(question, answer, rng.choice(SYSTEM) if rng.random() < 0.2 else None)


def _begun(messages: tuple[Message, ...]) -> Answer:
    [answer] = answers(messages)
    return Answer(answer.symbols[: CONTEXT + FIRST_BYTES], answer.bag)


def _distracted(rng: random.Random, question: str, answer: str) -> Answer:
    """The rest of an answer, heard with a question that does not lead there."""
    heard = question if rng.random() < 0.5 else _unheard_of(rng)
    said = [ASSISTANT, *answer.encode(), END]
    begun = rng.randint(3, CONTEXT)
    symbols = [*[PAD] * (CONTEXT - begun), *said]
    return Answer(array("H", symbols), prompt_bag([Message("user", heard)]), begun - 1)


def _drawn(rng: random.Random, known: list[Pair]) -> Pair:
    kind = rng.random()
    if kind < UNHEARD_OF:
        return _unheard_of(rng), DO_NOT_KNOW
    if kind < UNHEARD_OF + MIXED_UP:
        return _mixed_up(rng, known), DO_NOT_KNOW
    question, answer = rng.choice(known)
    return _as_typed(question, rng), answer


def _as_typed(question: str, rng: random.Random) -> str:
    words = []
    for word in question.split():
        if rng.random() < 0.06:
            words.append(rng.choice(FILLERS) if rng.random() < 0.7 else _made_up_word(rng))
        if rng.random() > 0.04 or len(question) < 25:
            words.append(word)
    text = rng.choice(BEFORE) + " ".join(words) + rng.choice(AFTER)
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.3:
        text = text.rstrip(".?! ")
    return text


def _mixed_up(rng: random.Random, known: list[Pair]) -> str:
    words = [rng.choice(rng.choice(known)[0].split()) for _ in range(rng.randint(3, 8))]
    return " ".join(words).lower().capitalize() + rng.choice(("?", ".", ""))


def _unheard_of(rng: random.Random) -> str:
    """Some words that mean nothing, between some that could be in any question."""
    words = [
        rng.choice(COMMON) if rng.random() < 0.45 else _made_up_word(rng) for _ in range(rng.randint(0, 8))
    ]
    return " ".join([*words, _made_up_word(rng)]).capitalize() + rng.choice(("?", "?", ".", "", "!"))


def _made_up_word(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9)))
    syllables = rng.randint(1, 3)
    return "".join(
        rng.choice("bcdfghklmnprstvw") + rng.choice("aeiou") + rng.choice("nrstlm") for _ in range(syllables)
    )
