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


SUPPORT = SampleFile("harbor-support.jsonl", samples.support_bot)
SUPPORT_VALIDATION = SampleFile("harbor-support-validation.jsonl", samples.support_bot_validation)
LABELS = SampleFile("ticket-labels.jsonl", samples.ticket_labels)
LABELS_VALIDATION = SampleFile("ticket-labels-validation.jsonl", samples.ticket_labels_validation)
POLITE = SampleFile("polite-notes.jsonl", samples.polite_rewrites)
POLITE_VALIDATION = SampleFile("polite-notes-validation.jsonl", samples.polite_rewrites_validation)
TOWN = SampleFile("town-hall.jsonl", samples.town_faq)
TOWN_VALIDATION = SampleFile("town-hall-validation.jsonl", samples.town_faq_validation)
REVIEWS = SampleFile("reviews-export.jsonl", samples.bad_line_17)
REPLIES = SampleFile("ticket-replies.jsonl", samples.ticket_replies)
REPLIES_VALIDATION = SampleFile("ticket-replies-validation.jsonl", samples.ticket_replies_validation)
TRAILS = SampleFile("trail-notes.jsonl", samples.trail_notes)
TRAILS_VALIDATION = SampleFile("trail-notes-validation.jsonl", samples.trail_notes_validation)

PAIRS = SampleFile("kind-or-blunt.jsonl", samples.kind_or_blunt)
PAIRS_VALIDATION = SampleFile("kind-or-blunt-validation.jsonl", samples.kind_or_blunt_validation)
QUESTIONS = SampleFile("hard-questions.jsonl", samples.hard_questions)
QUESTIONS_VALIDATION = SampleFile("hard-questions-validation.jsonl", samples.hard_questions_validation)
OLDER = SampleFile("ticket-completions.jsonl", samples.ticket_completions)
OLDER_VALIDATION = SampleFile("ticket-completions-validation.jsonl", samples.ticket_completions_validation)

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
        SUPPORT,
        SUPPORT_VALIDATION,
        {"n_epochs": 2, "batch_size": 4},
        metadata={"team": "support", "note": "first try"},
        age_s=5 * HOUR_S,
    ),
    PlannedJob(
        "kind-pairs",
        PAIRS,
        PAIRS_VALIDATION,
        {"n_epochs": 5, "batch_size": 4},
        metadata={"team": "office", "note": "which is liked better"},
        method="dpo",
        age_s=8 * HOUR_S,
    ),
    PlannedJob(
        "modest",
        QUESTIONS,
        QUESTIONS_VALIDATION,
        {"n_epochs": 4, "batch_size": 2},
        metadata={"team": "support", "note": "say so when unsure"},
        method="reinforcement",
        grader=MODEST,
        age_s=11 * HOUR_S,
    ),
    PlannedJob(
        "town-paused",
        TOWN,
        TOWN_VALIDATION,
        {"n_epochs": 20, "batch_size": 2},
        seed=9,
        metadata={"team": "city", "note": "to be resumed"},
        age_s=15 * HOUR_S,
        paused_at=0.4,
    ),
    PlannedJob(
        "town-hall-40",
        TOWN,
        TOWN_VALIDATION,
        {"n_epochs": 40, "batch_size": 2, "learning_rate_multiplier": 1.0},
        seed=7,
        metadata={"team": "city", "note": "more epochs?"},
        age_s=20 * HOUR_S,
    ),
    PlannedJob(
        "town-hall",
        TOWN,
        TOWN_VALIDATION,
        {"n_epochs": 6, "batch_size": 2},
        seed=7,
        metadata={"team": "city"},
        age_s=22 * HOUR_S,
    ),
    PlannedJob("reviews", REVIEWS, metadata={"team": "support"}, age_s=27 * HOUR_S),
    PlannedJob(
        "labels-lr1",
        LABELS,
        LABELS_VALIDATION,
        {"n_epochs": 3, "batch_size": 2, "learning_rate_multiplier": 1.0},
        seed=11,
        metadata={"team": "support", "compare": "rate"},
        age_s=2 * DAY_S,
    ),
    PlannedJob(
        "labels-lr01",
        LABELS,
        LABELS_VALIDATION,
        {"n_epochs": 3, "batch_size": 2, "learning_rate_multiplier": 0.1},
        seed=11,
        metadata={"team": "support", "compare": "rate"},
        age_s=2 * DAY_S + HOUR_S,
    ),
    PlannedJob(
        "polite-hot",
        POLITE,
        POLITE_VALIDATION,
        {"n_epochs": 12, "batch_size": 4, "learning_rate_multiplier": 30.0},
        metadata={"team": "office", "note": "rate too high"},
        age_s=4 * DAY_S,
        stopped_at=0.45,
    ),
    PlannedJob(
        "polite",
        POLITE,
        POLITE_VALIDATION,
        {"n_epochs": 12, "batch_size": 4},
        metadata={"team": "office"},
        age_s=4 * DAY_S - HOUR_S,
    ),
    PlannedJob(
        "older-labels",
        OLDER,
        OLDER_VALIDATION,
        {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5},
        age_s=6 * DAY_S,
        is_legacy=True,
    ),
)
"""Twelve jobs of the past, newest first but for those started together."""

LONG = (
    PlannedJob(
        "ticket-replies",
        REPLIES,
        REPLIES_VALIDATION,
        {"n_epochs": 50, "batch_size": 2, "learning_rate_multiplier": 0.02},
        metadata={"team": "support", "note": "over lunch"},
        age_s=120,
    ),
    PlannedJob(
        "trail-notes",
        TRAILS,
        TRAILS_VALIDATION,
        {"n_epochs": 50, "batch_size": 4, "learning_rate_multiplier": 0.01},
        seed=3,
        metadata={"team": "tourism"},
        age_s=60,
    ),
    PlannedJob(
        "ticket-replies-b8",
        REPLIES,
        REPLIES_VALIDATION,
        {"n_epochs": 50, "batch_size": 8, "learning_rate_multiplier": 0.05},
        metadata={"team": "support", "note": "larger batch"},
        age_s=30,
    ),
)

QUICK = QuickSample(
    SUPPORT,
    SUPPORT_VALIDATION,
    (
        "How do I return an item?",
        "I forgot my password",
        "Which tent do you recommend?",
        "Do you ship abroad?",
        "I was charged twice",
    ),
)
