"""The query language: what is understood, and what is said about the rest."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.errors import BadQuery
from finetop.query import FIELDS, Match, Present, Range, parse
from finetop.query.values import duration, moment, number, share
from finetop.store import roster_schema, search


def whole(text: str) -> Match:
    return Match(text, text)


def part(text: str) -> Match:
    return Match(f"*{text}*", "")


@pytest.mark.parametrize(
    ("text", "field", "tests"),
    [
        ("status:failed", "status", (whole("failed"),)),
        ("Status:FAILED,paused", "status", (whole("failed"), whole("paused"))),
        ("model:mini", "model", (part("mini"),)),
        ("model=mini", "model", (whole("mini"),)),
        ("model:gpt*mini", "model", (Match("gpt*mini", ""),)),
        ('model:"gpt*"', "model", (Match(r"*gpt\**", ""),)),
        ("tuned:*", "tuned", (Present(),)),
        ("profile:openai", "profile", (whole("openai"),)),
        ("method:sft", "method", (whole("supervised"),)),
        ('name:"a b",c', "name", (part("a b"), part("c"))),
        (r'name:"say \"hi\""', "name", (part('say "hi"'),)),
        ("lr>1", "setting", (Range(1, None, low_in=False),)),
        ("lr:>=1e-4", "setting", (Range(1e-4, None),)),
        ("epochs:1..5", "setting", (Range(1, 5),)),
        ("tokens:10k..", "tokens", (Range(10_000, None),)),
        ("batch_size:auto", "setting", (whole("auto"),)),
        ("setting.any-thing<3", "setting", (Range(None, 3, high_in=False),)),
        ("age<7d", "age", (Range(None, 604_800, high_in=False),)),
        ("progress>=50%", "progress", (Range(0.5, None),)),
        ("metadata:team=support", "metadata", (whole("support"),)),
        ("metadata.team:sup", "metadata", (part("sup"),)),
        ("metadata:team", "metadata", (Present(),)),
        ("mini", None, (part("mini"),)),
    ],
)
def test_what_is_understood(text: str, field: str | None, tests: tuple[object, ...]) -> None:
    """One term each, and the same with a dash before it means the opposite."""
    (term,) = parse(text).terms
    assert (term.field.name if term.field else None, term.tests, term.negated) == (field, tests, False)
    (opposite,) = parse(f"-{text}").terms
    assert opposite == term._replace(negated=True)


def test_terms_stand_beside_each_other() -> None:
    """All must hold; != is the opposite of =."""
    condition = parse("  status:failed   -profile:openai seed!=3 ")
    assert [(term.field and term.field.name, term.negated) for term in condition.terms] == [
        ("status", False), ("profile", True), ("seed", True),
    ]  # fmt: skip
    assert condition
    assert not parse("  ")


def test_pairs_that_a_provider_can_look_for() -> None:
    """Only what every job must bear, and bear exactly."""
    condition = parse("metadata:a=1 metadata.b=2 -metadata:c=3 metadata:d=4,5 metadata.e:6 metadata:f")
    assert condition.pairs == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("text", "at", "said", "advice"),
    [
        ("lr>1 stauts:failed", 6, "there is no field stauts", "Use status"),
        ("ft:gpt-4o", 1, "there is no field ft", "in quotes"),
        ("status:faild", 8, "there is no status faild", "Use failed"),
        ("status>failed", 8, "not more or less", "status:"),
        ("lr>fast", 4, "fast is not a number", "1e-4"),
        ("age<7", 5, "7 is not a time", "7d"),
        ("created>7d", 9, "created is a date", "age<7d"),
        ("created>2026-13", 9, "2026-13 is not a date", "2026-05-31"),
        ("model>mini", 7, "model is text", "model:mini"),
        ("seed>1,2", 8, "> takes one value", "seed>1"),
        ("seed>1..2", 6, "> takes no range", "colon"),
        ("seed:..", 6, "needs an end", "1..5"),
        ("seed:", 6, "a value is missing", ""),
        ("status:failed,", 15, "a value is missing", ""),
        ('name:"a b', 6, "a quote is not closed", 'Add "'),
        ('"a"b', 4, "something follows the quote", "space"),
        ("a or b", 3, "or is no sign here", "comma"),
        ("metadata:=x", 10, "a pair needs its name", "metadata:team=support"),
        ("setting:x", 1, "a setting needs its name", "setting."),
        ("-", 2, "a value is missing", ""),
        ("a\0b", 2, "no character", ""),
        ("a \udcff", 3, "no character", ""),
        ("profile:opnai", 9, "there is no profile opnai", "Use openai"),
    ],
)
def test_what_is_not_understood(text: str, at: int, said: str, advice: str) -> None:
    """One sentence with the place, one with what to write instead."""
    with pytest.raises(BadQuery) as caught:
        parse(text, profiles=("openai", "local"))
    assert caught.value.at == at - 1
    assert f"at character {at}: " in caught.value.message
    assert said in caught.value.message
    assert advice in caught.value.hint


@given(st.text() | st.from_regex(r"-?(status|lr|age|created|metadata|x)(:|=|>|<=|!=)\S{0,9}( \S{0,9})?"))
def test_any_text_is_understood_or_explained(text: str) -> None:
    """Nothing a person types does anything else."""
    try:
        said: object = parse(text)
    except BadQuery as error:
        said = error
    if isinstance(said, BadQuery):
        assert 0 <= said.at <= len(text)
        assert re.match(r"[A-Z]", said.hint)
    else:
        assert bool(said) == bool(text.strip())


@pytest.mark.parametrize(
    ("words", "value"),
    [("3", 3), ("-1.5", -1.5), ("1e-4", 1e-4), ("10k", 10_000), ("2M", 2e6), (".5", 0.5), ("1x", None),
     ("nan", None), ("1e999", None), ("", None)],
)  # fmt: skip
def test_numbers(words: str, value: float | None) -> None:
    """As a person writes them."""
    assert number(words) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [("7d", 604_800), ("2h", 7_200), ("1h30m", 5_400), ("90s", 90), ("0", 0), ("7", None), ("h", None),
     ("2 h", None), ("1q", None)],
)  # fmt: skip
def test_durations(words: str, value: float | None) -> None:
    """A number without its unit could be anything."""
    assert duration(words) == value


@pytest.mark.parametrize(
    ("words", "value"), [("50%", 0.5), ("0.5", 0.5), ("50", 0.5), ("100%", 1), ("x", None)]
)
def test_shares(words: str, value: float | None) -> None:
    """As they are drawn, and as programs have them."""
    assert share(words) == value


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("2026", "2026-01-01 00:00:00", "2027-01-01 00:00:00"),
        ("2026-12", "2026-12-01 00:00:00", "2027-01-01 00:00:00"),
        ("2026-05-31", "2026-05-31 00:00:00", "2026-06-01 00:00:00"),
        ("2026-05-31T14:00", "2026-05-31 14:00:00", "2026-05-31 14:01:00"),
        ("2026-05-31T14:00:05", "2026-05-31 14:00:05", "2026-05-31 14:00:06"),
    ],
)
def test_dates_are_as_long_as_they_are_vague(words: str, begin: str, end: str) -> None:
    """A month is a month."""
    on_the_clock = [time.mktime(time.strptime(when, "%Y-%m-%d %H:%M:%S")) for when in (begin, end)]
    assert moment(words) == tuple(on_the_clock)
    assert moment("2026-05-31T14:00Z") == (1_780_236_000, 1_780_236_060)
    assert moment("someday") is None


def test_every_field_can_be_found() -> None:
    """What is documented, the store knows how to look for."""
    apart = {"profile", "file", "result_file", "tag", "metadata", "setting"}
    assert set(FIELDS) - apart <= {*search._COLUMNS, *roster_schema._COLUMNS}
