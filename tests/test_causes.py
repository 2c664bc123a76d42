"""Why a job most likely failed, told from the words of many providers."""

from __future__ import annotations

import pytest

from finetop.causes import cause_of


@pytest.mark.parametrize(
    ("message", "code", "why"),
    [
        ("Training file could not be parsed: example 37 has no assistant message.", "invalid_training_file",
         "ends without an answer"),
        ("The job failed due to a file format error. Example 6 contains an invalid token: <|fim_suffix|>.",
         None, "control tokens"),
        ("Fine-tune failed. Invalid JSONL on line 12.", None, "not examples in the form"),
        ("example 3: longer than 1 MiB; split the example", "line_too_long", "longer than the model"),
        ("This model's maximum context length is 4096 tokens", None, "longer than the model"),
        ("You exceeded your current quota.", "insufficient_quota", "no money or quota"),
        ("daily maximum of fine-tuning requests reached for this model.", None, "no more jobs"),
        ("The specified base model does not support fine-tuning.", "invalidPayload", "base model is gone"),
        ("Fine-tuning is not available to this organization.", None, "may not tune"),
        ("This training file was blocked by our moderation system.", "unsafe_file", "safety check"),
        ("the worker ended with signal 9", "worker_crashed", "provider's side"),
        ("the loss became nan at step 40", "diverged", "learning rate is too high"),
        ("/data/a.jsonl changed after it was uploaded", "file_changed", "changed or deleted"),
        ("The grader did not answer.", "grader_timeout", "grader failed"),
        ("not UTF-8 text (byte 3)", "not_utf8", "not plain UTF-8"),
        ("the file has 4 examples, at least 10 examples are needed", None, "too few"),
        ("CUDA out of memory", None, "too little memory"),
    ],
)  # fmt: skip
def test_a_likely_cause(message: str, code: str | None, why: str) -> None:
    cause = cause_of(message, code)
    assert cause is not None
    assert why in cause.why
    assert cause.advice.endswith(".")


@pytest.mark.parametrize("message", ["The job failed.", "", None, "something else", "it stopped"])
def test_what_says_nothing_is_not_guessed_at(message: str | None) -> None:
    assert cause_of(message) is None


def test_what_it_is_about_tells_too() -> None:
    cause = cause_of("The job failed.", None, "training_file")
    assert cause is not None
    assert "Some lines of the file" in cause.why


def test_where_the_line_is_named_nobody_is_sent_to_look_for_it() -> None:
    known, unknown = cause_of("line 17: no assistant message"), cause_of("no assistant message")
    assert known is not None
    assert unknown is not None
    assert known.advice.endswith("Mend it, upload the file again, and create the job with that.")
    assert unknown.advice.endswith("names the line, for nothing.")
