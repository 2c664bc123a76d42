"""What a refusal's body says, in any of the shapes that servers and the proxies before them send."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finetop.text import clean

LONGEST_PLAIN = 300
"""Of a body that is plain text: more is no sentence but a page."""
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>|<h1[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]{0,500}>")
_TORN = re.compile(r'"(message|code|type|param|request_id)"\s*:\s*"((?:[^"\\]|\\.)*)("?)')
_BARE_ROUTES = {"not found", "404 not found", "404 page not found", "method not allowed", "404: not found"}


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood; None where nothing was said."""

    message: str | None = None
    code: str | None = None
    param: str | None = None
    type: str | None = None
    request_id: str | None = None
    names_object: bool = False
    """True where somebody wrote the error for what was asked for; a bare 404 comes from a router."""


def said_in(body: bytes) -> Said:
    """Everything a body tells of its reason; nothing at all for one that cannot be read."""
    text = body.decode("utf-8-sig", "replace")
    try:
        parsed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return _unparsed(text)
    if isinstance(parsed, list) and parsed and isinstance(parsed[0], Mapping):
        parsed = parsed[0]
    if isinstance(parsed, str):
        return _plain(parsed)
    if not isinstance(parsed, Mapping):
        return Said()
    inner = parsed.get("error")
    if inner is None and isinstance(errors := parsed.get("errors"), list) and errors:
        inner = errors[0]
    outer_id = _text(parsed.get("request_id")) or _text(parsed.get("requestId"))
    if isinstance(inner, Mapping):
        return _fields(inner, outer_id)
    if isinstance(inner, str) and inner:
        more = _sentence(parsed.get("message")) or _sentence(parsed.get("error_description"))
        return _judged(f"{inner}: {more}" if more and more != inner else inner, parsed, outer_id)
    if "detail" in parsed:
        return _judged(_sentence(parsed["detail"]), parsed, outer_id)
    return _fields(parsed, outer_id)


def title_of(body: bytes) -> str:
    """What a page of HTML is called; empty for anything else."""
    found = _TITLE.search(body[:50_000].decode("utf-8", "replace"))
    if not found:
        return ""
    return _line(html.unescape(_TAG.sub(" ", found[1] or found[2] or "")))[:LONGEST_PLAIN]


def _fields(item: Mapping[str, Any], outer_id: str | None) -> Said:
    message = next(
        (found for key in ("message", "msg", "detail", "title") if (found := _sentence(item.get(key)))), None
    )
    inner = item.get("innererror") or item.get("inner_error")
    if isinstance(inner, Mapping):
        deeper = ": ".join(
            words for key in ("code", "message") if (words := _text(inner.get(key))) and words != message
        )
        message = f"{message or ''} ({deeper})".strip() if deeper else message
    return _judged(message, item, _text(item.get("request_id")) or outer_id)


def _judged(message: str | None, item: Mapping[str, Any], request_id: str | None) -> Said:
    code = _text(item.get("code"))
    bare = not message or message.strip().rstrip(".").lower() in _BARE_ROUTES
    names_object = code != "unknown_url" and not (bare and not _text(item.get("param")))
    return Said(
        _line(message) if message else None,
        code,
        _text(item.get("param")),
        _text(item.get("type")),
        request_id,
        names_object,
    )


def _unparsed(text: str) -> Said:
    """HTML, a sentence, or JSON that was torn off."""
    stripped = text.lstrip()
    if stripped.startswith("<"):
        return Said(title_of(text.encode()) or None)
    if stripped.startswith(("{", "[")):
        torn: dict[str, str] = {}
        for key, words, end in _TORN.findall(text[:20_000]):
            torn.setdefault(key, _unescaped(words) + ("" if end else "…"))
        return _judged(torn.get("message"), torn, torn.get("request_id")) if torn else Said()
    return _plain(text)


def _plain(text: str) -> Said:
    words = _line(text)
    if not words or "\N{REPLACEMENT CHARACTER}" in words or "\0" in text:
        return Said()
    return Said(words if len(words) <= LONGEST_PLAIN else f"{words[:LONGEST_PLAIN]}…")


def _unescaped(words: str) -> str:
    try:
        return str(json.loads(f'"{words}"', strict=False))
    except ValueError:
        return words


def _sentence(value: Any) -> str | None:
    """A complaint in words: a sentence, or a list of places with a sentence each."""
    if isinstance(value, list):
        return "; ".join(found for item in value[:20] if (found := _sentence(item))) or None
    if isinstance(value, Mapping):
        loc = value.get("loc")
        parts = loc if isinstance(loc, list | tuple) else ()
        place = ".".join(_text(part) or "?" for part in parts if part != "body")
        inner = next((value[key] for key in ("msg", "message", "detail") if value.get(key)), None)
        sentence = _sentence(inner) if inner is not None else _text(json.dumps(value, default=str)[:500])
        return f"{place}: {sentence}" if place else sentence
    return _text(value)


def _line(words: str) -> str:
    """One drawable line."""
    return " ".join(clean(words).split())


def _text(value: object) -> str | None:
    if isinstance(value, str) and value.strip():
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return None
