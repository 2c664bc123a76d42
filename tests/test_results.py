"""Result files: the four forms there have been, plain or as one base64 text."""

from __future__ import annotations

import base64
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.models import Metric
from finetop.models.results import metrics_of_csv

DOCUMENTED = """step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy
1,2.5,0.25,,
2,1.25,0.5,1.5,0.75
"""
NEWER = """step,train_loss,train_mean_token_accuracy,valid_loss,valid_mean_token_accuracy,\
full_valid_loss,full_valid_mean_token_accuracy
7,0.5,0.875,0.625,0.75,0.6875,0.8125
"""
REWARDS = """step,train_reward_mean,valid_reward_mean,train_reasoning_tokens_mean,\
valid_reasoning_tokens_mean,fluency
3,0.25,-1,1200,,0.5
"""
LEGACY = """step,elapsed_tokens,elapsed_examples,training_loss,training_sequence_accuracy,\
training_token_accuracy,\
validation_loss,validation_sequence_accuracy,validation_token_accuracy,\
classification/accuracy,classification/f1.0
1,300,4,0.25,0.0,0.5,-1,-1,-1,,
2,600,8,0.125,0.5,0.75,0.1875,0.25,0.625,0.875,0.8125
"""


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        (
            DOCUMENTED,
            [
                Metric(step=1, values={"train_loss": 2.5, "train_accuracy": 0.25}),
                Metric(
                    step=2,
                    values={
                        "train_loss": 1.25,
                        "train_accuracy": 0.5,
                        "valid_loss": 1.5,
                        "valid_accuracy": 0.75,
                    },
                ),
            ],
        ),
        (
            NEWER,
            [
                Metric(
                    step=7,
                    values={
                        "train_loss": 0.5,
                        "train_accuracy": 0.875,
                        "valid_loss": 0.625,
                        "valid_accuracy": 0.75,
                        "full_valid_loss": 0.6875,
                        "full_valid_accuracy": 0.8125,
                    },
                )
            ],
        ),
        (
            REWARDS,
            [
                Metric(
                    step=3,
                    values={
                        "train_reward": 0.25,
                        "valid_reward": -1,
                        "train_reasoning_tokens": 1200,
                        "fluency": 0.5,
                    },
                )
            ],
        ),
        (
            LEGACY,
            [
                Metric(
                    step=1,
                    tokens=300,
                    values={"train_loss": 0.25, "train_sequence_accuracy": 0.0, "train_accuracy": 0.5},
                ),
                Metric(
                    step=2,
                    tokens=600,
                    values={
                        "train_loss": 0.125,
                        "train_sequence_accuracy": 0.5,
                        "train_accuracy": 0.75,
                        "valid_loss": 0.1875,
                        "valid_sequence_accuracy": 0.25,
                        "valid_accuracy": 0.625,
                        "classification/accuracy": 0.875,
                        "classification/f1.0": 0.8125,
                    },
                ),
            ],
        ),
    ],
    ids=["documented", "newer", "rewards", "legacy"],
)
def test_every_form_is_read_plain_and_as_base64(text: str, metrics: list[Metric]) -> None:
    plain = text.encode()
    packed = base64.b64encode(plain)
    assert metrics_of_csv(plain) == metrics
    assert metrics_of_csv(b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")) == metrics
    for form in (packed, b'"' + packed + b'"', base64.encodebytes(plain)):
        assert metrics_of_csv(form) == metrics


def test_a_diverged_loss_is_measured_and_an_empty_cell_is_not() -> None:
    (found,) = metrics_of_csv(b"step,train_loss,valid_loss\n4,nan,\n")
    assert math.isnan(found.values["train_loss"])
    assert found.values.keys() == {"train_loss"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>busy</html>",
        b'{"error": {"message": "no"}}',
        b"aGVsbG8=",
        b"a,b\n1,2\n",
        b"step\n",
        b"step,train_loss\n-3,1\nfew,1\n\n",
        b"\xff\xfe\x00",
        b"step,train_loss\n" + b"9" * 400 + b",1\n",
    ],
)
def test_what_is_no_result_file_has_no_measurements(content: bytes) -> None:
    assert metrics_of_csv(content) == []


def test_the_lines_before_an_odd_one_are_good() -> None:
    huge = b'step,train_loss\n1,0.5\n2,"' + b"x" * 200_000 + b'"\n'
    assert [metric.step for metric in metrics_of_csv(huge)] == [1]


@given(st.binary(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_no_content_is_too_odd(content: bytes, cells: list[str]) -> None:
    for tried in (
        content,
        b"step,loss\n" + content,
        ("step,loss\n" + ",".join(cells)).encode("utf-8", "replace"),
    ):
        assert all(metric.step >= 0 for metric in metrics_of_csv(tried))
