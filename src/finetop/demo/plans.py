"""Which jobs a demo shows: those that were recorded, those that run, and what the form begins with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from finetop.demo import samples

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = "tiny-bytes-1"
HOUR_S, DAY_S = 3600, 86_400


@dataclass(frozen=True)
class SampleFile:
    """A training file that is written when it is needed."""

    name: str
    write: Callable[[], bytes]


@dataclass(frozen=True)
class PlannedJob:
    """A create request, with its files."""

    suffix: str
    training: SampleFile
    validation: SampleFile | None = None
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    """As asked for; what is missing is "auto"."""
    seed: int = 42
    metadata: dict[str, str] = field(default_factory=dict)
    model: str = MODEL
    method: str = "supervised"
    age_s: int = 0
    """How long ago it should seem to have begun."""
    stopped_at: float | None = None
    """Share of its steps after which it was cancelled."""
    paused_at: float | None = None
    """Share of its steps after which it was paused; its saved state is no part of the recording."""
    grader: dict[str, Any] | None = None
    is_legacy: bool = False
    """Made as a fine-tune of the older kind."""


@dataclass(frozen=True)
class QuickSample:
    """What the form begins with: trained in seconds, and the difference can be heard."""

    training: SampleFile
    validation: SampleFile
    questions: tuple[str, ...]
    """Good to put to the base and the tuned model side by side; the first is the best."""


def _pair(
    name: str, training: Callable[[], bytes], validation: Callable[[], bytes]
) -> tuple[SampleFile, SampleFile]:
    """A training file and the validation file beside it."""
    return SampleFile(f"{name}.jsonl", training), SampleFile(f"{name}-validation.jsonl", validation)


SUPPORT = _pair("harbor-support", samples.support_bot, samples.support_bot_validation)
LABELS = _pair("ticket-labels", samples.ticket_labels, samples.ticket_labels_validation)
POLITE = _pair("polite-notes", samples.polite_rewrites, samples.polite_rewrites_validation)
TOWN = _pair("town-hall", samples.town_faq, samples.town_faq_validation)
REPLIES = _pair("ticket-replies", samples.ticket_replies, samples.ticket_replies_validation)
TRAILS = _pair("trail-notes", samples.trail_notes, samples.trail_notes_validation)
PAIRS = _pair("kind-or-blunt", samples.kind_or_blunt, samples.kind_or_blunt_validation)
QUESTIONS = _pair("hard-questions", samples.hard_questions, samples.hard_questions_validation)
OLDER = _pair("ticket-completions", samples.ticket_completions, samples.ticket_completions_validation)
REVIEWS = SampleFile("reviews-export.jsonl", samples.bad_line_17)

MODEST = {
    "type": "string_check",
    "name": "modest",
    "input": "{{sample.output_text}}",
    "reference": "{{item.wanted}}",
    "operation": "like",
}

RECORDED = (
    PlannedJob(
        "harbor-support",
        *SUPPORT,
        {"n_epochs": 2, "batch_size": 4},
        metadata={"team": "support", "note": "first try"},
        age_s=5 * HOUR_S,
    ),
    PlannedJob(
        "kind-pairs",
        *PAIRS,
        {"n_epochs": 5, "batch_size": 4},
        metadata={"team": "office", "note": "which is liked better"},
        method="dpo",
        age_s=8 * HOUR_S,
    ),
    PlannedJob(
        "modest",
        *QUESTIONS,
        {"n_epochs": 4, "batch_size": 2},
        metadata={"team": "support", "note": "say so when unsure"},
        method="reinforcement",
        grader=MODEST,
        age_s=11 * HOUR_S,
    ),
    PlannedJob(
        "town-paused",
        *TOWN,
        {"n_epochs": 20, "batch_size": 2},
        seed=9,
        metadata={"team": "city", "note": "to be resumed"},
        age_s=15 * HOUR_S,
        paused_at=0.4,
    ),
    PlannedJob(
        "town-hall-40",
        *TOWN,
        {"n_epochs": 40, "batch_size": 2, "learning_rate_multiplier": 1.0},
        seed=7,
        metadata={"team": "city", "note": "more epochs?"},
        age_s=20 * HOUR_S,
    ),
    PlannedJob(
        "town-hall",
        *TOWN,
        {"n_epochs": 6, "batch_size": 2},
        seed=7,
        metadata={"team": "city"},
        age_s=22 * HOUR_S,
    ),
    PlannedJob("reviews", REVIEWS, metadata={"team": "support"}, age_s=27 * HOUR_S),
    PlannedJob(
        "labels-lr1",
        *LABELS,
        {"n_epochs": 3, "batch_size": 2, "learning_rate_multiplier": 1.0},
        seed=11,
        metadata={"team": "support", "compare": "rate"},
        age_s=2 * DAY_S,
    ),
    PlannedJob(
        "labels-lr01",
        *LABELS,
        {"n_epochs": 3, "batch_size": 2, "learning_rate_multiplier": 0.1},
        seed=11,
        metadata={"team": "support", "compare": "rate"},
        age_s=2 * DAY_S + HOUR_S,
    ),
    PlannedJob(
        "polite-hot",
        *POLITE,
        {"n_epochs": 12, "batch_size": 4, "learning_rate_multiplier": 30.0},
        metadata={"team": "office", "note": "rate too high"},
        age_s=4 * DAY_S,
        stopped_at=0.45,
    ),
    PlannedJob(
        "polite",
        *POLITE,
        {"n_epochs": 12, "batch_size": 4},
        metadata={"team": "office"},
        age_s=4 * DAY_S - HOUR_S,
    ),
    PlannedJob(
        "older-labels",
        *OLDER,
        {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5},
        age_s=6 * DAY_S,
        is_legacy=True,
    ),
)
"""Twelve jobs of the past, newest first but for those started together."""

LONG = (
    PlannedJob(
        "trail-notes",
        *TRAILS,
        {"n_epochs": 50, "batch_size": 4, "learning_rate_multiplier": 0.01},
        seed=3,
        metadata={"team": "tourism"},
        age_s=2,
    ),
    PlannedJob(
        "ticket-replies",
        *REPLIES,
        {"n_epochs": 50, "batch_size": 2, "learning_rate_multiplier": 0.02},
        metadata={"team": "support", "note": "over lunch"},
        age_s=1,
    ),
    PlannedJob(
        "ticket-replies-b8",
        *REPLIES,
        {"n_epochs": 50, "batch_size": 8, "learning_rate_multiplier": 0.05},
        metadata={"team": "support", "note": "larger batch"},
        age_s=0,
    ),
)
"""Three jobs of just now, the oldest first; two made in one second might stand in any order."""

QUICK = QuickSample(
    *SUPPORT,
    (
        "How do I return an item?",
        "I forgot my password",
        "Which tent do you recommend?",
        "Do you ship abroad?",
        "I was charged twice",
    ),
)
