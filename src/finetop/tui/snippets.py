"""A job or its model asked from elsewhere: by curl, Python, finetop. Pure; no secret is ever in them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from finetop.tui.handoff import Copy

if TYPE_CHECKING:
    from finetop.config import Profile

_HARMLESS: Final = ("api-version",)
"""Parameters whose values are no secret; all others stand as variables to be set."""
_DEFAULT_KEY: Final = "OPENAI_API_KEY"


def snippets(profile: Profile, job_id: str) -> list[Copy]:
    """All of them; where the profile has no address only finetop's own."""
    url = profile.address
    finetop = Copy(
        "the finetop command", shlex.join(["finetop", "--profile", profile.name, "jobs", "get", job_id])
    )
    if profile.dialect == "archive" or not url:
        return [finetop]
    path = "fine-tunes" if profile.dialect == "openai-legacy" else "fine_tuning/jobs"
    way = f"{path}/{quote(job_id, safe='')}"
    return [
        Copy("the curl command", _curl(profile, f"{url.rstrip('/')}/{way}")),
        Copy("the Python lines", _python(profile, url, [_job_in_python(way)])),
        finetop,
    ]


def chat(profile: Profile, model: str) -> list[Copy]:
    """The first thing one does with a tuned model: ask it something."""
    if profile.dialect in {"archive", "openai-legacy"} or not profile.address:
        return []
    asked = [
        "answer = client.chat.completions.create(",
        f"    model={_literal(model)},",
        '    messages=[{"role": "user", "content": "Hello"}],',
        ")",
        "print(answer.choices[0].message.content)",
    ]
    return [Copy("Python lines that ask the tuned model", _python(profile, profile.address, asked))]


def _curl(profile: Profile, url: str) -> str:
    headers = [
        f'"{_quoted(profile.key_header)}: {_key_in_shell(profile)}"'
        if profile.key_header
        else f'"Authorization: Bearer {_key_in_shell(profile)}"'
    ]
    headers += [shlex.quote(f"{name}: {value}") for name, value in _account(profile) if value]
    headers += [f'"{_quoted(name)}: ${_variable(name)}"' for name in profile.headers]
    asked = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='') if name in _HARMLESS else f'${_variable(name)}'}"
        for name, value in profile.query.items()
    )
    place = f'"{_quoted(url)}?{asked}"' if asked else shlex.quote(url)
    return " \\\n  ".join([f"curl {place}", *(f"-H {header}" for header in headers)])


def _job_in_python(way: str) -> str:
    if way.startswith("fine_tuning"):
        return f"print(client.fine_tuning.jobs.retrieve({_literal(way.rpartition('/')[2])}))"
    return f"print(client.get({_literal('/' + way)}, cast_to=object))"


def _python(profile: Profile, url: str, asked: Sequence[str]) -> str:
    key = _key_in_python(profile)
    given = ['api_key="not used"' if profile.key_header else f"api_key={key}", f"base_url={_literal(url)}"]
    given += [
        f"{name}={_literal(value)}"
        for name, value in (("organization", profile.organization), ("project", profile.project))
        if value
    ]
    headers = [(profile.key_header, key)] if profile.key_header else []
    headers += [(name, _from_environment(_variable(name))) for name in profile.headers]
    query = [
        (name, _literal(value) if name in _HARMLESS else _from_environment(_variable(name)))
        for name, value in profile.query.items()
    ]
    given += [
        f"{name}={{{', '.join(f'{_literal(key)}: {value}' for key, value in pairs)}}}"
        for name, pairs in (("default_headers", headers), ("default_query", query))
        if pairs
    ]
    lines = ["from openai import OpenAI", "", "client = OpenAI(", *(f"    {one}," for one in given), ")"]
    text = "\n".join([*lines, *asked, ""])
    return f"import os\n\n{text}" if "os.environ" in text else text


def _key_in_shell(profile: Profile) -> str:
    if profile.key_file:
        return f"$(cat {shlex.quote(profile.key_file)})"
    return f"${profile.key_env or _DEFAULT_KEY}"


def _key_in_python(profile: Profile) -> str:
    if profile.key_file:
        return f"open({_literal(profile.key_file)}).read().strip()"
    return _from_environment(profile.key_env or _DEFAULT_KEY)


def _account(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "OpenAI-Organization", profile.organization
    yield "OpenAI-Project", profile.project


def _from_environment(name: str) -> str:
    return f"os.environ[{_literal(name)}]"


def _quoted(text: str) -> str:
    """As it may stand between double quotes of a shell, where variables are filled in."""
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _variable(name: str) -> str:
    """A header's or parameter's name as that of a variable."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "VALUE"


def _literal(text: str) -> str:
    return json.dumps(text)
