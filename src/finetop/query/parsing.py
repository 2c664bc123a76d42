"""Reads a query; whatever makes no sense is told with its place and the nearest right word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from finetop.errors import BadQuery
from finetop.query import fields, values
from finetop.query.condition import Condition, Match, Present, Range, Term, Test, plain_pattern
from finetop.query.fields import Field, Kind

HEAD = re.compile(r"(-?)([A-Za-z][\w.-]*)(!=|:?<=|:?>=|:?<|:?>|:|=)")
"""A dash, the name of a field, and a sign."""
_ODD = re.compile("[\0\ud800-\udfff]")
"""What no database can look for: nothing, and halves of characters."""
_QUOTES = "\"'"
_WORDS = {"or": "a comma, as in status:failed,cancelled", "and": "a space", "not": "a dash, as in -tag:test"}
"""What other languages say for it, and what is said here."""
_SOME = "status, name, model, profile, age, lr, valid_loss, metadata"
"""What is asked for most; the help of `finetop jobs list` has all."""
_LONGEST = 4_000


class _Item(NamedTuple):
    """One of the values between commas."""

    text: str
    at: int
    quoted: bool


def parse(text: str, *, profiles: Collection[str] | None = None) -> Condition:
    """The condition of a query. Raises BadQuery with the place.

    With `profiles`, a profile that is not among them is no mistake of a job but of the one who typed.
    """
    if len(text) > _LONGEST:
        raise BadQuery(f"the query is longer than {_LONGEST} characters", at=_LONGEST, hint="Ask for less.")
    odd = _ODD.search(text)
    if odd is not None:
        raise BadQuery("this is no character", at=odd.start(), hint="Take it out.")
    terms = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        term, at = _term(text, at, profiles)
        terms.append(term)
    return Condition(text.strip(), tuple(terms))


def _term(text: str, at: int, profiles: Collection[str] | None) -> tuple[Term, int]:
    head = HEAD.match(text, at)
    if head is None:
        negated = text[at] == "-"
        items, end = _items(text, at + negated)
        _no_word_of_others(items, negated=negated)
        return Term(None, tuple(Match(_part(item), "") for item in items), negated), end
    field, key = _field(head[2], head.start(2))
    operator = head[3].removeprefix(":") or ":"
    items, end = _items(text, head.end())
    if field.kind is Kind.PAIRS and not key:
        key, operator, items = _pair(items)
    elif field.name == fields.SETTING and not key:
        raise BadQuery(
            "a setting needs its name", at=head.start(2), hint="Write setting.NAME, as in setting.beta>0.1"
        )
    if len(items) > 1 and operator[0] in "<>":
        raise BadQuery(
            f"{operator} takes one value", at=items[1].at, hint=f"Write {head[2]}{operator}{items[0].text}"
        )
    tests = tuple(test for item in items for test in _tests(field, operator.removeprefix("!"), item, head[2]))
    if profiles is not None and field.name == "profile":
        _known(items, profiles)
    return Term(field, tests, bool(head[1]) != (operator == "!="), key), end


def _field(word: str, at: int) -> tuple[Field, str]:
    found = fields.found(word)
    if found is None:
        alike = fields.nearest(word)
        other = f"Use {alike}" if alike else f"Use one such as {_SOME}"
        raise BadQuery(
            f"there is no field {word}", at=at, hint=f"{other}; in quotes it is looked for as text."
        )
    return found


def _items(text: str, at: int) -> tuple[list[_Item], int]:
    """The values between commas up to the next space, and where they end."""
    items = []
    while True:
        item, at = _item(text, at)
        items.append(item)
        if at >= len(text) or text[at] != ",":
            break
        at += 1
    for item in items:
        if not item.text and not item.quoted:
            raise BadQuery(
                "a value is missing", at=item.at, hint='Write it after the sign; "" is an empty one.'
            )
    return items, at


def _item(text: str, at: int) -> tuple[_Item, int]:
    if at < len(text) and text[at] in _QUOTES:
        begin, quote, found = at, text[at], []
        at += 1
        while at < len(text) and text[at] != quote:
            at += text[at] == "\\" and text[at + 1 : at + 2] in (quote, "\\")
            found.append(text[at])
            at += 1
        if at >= len(text):
            raise BadQuery("a quote is not closed", at=begin, hint=f"Add {quote} where the text ends.")
        at += 1
        if at < len(text) and not text[at].isspace() and text[at] != ",":
            raise BadQuery(
                "something follows the quote", at=at, hint="Put a space or a comma after the quote."
            )
        return _Item("".join(found), begin, quoted=True), at
    end = at
    while end < len(text) and not text[end].isspace() and text[end] != ",":
        end += 1
    return _Item(text[at:end], at, quoted=False), end


def _no_word_of_others(items: list[_Item], *, negated: bool) -> None:
    word = items[0]
    if len(items) == 1 and not word.quoted and not negated and word.text.lower() in _WORDS:
        raise BadQuery(
            f"{word.text} is no sign here",
            at=word.at,
            hint=f"Write {_WORDS[word.text.lower()]}; in quotes it is looked for as text.",
        )


def _pair(items: list[_Item]) -> tuple[str, str, list[_Item]]:
    """`k=v,w` as key, sign and values; a key alone asks whether the pair is there."""
    first = items[0]
    key, equals, value = first.text.partition("=")
    if not key:
        raise BadQuery("a pair needs its name", at=first.at, hint="Write metadata:team=support")
    if not equals:
        if len(items) > 1:
            raise BadQuery("one pair at a time", at=items[1].at, hint=f"Write metadata:{key}=VALUE")
        return key, ":", [_Item("*", first.at, quoted=False)]
    return key, "=", [_Item(value, first.at + len(key) + 1, quoted=True), *items[1:]]


def _tests(field: Field, operator: str, item: _Item, word: str) -> Iterator[Test]:
    """What one value asks of a field."""
    if item.text == "*" and not item.quoted and operator[0] not in "<>":
        yield Present()
    elif field.kind is Kind.STATUS:
        yield from _statuses(operator, item)
    elif field.kind in {Kind.TEXT, Kind.NAME, Kind.PAIRS}:
        if operator[0] in "<>":
            raise BadQuery(f"{word} is {Kind.TEXT.value}", at=item.at, hint=f"Write {word}:{item.text}")
        yield _match(field, operator, item)
    elif field.kind is Kind.SETTING and operator[0] not in "<>" and values.number(item.text) is None:
        yield _range(field, operator, item) if ".." in item.text else _match(field, "=", item)
    else:
        yield _range(field, operator, item)


def _statuses(operator: str, item: _Item) -> Iterator[Match]:
    if operator[0] in "<>":
        raise BadQuery("a status is not more or less than another", at=item.at, hint="Write status:running")
    word = item.text.lower()
    meant = fields.GROUPS.get(word, (word,))
    if meant[0] not in fields.STATUSES:
        known = (*fields.STATUSES, *fields.GROUPS)
        alike = difflib.get_close_matches(word, known, n=1)
        raise BadQuery(
            f"there is no status {item.text}",
            at=item.at,
            hint=f"Use {alike[0]}." if alike else f"Use one of {', '.join(known)}; raw_status: is the API's.",
        )
    for status in meant:
        yield Match(status, status)


def _match(field: Field, operator: str, item: _Item) -> Match:
    text = item.text
    if field.name == "method":
        text = fields.METHODS.get(text.lower(), text)
    if _is_pattern(item):
        return Match(text.replace("\\", "\\\\"), "")
    if operator == "=" or field.kind is Kind.NAME:
        return Match(plain_pattern(text), text)
    return Match(_part(item), "")


def _is_pattern(item: _Item) -> bool:
    return "*" in item.text and not item.quoted


def _part(item: _Item) -> str:
    """Anywhere in the text; a star of the user's own is one for him, too."""
    return item.text.replace("\\", "\\\\") if _is_pattern(item) else f"*{plain_pattern(item.text)}*"


def _range(field: Field, operator: str, item: _Item) -> Range:
    """From a sign and a value, or from `1..5`, which a shell lets pass as it is."""
    if ".." in item.text:
        if operator[0] in "<>":
            raise BadQuery(f"{operator} takes no range", at=item.at, hint="Put a colon before a range.")
        low, _, high = item.text.partition("..")
        if not low and not high:
            raise BadQuery("a range needs an end", at=item.at, hint="Write 1..5, 1.. or ..5")
        return Range(
            _bounds(field, item, low)[0] if low else None,
            (end := _bounds(field, item, high))[1] if high else None,
            high_in=not high or end[0] == end[1],
        )
    low_, high_ = _bounds(field, item, item.text)
    return {
        "<": Range(None, low_, high_in=False),
        "<=": Range(None, high_, high_in=low_ == high_),
        ">": Range(high_, None, low_in=low_ != high_),
        ">=": Range(low_, None),
    }.get(operator, Range(low_, high_, high_in=low_ == high_))


def _bounds(field: Field, item: _Item, words: str) -> tuple[float, float]:
    """Where a value begins and ends: equal, but for a date, which is as long as a day or a month."""
    if field.kind is Kind.MOMENT:
        span = values.moment(words)
        if span is not None:
            return span
        if values.duration(words) is not None:
            raise BadQuery(
                f"{field.name} is a date, and {words} is none",
                at=item.at,
                hint=f"Use age, as in age<{words}, or give {Kind.MOMENT.value}.",
            )
    else:
        read = {Kind.SHARE: values.share, Kind.DURATION: values.duration}.get(field.kind, values.number)
        value = read(words)
        if value is not None:
            return value, value
    wanted = Kind.NUMBER if field.kind is Kind.SETTING else field.kind
    raise BadQuery(f"{words} is not {wanted.value}", at=item.at, hint=f"Give {wanted.value}.")


def _known(items: list[_Item], profiles: Collection[str]) -> None:
    for item in items:
        if "*" in item.text or item.text.lower() in {name.lower() for name in profiles}:
            continue
        alike = difflib.get_close_matches(item.text, profiles, n=1)
        raise BadQuery(
            f"there is no profile {item.text}",
            at=item.at,
            hint=f"Use {alike[0]}." if alike else f"Use one of {', '.join(profiles) or 'none'}.",
        )
