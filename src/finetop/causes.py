"""What most likely made a job fail, and what to do about it; pure.

A provider's sentence says what it met, not why. The table goes from what is narrow to what is wide, and
what nothing in it fits is left alone: a wrong cause would cost more than none.
"""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple


class Cause(NamedTuple):
    """A likely cause in plain words."""

    why: str
    advice: str
    """What to do; a sentence."""


def cause_of(message: str | None, code: str | None = None, param: str | None = None) -> Cause | None:
    """The likely cause of a failure; None where the words tell nothing that we know."""
    words = " ".join(part for part in (code, message) if part)
    said = f"{words} about:{param}" if param else words
    cause = next((cause for pattern, cause in _causes() if pattern.search(said)), None)
    if cause is not None and _NUMBERED.search(words):
        return cause._replace(advice=cause.advice.replace(_CHECK, _MEND))
    return cause


_CHECK: Final = "A job with this file on the profile local names the line, for nothing."
_MEND: Final = "Mend it, upload the file again, and create the job with that."
_NUMBERED: Final = re.compile(r"\b(?:line|example)s? #?\d", re.IGNORECASE)
"""Where the words name the place already."""
_AGAIN: Final = "Nothing of yours is wrong: create the job again."

_TABLE: Final = (
    (
        r"<\|[a-z_]+\|>|(?:invalid|special|forbidden|disallowed) token",
        "An example has one of the model's own control tokens in its text.",
        "Take it out or spell it otherwise; it often comes with text copied from other models.",
    ),
    (
        r"moderation|unsafe|usage polic|content polic|safety|violat",
        "The provider's safety check refused the data or what the model made of it.",
        "Its events say which check; take out the examples it means. The same data fails again.",
    ),
    (
        r"insufficient_quota|exceeded_quota|billing|hard limit|credit|payment|current quota|balance",
        "The account has no money or quota left for this job.",
        "Raise the limit or pay at the provider, then create the job again.",
    ),
    (
        r"daily.*(?:limit|maximum)|rate[_ -]limit|too many (?:jobs|requests)",
        "The provider allows no more jobs of this model for now.",
        "Create it again later; limits are per model and mostly per day.",
    ),
    (
        r"(?:not available|no access|not allowed).*organi[sz]ation|fine.?tuning[ _]unavailable",
        "This account may not tune this model, or not any more.",
        "Ask the provider for access, or take another model or provider.",
    ),
    (
        r"model[ _]not[ _]found|model.*(?:not support|not exist|deprecated|retired)|bad_weights",
        "The base model is gone, misspelled, or cannot be tuned by this method.",
        "Choose one of the models that the form offers. Azure says so too where trainingType is missing.",
    ),
    (
        r"\b(?:tokens?|context)\b.*(?:exceed|longer|limit)|context length|too[ _](?:long|many tokens)",
        "An example is longer than the model can take.",
        "Shorten or split the longest examples.",
    ),
    (
        r"at least \d+ examples|(?:fewer|less) than \d+|too few|not enough (?:examples|lines|data)",
        "The file has too few examples.",
        "Add examples; most providers want ten at least.",
    ),
    (
        r"empty_file|file is empty|no examples|nothing_to_learn|nothing to learn",
        "The file holds nothing that can be learned from.",
        "Look at the file: the right one may have another name.",
    ),
    (
        r"no[ _]assistant|empty_answer|no_answer|no_completion|last message.*assistant",
        "An example ends without an answer to learn from.",
        f"Each conversation needs an assistant message with text. {_CHECK}",
    ),
    (
        r"file_(?:changed|missing)|does not exist any more|file.*(?:not found|deleted|expired)|find file",
        "The training file was changed or deleted after the job was made.",
        "Upload the file again and create the job with it.",
    ),
    (
        r"not_utf8|utf-?8|encoding|byte[- ]order|\bBOM\b",
        "The file is not plain UTF-8 text.",
        f"Save it as UTF-8 without a byte order mark. {_CHECK}",
    ),
    (
        r"invalid_grader|grader",
        "The grader failed or took too long on the model's answers.",
        "Try it on a few answers first: finetop graders run.",
    ),
    (
        r"json|bad_|format|could not be parsed|invalid_?(?:file|payload)|(?:training|validation)_file",
        "Some lines of the file are not examples in the form this method wants.",
        _CHECK,
    ),
    (
        r"diverged|\bnan\b|not finite|loss.*(?:infinite|exploded)",
        "Training went out of hand: the learning rate is too high for this data.",
        "Create it again with a lower learning rate, or with auto.",
    ),
    (
        r"out[_ ]of[_ ]memory|not enough memory|\boom\b",
        "The machine that trained had too little memory.",
        "Take a smaller batch or shorter examples.",
    ),
    (
        r"disk_full|no room left|no space left",
        "The disk of the machine that trained is full.",
        "Make room there and create the job again.",
    ),
    (
        r"(?:numpy|torch|module)\w*.*(?:missing|not installed)",
        "The local server lacks a package that trains.",
        "Install it as the message says and start the server again.",
    ),
    (
        r"hyperparameter|learning_rate|n_epochs|batch_size|invalid_value|unknown_parameter|suffix",
        "A setting has a value that the provider does not take.",
        "Create it again with that setting left to auto.",
    ),
    (
        r"wandb|weights (?:&|and) biases|integration",
        "Weights & Biases could not be reached with the key that the provider has.",
        "Renew the key at the provider, or create the job without the integration.",
    ),
    (
        r"worker_crashed|cannot_start|internal|server[_ ]error|unexpected|time[d_ ]*out|overload|try again",
        "Something broke on the provider's side.",
        _AGAIN,
    ),
)


@functools.cache
def _causes() -> tuple[tuple[re.Pattern[str], Cause], ...]:
    """Compiled when the first failed job is looked at."""
    return tuple((re.compile(words, re.IGNORECASE), Cause(why, advice)) for words, why, advice in _TABLE)
