"""What a result file tells of single examples, and which of a job's files may be one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.dataset.losses import ExampleLoss, file_of, losses_of, may_tell, per
from finetop.models import File, Job

OURS = b"split,line,loss,bytes\nvalid,3,0.5,12\ntrain,1,2.25,40\ntrain,9,0.5,7\nvalid,1,2.25,8\n"


def test_the_worst_come_first_and_equal_ones_in_the_order_of_the_file() -> None:
    found = losses_of(OURS)
    assert found is not None
    assert found.worst == (
        ExampleLoss("train", 1, 2.25, 40),
        ExampleLoss("valid", 1, 2.25, 8),
        ExampleLoss("valid", 3, 0.5, 12),
        ExampleLoss("train", 9, 0.5, 7),
    )
    assert (list(found.of), found.unit, found.means) == (
        ["train", "valid"],
        "bytes",
        {"train": 1.375, "valid": 1.375},
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", None),
        (b"step,train_loss\n1,2.5\n", None),
        (b"step,line,loss\n1,1,2.5\n", None),
        (b"\xff\xfe\x00", None),
        (b"line,loss\n", []),
        (b"\xef\xbb\xbfLine, Loss \r\n2,1.5\r\n", [("train", 2, 1.5, None)]),
        (b"split,line,loss,tokens\nvalidation,7,1,x\n", [("valid", 7, 1.0, None)]),
        (b"line,loss\n1,nan\n2,inf\n3,\n0,1\n-1,1\nx,1\n4,1\n5\n", [("train", 4, 1.0, None)]),
        (b"split,line,loss\ntest,1,1\ntrain,2,1\n", [("train", 2, 1.0, None)]),
        (b"line,loss\n" + b"9" * 5_000 + b",1\n", []),
    ],
)
def test_any_other_file_tells_none(content: bytes, told: list[tuple[object, ...]] | None) -> None:
    found = losses_of(content)
    assert (None if found is None else [tuple(one) for one in found.worst]) == told


@given(st.binary(max_size=200), st.booleans())
def test_nothing_a_server_sends_raises(content: bytes, has_head: bool) -> None:
    found = losses_of((b"line,loss\n" if has_head else b"") + content)
    assert found is None or all(one.line > 0 and math.isfinite(one.loss) for one in found.worst)


@pytest.mark.parametrize(
    ("files", "named", "tried"),
    [
        ([], {}, []),
        (["a"], {}, ["a"]),
        (["a", "b"], {}, ["b", "a"]),
        (["a", "b"], {"a": "step_metrics.csv"}, ["b"]),
        (["a", "b"], {"a": "step_metrics.csv", "b": "Examples.csv"}, ["b"]),
        (["a", "b"], {"a": "step_metrics.csv", "b": "other.csv"}, []),
    ],
)
def test_files_are_tried_by_their_names(files: list[str], named: dict[str, str], tried: list[str]) -> None:
    assert [file.id for file in may_tell([File(id=id_) for id_ in files], named)] == tried


def test_a_loss_is_said_for_what_it_is_of() -> None:
    losses = losses_of(OURS)
    assert losses is not None
    job = Job.model_validate({"id": "j", "object": "fine_tuning.job", "training_file": "t"})
    assert per(job, losses) == "per byte"
    assert per(job.model_copy(update={"method": "dpo"}), losses) == "per pair"
    found = file_of(job, "train")
    assert found is not None
    assert (found.id, file_of(job, "valid")) == ("t", None)
