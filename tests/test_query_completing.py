"""How a query may go on while it is typed."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from finetop.query import read_filter
from finetop.query.completing import lines, words

KNOWN = {
    "model": ["gpt-4o-mini", "tiny, small", "tiny-2"],
    "metadata": ["team", "two words", "owner.name"],
    "setting": ["n_epochs", "batch_size"],
    "metadata.team": ["support", "sales"],
    "profile": ["openai", "local"],
}


def values(field: str) -> Iterable[str]:
    return KNOWN.get(field, ())


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("sta", ["status:", "started:"]),
        ("-sta", ["-status:", "-started:"]),
        ("STA", ["status:", "started:"]),
        ("status:pa", ["status:paused"]),
        ("-status:failed,can", ["-status:failed,cancelled"]),
        ("status!=ac", ["status!=active"]),
        ("method:", ["method:sft", "method:dpo", "method:rl", "method:legacy"]),
        ("model:TI", ['model:"tiny, small"', "model:tiny-2"]),
        ("base:gpt", ["base:gpt-4o-mini"]),
        ("metadata.", ["metadata.team:", "metadata.owner.name:"]),
        ("metadata:te", ["metadata:team="]),
        ("metadata.team:s", ["metadata.team:support", "metadata.team:sales"]),
        ("setting.n", ["setting.n_epochs:"]),
        ("setti", ["setting."]),
        ("lr", ["lr:", "lr_multiplier:"]),
        ("team", ["metadata.team:"]),
        ("batch", ["batch:", "setting.batch_size:"]),
        ("nothing", []),
        ("nothing:", []),
        ("profile:openai", []),
    ],
)
def test_a_word_goes_on(last: str, expected: list[str]) -> None:
    assert [word.text for word in words(last, values)] == expected


def test_a_line_goes_on_at_its_last_word() -> None:
    assert lines("bot status:pau", values) == [("bot status:paused", "paused")]
    assert lines('name:"a st', values) == [], "not inside a quote"
    assert lines("", values)[0] == ("status:", "status")


def test_what_is_offered_is_understood() -> None:
    for line, _ in lines("model:", values) + lines("status:", values) + lines("metadata.team:", values):
        assert read_filter(line)
