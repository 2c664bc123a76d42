"""What can be set in each method of training, the same for the form and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finetop.actions.methods import METHODS, SEED, SETTINGS, Number, read_grader, string_check
from finetop.errors import BadFile, BadInput

if TYPE_CHECKING:
    from pathlib import Path

TAKES = {setting.name: setting.takes for setting in SETTINGS}


def number(name: str) -> Number:
    takes = TAKES[name]
    assert isinstance(takes, Number)
    return takes


@pytest.mark.parametrize(
    ("name", "words", "read"),
    [
        ("n_epochs", "50", 50),
        ("n_epochs", " 3 ", 3),
        ("batch_size", "AUTO", "auto"),
        ("learning_rate_multiplier", "1e-3", 0.001),
        ("beta", "2", 2.0),
        ("eval_samples", "1000", 1000),
    ],
)
def test_a_number_or_auto(name: str, words: str, read: float | str) -> None:
    assert number(name).read(words) == read


@pytest.mark.parametrize(
    ("name", "words", "wanted"),
    [
        ("n_epochs", "51", "a whole number, 1 to 50"),
        ("n_epochs", "3.5", "a whole number, 1 to 50"),
        ("n_epochs", "３", "a whole number, 1 to 50"),
        ("batch_size", "257", "a whole number, 1 to 256"),
        ("eval_interval", "0", "a whole number, 1 or more"),
        ("eval_samples", "9" * 5000, "a whole number, 1 or more"),
        ("learning_rate_multiplier", "nan", "a number above 0"),
        ("learning_rate_multiplier", "inf", "a number above 0"),
        ("learning_rate_multiplier", "0", "a number above 0"),
        ("learning_rate_multiplier", "", "a number above 0"),
        ("beta", "2.1", "a number above 0, at most 2"),
        ("beta", "strong", "a number above 0, at most 2"),
    ],
)
def test_what_it_may_be_is_said_of_any_other(name: str, words: str, wanted: str) -> None:
    with pytest.raises(BadInput, match=f"is neither auto nor {wanted}$"):
        number(name).read(words)


def test_a_compatible_provider_may_take_more() -> None:
    assert number("n_epochs").unbounded.read("99") == 99
    with pytest.raises(BadInput, match=r"a whole number, 1 or more$"):
        number("n_epochs").unbounded.read("0")


def test_a_seed_fits_four_bytes() -> None:
    assert (SEED.read("0"), SEED.read(str(2**31 - 1))) == (0, 2**31 - 1)
    with pytest.raises(BadInput, match="0 to 2,147,483,647"):
        SEED.read(str(2**31))


def test_each_method_has_its_own_settings() -> None:
    of = {method: {one.name for one in SETTINGS if method in one.methods} for method in METHODS}
    assert of["supervised"] == {"n_epochs", "batch_size", "learning_rate_multiplier"}
    assert of["dpo"] - of["supervised"] == {"beta"}
    assert of["reinforcement"] - of["supervised"] == {
        "reasoning_effort", "compute_multiplier", "eval_interval", "eval_samples",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b" " * (1 << 20) + b"{}", "is too large"),
        (b"[]", "is not a grader"),
        (b'{"type": 3}', "is not a grader"),
    ],
)
def test_what_is_no_grader_is_told_with_its_path(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "grader.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadFile, match=f"grader.json: {says}"):
        read_grader(file)


def test_a_string_check_is_what_the_server_takes() -> None:
    from finetop.server import graders

    made = graders.judged(string_check("{{sample.output_text}}", "{{item.answer}}", "ilike"), where="grader")
    assert made.score("It is FOUR.", {"answer": "four"}) == 1.0
