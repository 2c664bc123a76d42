"""Keys as people write them, as the screen's library names them, and as they are shown."""

from __future__ import annotations

import string

import pytest
from textual.keys import _character_to_key

from finetop.text.keys import is_typed, key_name, key_word, why_never, why_seldom


@pytest.mark.parametrize("sign", [sign for sign in string.printable if sign.isprintable() and sign != " "])
def test_every_sign_has_the_name_that_the_screen_knows(sign: str) -> None:
    name = key_name(sign)
    assert name == _character_to_key(sign)
    assert key_name(name) == name
    assert key_word(name) == sign
    assert is_typed(name)


@pytest.mark.parametrize(
    ("written", "name", "word"),
    [
        ("Ctrl-F", "ctrl+f", "ctrl+f"),
        ("ctrl+shift+A", "ctrl+shift+a", "ctrl+shift+a"),
        ("shift+k", "K", "K"),
        ("shift+tab", "shift+tab", "shift+tab"),
        ("esc", "escape", "esc"),
        ("PgDn", "pagedown", "pgdn"),
        ("return", "enter", "enter"),
        ("F12", "f12", "f12"),
        ("ctrl++", "ctrl+plus", "ctrl++"),
        ("ctrl--", "ctrl+minus", "ctrl+-"),
        (" ", "space", "space"),
        ("é", "é", "é"),
    ],
)
def test_a_key_may_be_written_in_many_ways(written: str, name: str, word: str) -> None:
    assert key_name(written) == name
    assert key_word(name) == word


@pytest.mark.parametrize("written", ["", "hello", "f99", "ctrl", "ctrl+ctrl+a", "foo+x", "\x1b", "\t"])
def test_what_is_no_key(written: str) -> None:
    assert not key_name(written)


@pytest.mark.parametrize(
    ("name", "never", "seldom"),
    [
        ("ctrl+i", "ctrl+i arrives as tab", ""),
        ("ctrl+left_square_bracket", "ctrl+[ arrives as esc", ""),
        ("alt+x", "alt is kept by most terminals", ""),
        ("ctrl+b", "", "the prefix of tmux"),
        ("tilde", "", "what ends a line's connection in ssh"),
        ("f9", "", ""),
    ],
)
def test_keys_that_do_not_arrive_or_may_not(name: str, never: str, seldom: str) -> None:
    assert why_never(name) == never
    assert why_seldom(name) == seldom
