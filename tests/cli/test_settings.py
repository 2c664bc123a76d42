"""`finetop config`: what lies where, and every mistake with its line, while everything else still runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Served, here
from finetop.config import Paths

BAD = '[profiles.a]\nkee_env = "A"\nread_only = "yes"\n\n[alert]\n'


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("FINETOP_CONFIG", str(file))
    return file


def test_everything_has_a_place_and_a_size(settings: Path, mine: dict[str, str], served: Served) -> None:
    """After some use: the settings, the store, the engine of a profile; what is not there yet is told too."""
    assert here("jobs", "list", **mine).code == 0
    found = here("config", "--json", **mine).json
    places = {place["name"]: place for place in found["places"]}
    assert places["settings"]["path"] == mine["FINETOP_CONFIG"]
    assert places["store"]["path"] == str(Paths.of().store_file)
    assert places["store"]["size_bytes"] > 10_000
    assert places["engine of mine"]["path"] == served.card["data_dir"]
    assert places["engine of mine"]["files"] > 3
    assert places["local engine"]["files"] == 0
    assert found["problems"] == []
    table = here("config", **mine).out
    assert "none yet" in table
    assert "mine (this machine)" in table


def test_what_may_be_a_secret_is_masked(settings: Path) -> None:
    """Headers, parameters, words of commands, addresses of webhooks and strange variables."""
    settings.write_text(
        '[profiles.a]\nbase_url = "https://user@h.test/v1"\nheaders = { X-Key = "sk-header" }\n'
        'query = { key = "sk-query" }\nkey_command = ["vault", "sk-word"]\n'
        '[alerts]\nwebhook = "https://hooks.test/sk-hook"\ncommand = ["curl", "sk-curl"]\n'
        '[[alerts.rules]]\nwebhook = "https://hooks.test/sk-rule"\n'
    )
    done = here("config", "--json", FINETOP_TOKEN="sk-variable", FINETOP_THEME="light")
    assert "sk-" not in done.out
    assert "user@" not in done.out
    assert done.json["profiles"]["a"]["headers"] == {"X-Key": "***"}
    assert done.json["environment"]["FINETOP_THEME"] == "light"
    assert "sk-" not in here("config", FINETOP_TOKEN="sk-variable").out


def test_every_mistake_with_file_and_line(settings: Path) -> None:
    settings.write_text(BAD)
    done = here("config", "check", FINETOP_ALERTS_NOTIFY="osc8", FINETOP_THEEM="dark", FINETOP_X="1")
    assert done.code == 2
    assert done.out.splitlines() == [
        f"{settings}, line 2: profile a: there is no setting kee_env",
        "  Use key_env.",
        f"{settings}, line 3: profile a: read_only must be true or false",
        f"{settings}, line 5: there is no setting alert",
        "  Use alerts.",
        "the variable FINETOP_ALERTS_NOTIFY: there is no notify osc8",
        "  Use osc9.",
        "nothing reads the variable FINETOP_THEEM",
        "  Use FINETOP_THEME.",
        "nothing reads the variable FINETOP_X",
        "  Unset it.",
    ]
    listed = here("config", "check", "--json").json
    assert [(one["file"], one["line"]) for one in listed] == [(str(settings), line) for line in (2, 3, 5)]


@pytest.mark.parametrize("text", [BAD, "[profiles\n", "\x00", "[profiles.a]\nbase_url = 'http://[::1'"])
def test_with_a_mistake_what_needs_no_profile_still_runs(settings: Path, text: str) -> None:
    """What needs one is refused with the place, and with the way to all mistakes."""
    settings.write_text(text)
    assert here("--help").code == 0
    assert here("config", "schema").json["title"] == "finetop's config.toml"
    assert here("serve", "--status").code == 4
    said = here("config")
    assert (said.code, "finetop config check" in said.err) == (0, True)
    for command in (
        ["jobs", "list"],
        ["profiles", "list"],
        ["profiles", "add", "new"],
        ["--profile", "local", "record"],
    ):
        refused = here(*command)
        assert (refused.code, refused.out) == (2, "")
        assert f"{settings}, line" in refused.err
    assert settings.read_text() == text


def test_a_sound_file_and_none_at_all(settings: Path) -> None:
    none = here("config", "check")
    assert (none.code, none.out) == (0, "")
    assert "none is needed" in none.err
    settings.write_text('theme = "light"\n[profiles.a]\nkey_env = "A"\n')
    sound = here("config", "check")
    assert (sound.code, sound.out) == (0, "")
    assert "1 profile, no mistake" in sound.err
    dim = here("config", "check", FINETOP_THEME="drak")
    assert (dim.code, dim.out) == (2, "the variable FINETOP_THEME: there is no theme drak\n  Use dark.\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[profiles.a]\nkey_env = "A"\nkey_env = "B"\n', "line 3: key_env stands there twice"),
        ("[profiles.a]\n[profiles.a]\n", "line 2: the table profiles.a stands there twice"),
    ],
)
def test_what_stands_there_twice_is_named(settings: Path, text: str, said: str) -> None:
    settings.write_text(text)
    assert said in here("config", "check").out
