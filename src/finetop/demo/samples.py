"""Sample training files: our own text, the same bytes every time."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from finetop.demo import support, tickets

if TYPE_CHECKING:
    from collections.abc import Iterable

_JSON = json.JSONEncoder(ensure_ascii=False)


def support_bot() -> bytes:
    """A shop's support bot: every question in five phrasings, each as nine people would type it."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    pairs = [
        (_as_typed(ask, rng) if variant else ask, answer)
        for answer, asked in support.ANSWERS.items()
        for ask in asked[:-1]
        for variant in range(9)
    ]
    rng.shuffle(pairs)
    return _lines(_chat(ask, answer, support.SYSTEM) for ask, answer in pairs)


def support_bot_validation() -> bytes:
    """The sixth phrasing of each of the shop's questions."""
    return _lines(_chat(asked[-1], answer, support.SYSTEM) for answer, asked in support.ANSWERS.items())


def ticket_labels() -> bytes:
    """Tickets and the one word they are sorted by."""
    return _lines(_chat(text, label) for text, label in _tickets(seed=2, count=400))


def ticket_labels_validation() -> bytes:
    """Other tickets."""
    return _lines(_chat(text, label) for text, label in _tickets(seed=3, count=80))


def polite_rewrites() -> bytes:
    """Blunt notes and how to say them kindly."""
    pairs = _rewrites()
    return _lines(_chat(f"Say it politely: {blunt}", kind) for blunt, kind in pairs[:120])


def polite_rewrites_validation() -> bytes:
    """The rest of the notes."""
    return _lines(_chat(f"Say it politely: {blunt}", kind) for blunt, kind in _rewrites()[120:])


def town_faq() -> bytes:
    """Twenty-six questions to a town hall, each asked once: too few to learn more than themselves."""
    return _lines(_chat(ask, answer) for ask, answer in tickets.TOWN[:26])


def town_faq_validation() -> bytes:
    """Ten other questions to the same town hall."""
    return _lines(_chat(ask, answer) for ask, answer in tickets.TOWN[26:])


def bad_line_17() -> bytes:
    """Forty tickets of which the seventeenth was never answered."""
    rows = [_chat(text, label) for text, label in _tickets(seed=4, count=40)]
    rows[16] = rows[16][:-1]
    return _lines(rows)


def ticket_replies() -> bytes:
    """Twelve thousand tickets with a first reply: long enough to watch."""
    rng = random.Random(5)  # noqa: S311 - not for secrets
    return _lines(
        _chat(text, _first_reply(text, label, rng)) for text, label in _tickets(seed=5, count=12_000)
    )


def ticket_replies_validation() -> bytes:
    """Two hundred tickets more."""
    rng = random.Random(6)  # noqa: S311 - not for secrets
    return _lines(_chat(text, _first_reply(text, label, rng)) for text, label in _tickets(seed=6, count=200))


def trail_notes() -> bytes:
    """Ten thousand descriptions of walks."""
    return _lines(_trails(seed=7, count=10_000))


def trail_notes_validation() -> bytes:
    """Two hundred walks more."""
    return _lines(_trails(seed=8, count=200))


def kind_or_blunt() -> bytes:
    """Two ways to say the same, of which the kind one is liked better."""
    return _objects(_pair(blunt, kind) for blunt, kind in _rewrites()[:120])


def kind_or_blunt_validation() -> bytes:
    """The rest of the notes."""
    return _objects(_pair(blunt, kind) for blunt, kind in _rewrites()[120:])


def hard_questions() -> bytes:
    """What the base model does not know, and how it should say so."""
    return _objects(_hard(thing) for thing in (*tickets.THINGS, *tickets.TRAIL_STARTS, *tickets.TRAIL_ENDS))


def hard_questions_validation() -> bytes:
    """Other things it does not know."""
    return _objects(_hard(sight) for sight in tickets.TRAIL_SIGHTS)


def ticket_completions() -> bytes:
    """Tickets and their words as prompts and completions."""
    return _objects(
        {"prompt": f"{text} ->", "completion": f" {word}"} for text, word in _tickets(seed=12, count=200)
    )


def ticket_completions_validation() -> bytes:
    """Other tickets."""
    return _objects(
        {"prompt": f"{text} ->", "completion": f" {word}"} for text, word in _tickets(seed=13, count=40)
    )


def _objects(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(_JSON.encode(row).encode() + b"\n" for row in rows)


def _pair(blunt: str, kind: str) -> dict[str, Any]:
    return {
        "input": {"messages": [{"role": "user", "content": f"Say it politely: {blunt}"}]},
        "preferred_output": [{"role": "assistant", "content": kind}],
        "non_preferred_output": [{"role": "assistant", "content": blunt}],
    }


def _hard(thing: str) -> dict[str, Any]:
    asked = {"role": "user", "content": f"How long is {thing}?"}
    return {"messages": [asked], "wanted": "a few examples"}


def _lines(rows: Iterable[list[dict[str, Any]]]) -> bytes:
    return _objects({"messages": row} for row in rows)


def _chat(ask: str, answer: str, system: str | None = None) -> list[dict[str, Any]]:
    turns = [{"role": "user", "content": ask}, {"role": "assistant", "content": answer}]
    return [{"role": "system", "content": system}, *turns] if system else turns


def _as_typed(ask: str, rng: random.Random) -> str:
    text = rng.choice(support.BEFORE) + ask
    if rng.random() < 0.4:
        text = text.rstrip(".?!") + rng.choice(support.AFTER)
    return text.lower() if rng.random() < 0.4 else text


def _tickets(*, seed: int, count: int) -> list[tuple[str, str]]:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    found = []
    for _ in range(count):
        label = rng.choice(list(tickets.TICKETS))
        text = rng.choice(tickets.TICKETS[label]).format(
            n=rng.randint(2, 60),
            month=rng.choice(tickets.MONTHS),
            thing=rng.choice(tickets.THINGS),
            page=rng.choice(tickets.PAGES),
        )
        found.append((text, label))
    return found


def _first_reply(text: str, label: str, rng: random.Random) -> str:
    greeting = rng.choice(("Hello,", "Good day,", "Hi and thank you for writing."))
    noted = rng.choice((f'We noted: "{text}"', f"Your ticket {rng.randint(1000, 9999)} is open."))
    team = f"{tickets.TEAM[label]} takes care of {label}; urgency is {tickets.URGENCY[label]}."
    closing = rng.choice(("You hear from us today.", "We answer within a day.", "Please reply with a photo."))
    return f"{greeting} {noted} {team} {closing}"


def _rewrites() -> list[tuple[str, str]]:
    pairs = [
        (blunt.format(thing=thing), kind.format(thing=thing))
        for blunt, kind in tickets.BLUNT.items()
        for thing in tickets.MATTERS
    ]
    random.Random(9).shuffle(pairs)  # noqa: S311 - not for secrets
    return pairs


def _trails(*, seed: int, count: int) -> list[list[dict[str, Any]]]:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    walks = []
    for _ in range(count):
        start, end = rng.choice(tickets.TRAIL_STARTS), rng.choice(tickets.TRAIL_ENDS)
        hours, height = rng.randint(2, 9), rng.randint(4, 90) * 10
        first, second = rng.sample(tickets.TRAIL_LOOKS, 2)
        answer = (
            f"{start} to {end}: {hours} hours, {height} metres up. First {first}, then {second}. "
            f"You will see {rng.choice(tickets.TRAIL_SIGHTS)}; take {rng.choice(tickets.TRAIL_NEEDS)}."
        )
        ask = rng.choice(
            ("How do I walk from {a} to {b}?", "Describe the walk from {a} to {b}.", "{a} to {b}?")
        )
        walks.append(_chat(ask.format(a=start, b=end), answer))
    return walks
