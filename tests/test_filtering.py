"""What a line typed over a list means, and what is said of a line that means nothing."""

from __future__ import annotations

import pytest

from finetop.errors import BadQuery
from finetop.query import parse
from finetop.query.filtering import NO_FILTER, read_filter


@pytest.mark.parametrize(
    ("line", "condition", "pattern", "inverse"),
    [
        ("", "", "", False),
        ("!", "", "", True),
        (" support bot ", "support bot", "", False),
        ("status:failed lr>1", "status:failed lr>1", "", False),
        ("!status:failed", "status:failed", "", True),
        ("ft:gpt-4o:acme", '"ft:gpt-4o:acme"', "", False),
        ("my ft:gpt-4o", '"my ft:gpt-4o"', "", False),
        ("~^support-\\d+$", "", "^support-\\d+$", False),
        ("/a b/", "", "a b", False),
        ("! ~bot", "", "bot", True),
        ("/", "/", "", False),
    ],
)
def test_what_a_line_means(line: str, condition: str, pattern: str, *, inverse: bool) -> None:
    found = read_filter(line)
    assert found.condition.terms == parse(condition).terms
    assert (found.pattern, found.inverse, found.text) == (pattern, inverse, line.strip())
    assert bool(found) == bool(condition or pattern)


@pytest.mark.parametrize(
    ("line", "at", "said"),
    [
        ("stauts:failed", 0, "Use status"),
        ("! status:", 9, "a value is missing"),
        ("status:faild", 7, "failed"),
        ("  age<7", 6, "7 is not a time"),
        ("mini or small", 5, "a comma"),
        ("profile:opnai", 8, "Use openai"),
        ("~a(b", 2, "no regular expression"),
        ("!/[/", 2, "no regular expression"),
    ],
)
def test_a_slip_is_told_with_its_place(line: str, at: int, said: str) -> None:
    with pytest.raises(BadQuery) as error:
        read_filter(line, profiles=("openai", "local"))
    assert error.value.at == at
    assert said in f"{error.value.reason} {error.value.hint}"


def test_no_filter_is_false() -> None:
    assert not NO_FILTER
