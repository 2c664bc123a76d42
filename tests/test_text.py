"""Any string becomes drawable; values become the words of the screen."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from finetop import text

ANY = st.text(alphabet=st.characters(categories=None), max_size=60)
# Strings that look like what a terminal obeys, more often than chance would make them.
NASTY = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\x1b",
                "\x1b[",
                "\x1b]52;c;",
                "\x07",
                "\x9b",
                "\x9d",
                "\x9c",
                "\x1b\\",
                "31m",
                "[/",
                "\u202e",
                "a",
            ]
        ),
        ANY,
    ),
    max_size=12,
).map("".join)


def obeyed(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or char in "\u200b\u2066"


@given(st.one_of(ANY, NASTY))
def test_clean_leaves_nothing_a_terminal_obeys(hostile: str) -> None:
    cleaned = text.clean(hostile)
    assert not [char for char in cleaned if obeyed(char)]
    cleaned.encode("utf-8")


@given(st.one_of(ANY, NASTY))
def test_cleaning_twice_changes_nothing(hostile: str) -> None:
    once = text.clean(hostile)
    assert text.clean(once) == once


@given(st.one_of(ANY, NASTY))
def test_our_cells_are_the_cells_the_screen_counts(hostile: str) -> None:
    cleaned = text.clean(hostile)
    assert text.cells(cleaned) == cell_len(cleaned)


@given(ANY, st.integers(0, 30))
def test_shortened_text_fits(hostile: str, width: int) -> None:
    cleaned = text.clean(hostile)
    for shorten in (text.shorten_end, text.shorten_middle, text.shorten_model):
        assert text.cells(shorten(cleaned, width)) <= width


@pytest.mark.parametrize(
    ("hostile", "drawn"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]52;c;aGk=\x07paste", "paste"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\image", "image"),
        ("\x9b31mred", "red"),
        ("\x9d0;title\x9cname", "name"),
        ("\x1b]0;never closed", "?]0;never closed"),
        ("bell\x07", "bell?"),
        ("two\nlines\ttab", "two lines tab"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("pay\u200bpal", "paypal"),
        ("lone\ud800", "lone?"),
        ("e\u0301t\u00e9", "e\u0301t\u00e9"),
        ("\u0301lead", "lead"),
        ("z" + "\u0301" * 40, "z" + "\u0301" * 4),
        ("[/]", "[/]"),
        ("日本語", "日本語"),
        ("\u00a0x\u3000y", " x y"),
    ],
)
def test_clean_by_example(hostile: str, drawn: str) -> None:
    assert text.clean(hostile) == drawn


def test_longer_texts_keep_their_lines() -> None:
    assert text.clean_lines('{\n\t"a": "\x1b[1m"\r\n}') == ["{", '  "a": ""', "}"]


@pytest.mark.parametrize(
    ("name", "width", "short"),
    [
        ("gpt-4o-mini-2024-07-18", 22, "gpt-4o-mini-2024-07-18"),
        ("gpt-4o-mini-2024-07-18", 18, "gpt-4o-mini"),
        ("meta-llama/Llama-3.1-8B", 20, "Llama-3.1-8B"),
        ("meta-llama/Llama-3.1-8B-Instruct", 18, "Llama-3.1…Instruct"),
        ("gpt-3.5-turbo-0125", 14, "gpt-3.5-turbo"),
        ("日本語日本語", 7, "日…語"),
    ],
)
def test_model_names_lose_vendor_then_date_then_middle(name: str, width: int, short: str) -> None:
    assert text.shorten_model(name, width) == short


def test_ids_lose_their_middle_and_sentences_their_end() -> None:
    assert text.shorten_middle("catalog-embed-long-name-2026-11", 19) == "catalog-e…e-2026-11"
    assert text.shorten_end("line 17: no assistant message", 20) == "line 17: no assista…"
    assert text.shorten_end("in line", 1) == "i"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.4824, "0.482"),
        (12.31, "12.310"),
        (0.0004, "4e-4"),
        (0.0, "0.000"),
        (-0.5, "-0.500"),
        (123.456, "123.46"),
        (1e9, "1e9"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (None, ""),
    ],
)
def test_losses(value: float | None, words: str) -> None:
    assert text.loss(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (9.9, "9 s"),
        (28, "20 s"),
        (60, "1 m"),
        (47 * 60, "47 m"),
        (7200, "2 h"),
        (9 * 86400, "9 d"),
        (120 * 86400, "17 w"),
        (4.2 * 365 * 86400, "4 y"),
        (-5, "0 s"),
        (None, ""),
        (math.inf, ""),
    ],
)
def test_ages_are_coarse(seconds: float | None, words: str) -> None:
    assert text.age(seconds) == words
    assert len(words) <= 4
    assert text.eta(seconds) == (f"~{words}" if words else "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (38, "38 s"),
        (125, "2 m 5 s"),
        (41 * 60 + 12, "41 m"),
        (4200, "1 h 10 m"),
        (3600, "1 h"),
        (90_000, "1 d 1 h"),
        (None, ""),
    ],
)
def test_lengths_have_at_most_two_units(seconds: float | None, words: str) -> None:
    assert text.length(seconds) == words


def test_percent_reaches_a_hundred_only_when_done() -> None:
    assert text.percent(0.07) == "  7 %"
    assert text.percent(0.999) == " 99 %"
    assert text.percent(1.0) == " 99 %"
    assert text.percent(1.0, done=True) == "100 %"
    assert text.percent(None) == ""


def test_counts_sizes_and_places() -> None:
    assert (text.count(1204), text.count(412_300), text.count(2_100_000)) == ("1,204", "412 k", "2.1 M")
    assert (text.size(812), text.size(21_000), text.size(1_900_000)) == ("812 B", "21 kB", "1.9 MB")
    assert [text.ordinal(n) for n in (1, 2, 3, 4, 11, 21)] == ["1st", "2nd", "3rd", "4th", "11th", "21st"]


def test_clock_names_the_day_only_when_it_is_not_today() -> None:
    noon = 1_795_262_400.0
    assert text.clock(noon, noon + 60).count(":") == 2
    assert len(text.clock(noon - 5 * 86400, noon)) == 12


def test_glyphs_fall_back_together() -> None:
    assert text.choose_glyphs("auto", "UTF-8") is text.UNICODE
    assert text.choose_glyphs("auto", "latin-1") is text.ASCII
    assert text.choose_glyphs("ascii", "utf-8") is text.ASCII
    assert text.UNICODE.mark("failed") == "✗"
    assert text.ASCII.mark("failed") == "x"
    assert text.UNICODE.mark("mark") == "?"
    drawn = [getattr(text.ASCII, name) for name in text.ASCII.__slots__]
    assert all(glyph.isascii() for glyph in drawn)
    assert text.ASCII.drawn("▌ ◊ best, ↓ chooses … 東") == "> @ best, down chooses ~ 東"
    assert text.UNICODE.drawn("▌ ↓ …") == "▌ ↓ …"
    neutral = [getattr(text.UNICODE, name) for name in text.UNICODE.__slots__ if name != "plot"]
    assert all(text.cells(glyph) == 1 for glyph in neutral if len(glyph) == 1)
