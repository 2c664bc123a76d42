"""When tuned models end: by their own entry in the list, or with the base they are tuned from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.shutdown import Shutdowns, base_of, days_left, moment_of

MINI = "gpt-4o-mini-2024-07-18"
LISTED = {
    "gpt-4o": None,
    "gpt-4o-mini": "2030-01-01",
    MINI: "2027-01-14",
    "gpt-3.5-turbo": "2026-12-31",
    "gpt-4.1-2025-04-14": None,
    "o4-mini-2025-04-16": "2027-03-01",
    "curie": "2024-01-04",
    "ft:gpt-4o-mini-2024-07-18:acme:kept:A1": "2027-06-30",
    "ft:gpt-4o-mini-2024-07-18:acme:listed:A2": None,
    "twins-2024-01-01": "2027-02-01",
    "twins-2024-06-01": "2027-02-01",
    "mixed-0125": "2027-02-01",
    "mixed-0613": "2027-04-01",
}


@pytest.mark.parametrize(
    ("model", "base", "day", "told_of"),
    [
        ("ft:gpt-4o-mini-2024-07-18:acme:kept:A1", None, "2027-06-30", None),
        ("ft:gpt-4o-mini-2024-07-18:acme:listed:A2", None, "2027-01-14", MINI),
        ("ft:gpt-4o-mini-2024-07-18:acme:unlisted:A3", None, "2027-01-14", MINI),
        ("ft:gpt-4o-mini-2024-07-18:acme::A4:ckpt-step-88", None, "2027-01-14", MINI),
        ("gpt-4o-mini-2024-07-18.ft-7c2f0e8b1d2a4c06-triage", None, "2027-01-14", MINI),
        ("curie:ft-acme:intent-2023-04-18-09-53-20", None, "2024-01-04", "curie"),
        ("curie:ft-acme-2023-04-18-09-53-20", None, "2024-01-04", "curie"),
        ("ft:gpt-3.5-turbo-0613:acme::x", None, "2026-12-31", "gpt-3.5-turbo"),
        ("accounts/acme/models/triage", MINI, "2027-01-14", MINI),
        ("accounts/acme/models/again", "ft:gpt-4o-mini-2024-07-18:acme::A4", "2027-01-14", MINI),
        ("triage", "o4-mini", "2027-03-01", "o4-mini-2025-04-16"),
        ("triage", "twins", "2027-02-01", "twins-2024-06-01"),
        ("ft:ft:gpt-4o-mini-2024-07-18:acme::A4", MINI, "2027-01-14", MINI),
    ],
)
def test_the_last_day_is_that_of_the_model_or_of_what_it_is_tuned_from(
    model: str, base: str | None, day: str, told_of: str | None
) -> None:
    found = Shutdowns(LISTED).of(model, base)
    assert found is not None
    assert (datetime.fromtimestamp(found.at, UTC).date().isoformat(), found.told_of) == (
        day,
        told_of or model,
    )


@pytest.mark.parametrize(
    ("model", "base"),
    [
        ("ft:gpt-4.1-2025-04-14:acme::x", None),  # its base is listed, and has no day
        ("ft:gpt-4o-audio-2024-07-18:acme::x", None),  # not of the family gpt-4o
        ("ft:gpt-4o-2024-08-06:acme::x", None),  # its family is listed, and has no day
        ("triage", "mixed"),  # nobody knows which of the two it was
        ("triage", None),
        ("", MINI),
        (None, None),
    ],
)
def test_what_the_list_does_not_say_is_not_guessed(model: str | None, base: str | None) -> None:
    assert Shutdowns(LISTED).of(model, base) is None


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2027-01-14", 1_799_884_800.0),
        ("2027-01-14T09:30:00Z", 1_799_884_800.0),
        ("soon", None),
        ("2027-02-30", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_read_or_left_out(day: str | None, told: float | None) -> None:
    assert moment_of(day) == told


def test_days_are_counted_by_the_calendar() -> None:
    last = moment_of("2027-01-14") or 0.0
    assert [days_left(last, last + hours * 3600) for hours in (-1, 0, 23, 24)] == [1, 0, 0, -1]


@given(st.text(max_size=40), st.text(max_size=20) | st.none())
def test_no_name_is_too_odd(model: str, base: str | None) -> None:
    for name in (model, f"ft:{model}", f"{model}:ft-{base}", f"{base}.ft-{model}"):
        base_of(name)
        Shutdowns(LISTED | {name: None}).of(name, base)
