"""What cannot be in one profile together, or cannot be sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from finetop.config.profile import Profile

HERE = ("local", "archive")
"""Dialects of what lies on this machine: they have no address."""
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{24,}")
"""Long, with digits and in one piece: more like a key than like the name of a variable."""
_OURS = {"host", "connection", "content-length", "content-type", "transfer-encoding", "accept-encoding"}
_KEYS = ("key_env", "key_command", "key_file")
_FILES = ("key_file", "data_dir", "path")
Problems = list[tuple[str, str, str]]
"""The setting, what is wrong, and a hint."""


def contradictions(profile: Profile) -> Problems:
    """What cannot be in a profile although it is of the right kind: the setting, what is wrong, a hint."""
    found: Problems = []
    if profile.dialect not in HERE:
        found += [("base_url", said, hint) for said, hint in _address_problems(profile.base_url)]
    if profile.key_env and (not _VARIABLE.fullmatch(profile.key_env) or _KEY.fullmatch(profile.key_env)):
        said = "key_env is not the name of a variable"  # nor is it told what it is: most likely the key
        found.append(
            ("key_env", said, "Write the name alone, such as OPENAI_API_KEY; keys stay out of here.")
        )
    sources = [name for name in _KEYS if getattr(profile, name)]
    if len(sources) > 1:
        found.append((sources[1], f"{' and '.join(sources)} are two keys", "Keep one of them."))
    for setting in _FILES:
        if getattr(profile, setting) and not getattr(profile, setting).startswith(("/", "~/")):
            found.append((setting, f"{setting} must be a whole path", "Begin it with / or ~/."))
    if profile.dialect == "archive" and not profile.path:
        found.append(("dialect", "an archive needs a path", 'Write path = "/folder/of/jobs".'))
    for setting, dialect in (("path", "archive"), ("data_dir", "local")):
        if getattr(profile, setting) and profile.dialect != dialect:
            found.append(
                (setting, f"{setting} belongs to the dialect {dialect}", f'Write dialect = "{dialect}".')
            )
    return found + _header_problems(profile)


def _header_problems(profile: Profile) -> Problems:
    found = []
    named = dict.fromkeys(profile.headers, "headers")
    if profile.key_header:
        named[profile.key_header] = "key_header"
    for name, setting in named.items():
        if not _HEADER.fullmatch(name):
            found.append((setting, f"{name} is no name of a header", "Use letters, digits and dashes."))
        elif name.lower() in _OURS:
            found.append((setting, f"the header {name} is not yours to set", "Leave it out."))
    for name, value in profile.headers.items():
        if not (value.isascii() and value.isprintable()):
            found.append(
                ("headers", f"the value of the header {name} cannot be sent", "Use plain characters.")
            )
    return found


def _address_problems(url: str) -> list[tuple[str, str]]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return [(f"base_url cannot be read: {error}", "Write https://HOST/v1.")]
    del port  # reading it is what checks it
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return [("base_url must begin with https:// or http://", "Write https://HOST/v1.")]
    if parts.query or parts.fragment:
        return [("base_url must end before the ?", "Put the rest into query = { ... }.")]
    if parts.password:
        return [("base_url holds a password", "Use key_env, key_command or key_file.")]
    return []
