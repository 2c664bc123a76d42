"""The settings file: read with its lines, added to without losing a word, described as JSON Schema."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.config import AlertRule, AlertSettings, Paths, Profile, Settings, load, load_settings
from finetop.config.lines import line_of, statements
from finetop.config.profile import COLOURS
from finetop.config.reading import parse
from finetop.config.schema import json_schema
from finetop.config.settings import THEMES
from finetop.config.writing import add, save, table_of
from finetop.errors import BadInput
from finetop.tui import theme

WRITTEN = """\
# my accounts
theme = "dark"   # at night

[profiles.openai]  # the company's
key_env = "OPENAI_API_KEY"
headers = { "X-Team" = "support" }
query.api-version = "preview"

# the old one
[profiles.older]
dialect = "openai-legacy"
base_url = "https://older.example/v1"
key_command = [
  "pass",  # never written down
  "older",
]

[alerts]
on = ["failed"]

[[alerts.rules]]
jobs = "model:mini"

[[alerts.rules]]
title = '''
[profiles.trap]
'''
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "state")
    paths.config_file.write_text(WRITTEN)
    return paths


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("theme",), 2),
        (("profiles", "openai"), 4),
        (("profiles", "openai", "headers", "X-Team"), 6),
        (("profiles", "openai", "headers", "Y"), 6),
        (("profiles", "openai", "query", "api-version"), 7),
        (("profiles", "openai", "not there"), 4),
        (("profiles", "older", "key_command"), 13),
        (("alerts", "on"), 19),
        (("alerts", "rules", 0, "jobs"), 22),
        (("alerts", "rules", 1, "title"), 25),
        (("nothing of it",), None),
    ],
)
def test_every_value_has_its_line(place: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(WRITTEN, place) == line
    assert line_of(WRITTEN.replace("\n", "\r\n"), place) == line


def test_all_of_it_is_read(paths: Paths) -> None:
    assert load(paths) == (
        Profile(
            "openai",
            key_env="OPENAI_API_KEY",
            headers={"X-Team": "support"},
            query={"api-version": "preview"},
        ),
        Profile(
            "older",
            dialect="openai-legacy",
            base_url="https://older.example/v1",
            key_command=("pass", "older"),
        ),
    )
    rules = (AlertRule(jobs="model:mini"), AlertRule(title="[profiles.trap]\n"))
    assert load_settings(paths, {}) == Settings(
        theme="dark", alerts=AlertSettings(on=("failed",), rules=rules)
    )


def test_every_mistake_is_told_in_the_order_of_the_file() -> None:
    text = (
        'them = "dark"\nglyphs = "brail"\n[profiles.a]\nkee_env = "A"\npace_s = -1\n'
        'headers = { "a b" = "c" }\n'
        '[profiles.b]\nkey_env = "B"\nkey_file = "/k"\nbase_url = "https://h/v1?api-version=1"\n'
        '[alerts]\non = ["fialed"]\n[[alerts.rules]]\nsilent_min = "5"\n'
    )
    told = [f"{problem.message} | {problem.hint}" for problem in parse(Path("f"), text).problems]
    assert told == [
        "f, line 1: there is no setting them | Use theme.",
        "f, line 2: there is no glyphs brail | Use one of auto, unicode, ascii.",
        "f, line 4: profile a: there is no setting kee_env | Use key_env.",
        "f, line 5: profile a: pace_s must be at least 0 | ",
        "f, line 6: profile a: a b is no name of a header | Use letters, digits and dashes.",
        "f, line 9: profile b: key_env and key_file are two keys | Keep one of them.",
        "f, line 10: profile b: base_url must end before the ? | Put the rest into query = { ... }.",
        "f, line 12: on cannot hold fialed | Use failed.",
        "f, line 14: silent_min must be a number | ",
    ]


def test_a_profile_is_added_and_every_word_stays(paths: Paths) -> None:
    new = Profile("azure", key_env="AZ", key_header="api-key", colour="cyan")
    add(paths, new)
    after = paths.config_file.read_text()
    assert after.startswith(WRITTEN.rstrip())
    assert (load(paths) or ())[-1] == new


def test_a_name_that_is_taken_wants_force_and_its_neighbours_and_comments_stay(paths: Paths) -> None:
    new = Profile("openai", base_url="https://eu.api.openai.com/v1", key_env="EU_KEY")
    with pytest.raises(BadInput, match="there is a profile openai already"):
        add(paths, new)
    assert paths.config_file.read_text() == WRITTEN
    add(paths, new, replacing=True)
    after = paths.config_file.read_text()
    assert load(paths) == (new, (load(paths) or ())[1])
    lost = [line for line in WRITTEN.splitlines() if line not in after.splitlines()]
    assert lost == WRITTEN.splitlines()[3:7]


def test_a_link_to_the_file_stays_a_link(paths: Paths, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    paths.config_file.rename(real)
    paths.config_file.symlink_to(real)
    real.chmod(0o640)
    add(paths, Profile("new", key_env="N"))
    assert paths.config_file.is_symlink()
    assert "[profiles.new]" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "text", ["profiles = { a = { key_env = 'A' } }\n", "[profiles\n", "[profiles.a]\nx = 1\n"]
)
def test_a_file_that_cannot_be_added_to_is_left_alone(paths: Paths, text: str) -> None:
    paths.config_file.write_text(text)
    with pytest.raises(BadInput):
        add(paths, Profile("new", key_env="N"))
    assert paths.config_file.read_text() == text


_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
_profiles = st.builds(
    Profile,
    name=_names,
    key_command=st.lists(_words, max_size=3).map(tuple),
    query=st.dictionaries(_words, _words, max_size=3),
    organization=_words,
    read_only=st.booleans(),
    colour=st.sampled_from(COLOURS),
    pace_s=st.floats(0, 1e6),
)


@given(st.lists(_profiles, max_size=4), st.booleans())
def test_whatever_is_added_is_read_again(profiles: list[Profile], old: bool) -> None:
    """Through the text alone: tables one after another, the second of a name in the place of the first."""
    text = WRITTEN if old else ""
    from finetop.config.writing import _placed

    for profile in profiles:
        text = _placed(text, profile)
    expected = {
        profile.name: profile for profile in (*parse(Path("f"), WRITTEN if old else "").profiles, *profiles)
    }
    read = parse(Path("f"), text)
    assert ({profile.name: profile for profile in read.profiles}, read.problems) == (expected, ())
    assert len(list(statements(table_of(Profile("x"))))) == 3


@pytest.mark.parametrize(
    ("environ", "field", "value"),
    [
        ({"FINETOP_ALERTS_ON": "done, failed"}, "on", ("done", "failed")),
        (
            {"FINETOP_ALERTS_COMMAND": "notify-send 'a job' ended"},
            "command",
            ("notify-send", "a job", "ended"),
        ),
        ({"FINETOP_ALERTS_SILENT_MIN": "7.5"}, "silent_min", 7.5),
        ({"FINETOP_ALERTS_NOTIFY": "off"}, "notify", "off"),
    ],
)
def test_the_environment_beats_the_file(
    paths: Paths, environ: dict[str, str], field: str, value: object
) -> None:
    assert getattr(load_settings(paths, environ).alerts, field) == value


@pytest.mark.parametrize(
    ("variable", "value", "said", "hint"),
    [
        (
            "FINETOP_ALERTS_SILENT_MIN",
            "soon",
            "FINETOP_ALERTS_SILENT_MIN: silent_min must be a number",
            "Mend",
        ),
        ("FINETOP_ALERTS_SILENT_MIN", "nan", "silent_min must be a number", "Mend"),
        ("FINETOP_ALERTS_NOTIFY", "osc8", "there is no notify osc8", "Use osc9."),
        ("FINETOP_ALERTS_COMMAND", "a 'b", "command must be a list", "Mend"),
        ("FINETOP_ALERTS_SILENT", "5", "no setting of alerts for FINETOP_ALERTS_SILENT", "Use silent_min."),
        ("FINETOP_ALERTS_RULES", "x", "no setting of alerts for FINETOP_ALERTS_RULES", "Use"),
    ],
)
def test_a_variable_that_will_not_do_is_named(
    paths: Paths, variable: str, value: str, said: str, hint: str
) -> None:
    with pytest.raises(BadInput, match=said) as bad:
        load_settings(paths, {variable: value})
    assert bad.value.hint.startswith(hint)


def test_the_themes_of_the_file_are_those_of_the_screen() -> None:
    assert set(THEMES) == {"auto", "ansi", *(ours.name.removeprefix("finetop-") for ours in theme.THEMES)}


def fits(schema: dict[str, Any], value: Any) -> bool:
    """A small judge of the part of JSON Schema that is used here."""
    kinds: dict[str, Any] = {
        "string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict,
    }  # fmt: skip
    if not isinstance(value, kinds[schema["type"]]) or value not in schema.get("enum", [value]):
        return False
    if isinstance(value, list):
        return all(fits(schema["items"], item) for item in value)
    if not isinstance(value, dict):
        return not isinstance(value, (int, float)) or value >= schema.get("minimum", value)
    known, others = schema.get("properties", {}), schema["additionalProperties"]
    inner = {name: known.get(name, others) for name in value}
    return all(inner[name] and fits(inner[name], value[name]) for name in value)


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    schema = json_schema()
    assert fits(schema, tomllib.loads(WRITTEN))
    for wrong in (
        "them = 'dark'",
        "theme = 'drk'",
        "[profiles.a]\npace_s = -1",
        "[[alerts.rules]]\non = ['x']",
    ):
        assert not fits(schema, tomllib.loads(wrong))
        assert parse(Path("f"), wrong).problems
    undescribed = [name for name, what in schema["properties"].items() if "description" not in what]
    assert undescribed == []
    key_env = schema["properties"]["profiles"]["additionalProperties"]["properties"]["key_env"]
    assert key_env["description"].startswith("The variable that holds the key")


_LINES = """
[profiles]
[profiles.a]|[profiles.'b c']|[profiles.a.headers]|[[profiles]]|profiles = 1|[alerts]|[[alerts.rules]]
alerts = []|alerts.rules = 3|rules = [1, {}]|theme = []|theme = 'dark'|a.b = 1|dialect = 'local'|dialect = {}
headers = { a = 1 }|headers = { 'é' = 'ü' }|query = [1]|pace_s = nan|pace_s = 1
key_command = ['a', 1]|key_command = [
]|base_url = 'http://[::1'
base_url = 'http://h:x'|silent_min = true|on = 'done'|name = 'x'|read_only = 1|key_file = ''
"" = 1|'''|# c|key_env = 1979-05-27|title = 5|\x00|\r|webhook = 'x'|colour = 'blue'|data_dir = 1.5
""".replace("\n", "|").split("|")


@given(st.lists(st.sampled_from(_LINES), max_size=9).map("\n".join))
def test_no_file_is_more_than_a_list_of_complaints(text: str) -> None:
    """Each has a message, and a line that the file has."""
    read = parse(Path("f"), text)
    for problem in read.problems:
        assert problem.message.startswith("f")
        line = getattr(problem, "line", None)
        assert line is None or 1 <= line <= text.count("\n") + 1


def test_the_first_profiles_keep_what_stood_there(paths: Paths) -> None:
    """A file that held settings alone is added to when the first question is answered."""
    paths.config_file.write_text('\ufefftheme = "dark"  # at night\r\n', "utf-8")
    save(paths, (Profile("one", key_env="ONE"), Profile("two", key_env="TWO")))
    assert paths.config_file.read_text().startswith('theme = "dark"  # at night\n')
    assert [profile.name for profile in load(paths) or ()] == ["one", "two"]
    assert load_settings(paths, {}).theme == "dark"


def test_two_who_add_at_once_both_stand_there(paths: Paths) -> None:
    profiles = [Profile(f"p{number}", key_env="KEY") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda profile: add(paths, profile), profiles))
    assert set(profiles) <= set(load(paths) or ())


@pytest.mark.parametrize("key", ["sk-proj-1234", "0123456789abcdef", "a1b2c3d4e5f60718a1b2c3d4e5f60718"])
def test_a_key_in_the_place_of_its_variable_is_told_and_not_repeated(paths: Paths, key: str) -> None:
    found = parse(paths.config_file, f'[profiles.one]\nkey_env = "{key}"\n')
    (problem,) = found.problems
    assert "line 2: profile one: key_env is not the name of a variable" in problem.message
    assert key not in f"{problem.message} {problem.advice} {found.profiles}"
