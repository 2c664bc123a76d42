"""Profiles and places: read, written, refused with the place, and never with a key."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import platformdirs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetop.config import (
    OPENAI_URL,
    Paths,
    Profile,
    add,
    commands,
    found_keys,
    identity_of,
    key_of,
    load,
    save,
)
from finetop.config.commands import current_key
from finetop.errors import BadInput, TryLater
from finetop.server import disks


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "conf" / "config.toml", tmp_path / "data", tmp_path / "state")


def test_without_a_file_there_is_no_answer_yet(paths: Paths) -> None:
    assert load(paths) is None


def test_what_is_saved_is_loaded(paths: Paths) -> None:
    profiles = (
        Profile("cloud", key_env="MY_KEY", organization="org-1", project="p", read_only=True),
        Profile("other", base_url="http://127.0.0.1:8000/v1", key_env="OTHER"),
        Profile("local", dialect="local", base_url="", data_dir="/srv/engine"),
    )
    save(paths, profiles)
    assert load(paths) == profiles
    assert stat.S_IMODE(paths.config_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("dialect", ["openai", "openai-legacy"])
def test_every_dialect_of_a_server_elsewhere_is_kept(paths: Paths, dialect: str) -> None:
    profile = Profile("old", dialect=dialect, base_url="http://127.0.0.1:8000/v1", key_env="OLD")
    save(paths, (profile,))
    assert load(paths) == (profile,)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("legacy", "Use openai-legacy."),
        ("OpenAI_Legacy", "Use openai-legacy."),
        ("open-ai", "Use openai."),
        ("lokal", "Use local."),
        ("morse", "Use one of openai, local, openai-legacy, archive."),
    ],
)
def test_the_nearest_dialect_is_named(paths: Paths, written: str, hint: str) -> None:
    paths.config_file.parent.mkdir()
    paths.config_file.write_text(f"[profiles.a]\ndialect = '{written}'\n")
    with pytest.raises(BadInput) as bad:
        load(paths)
    assert bad.value.hint == hint


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_survives(paths: Paths, text: str) -> None:
    paths.config_file.unlink(missing_ok=True)
    save(paths, (Profile("p", organization=text, project=text),))
    assert load(paths) == (Profile("p", organization=text, project=text),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profiles = 5", "must be tables"),
        ("[profiles.a]\nkee_env = 'x'", "line 2: profile a: there is no setting kee_env"),
        ("[profiles.a]\nread_only = 'yes'", "read_only must be true or false"),
        ("[profiles.a]\nkey_env = 5", "key_env must be text"),
        ("[profiles.a]\ndialect = 'morse'", "no dialect morse"),
        ("[profiles.a]\nbase_url = 'api.test'", "base_url must begin"),
        ("[profiles.a]\nkey_file = 'keys/k'", "line 2: profile a: key_file must be a whole path"),
        ("[profiles.a]\ndialect = 'local'\ndata_dir = 'srv'", "line 3: profile a: data_dir must be a whole"),
        ("[profiles.'a b']", "line 1: a profile's name has"),
        ("[profiles]\na = 5", "must be a table"),
        ("[profiles.a]\nkey_env = ?\n", "line 2: invalid value"),
    ],
)
def test_a_mistake_is_told_with_its_place(paths: Paths, text: str, said: str) -> None:
    paths.config_file.parent.mkdir()
    paths.config_file.write_text(text)
    with pytest.raises(BadInput, match=said) as bad:
        load(paths)
    assert str(paths.config_file) in bad.value.message


def test_a_file_that_cannot_be_read_or_written_is_told(paths: Paths, tmp_path: Path) -> None:
    paths.config_file.parent.mkdir()
    paths.config_file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="cannot be read"):
        load(paths)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        add(Paths(tmp_path / "file" / "config.toml", tmp_path, tmp_path), Profile("one", key_env="ONE"))


@pytest.mark.parametrize(
    ("environ", "url", "name"),
    [
        ({"OPENAI_API_KEY": "k"}, OPENAI_URL, "openai"),
        (
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://api.okapi.dev/v1/"},
            "https://api.okapi.dev/v1",
            "okapi",
        ),
        (
            {"OPENAI_API_KEY": "k", "OPENAI_API_BASE": "http://127.0.0.1:80/v1"},
            "http://127.0.0.1:80/v1",
            "provider",
        ),
        (
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://localhost/v1"},
            "http://localhost/v1",
            "provider",
        ),
    ],
)
def test_a_key_in_the_environment_is_found(environ: dict[str, str], url: str, name: str) -> None:
    (found,) = found_keys({**environ, "OPENAI_ORG_ID": "o", "OPENAI_PROJECT_ID": "p"})
    profile = found.profile()
    assert (profile.base_url, profile.name, profile.key_env) == (url, name, "OPENAI_API_KEY")
    assert (profile.organization, profile.project) == ("o", "p")
    assert "k" not in (found.base_url.split("//")[0], profile.key_env)


def test_an_address_that_cannot_be_read_is_told_when_it_is_used() -> None:
    (found,) = found_keys({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://[::1"})
    assert (found.host, found.profile().name) == ("http://[::1", "provider")


@pytest.mark.parametrize("environ", [{}, {"OPENAI_API_KEY": "  "}, {"AZURE_OPENAI_API_KEY": "k"}])
def test_no_key_is_no_key(environ: dict[str, str]) -> None:
    assert found_keys(environ) == ()


def test_a_key_is_read_anew_and_its_absence_named() -> None:
    profile = Profile("cloud", key_env="MY_KEY")
    assert key_of(profile, {"MY_KEY": " sk-1\n"}) == "sk-1"
    with pytest.raises(BadInput, match="MY_KEY"):
        key_of(profile, {})
    assert key_of(Profile("open"), {}) == ""


def test_places_follow_the_environment(tmp_path: Path) -> None:
    paths = Paths.of({"FINETOP_DATA": str(tmp_path / "d"), "FINETOP_CONFIG": str(tmp_path / "c.toml")})
    assert paths.store_file == tmp_path / "d" / "finetop.db"
    assert paths.server_dir == tmp_path / "d" / "server"
    assert paths.config_file == tmp_path / "c.toml"
    assert Paths.of({}).state_dir.name == "finetop"


def test_a_store_on_a_network_disk_is_kept_on_this_machine(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paths.notice == ""
    monkeypatch.setattr(disks, "mount_table", lambda: [(Path("/"), "nfs4")])
    assert paths.store_file.is_relative_to("/var/tmp")
    assert str(paths.data_dir) in paths.notice
    monkeypatch.setenv("FINETOP_DATA", str(paths.data_dir))
    assert paths.store_file == paths.data_dir / "finetop.db"


def test_all_that_a_profile_may_hold_survives(paths: Paths) -> None:
    full = Profile(
        "azure",
        base_url="https://res.openai.azure.com/openai/v1",
        key_command=("pass", "show", 'a "b"'),
        key_header="api-key",
        headers={"X-Team": "support", "x": "z y"},
        query={"api-version": "preview"},
        colour="cyan",
        pace_s=2.5,
        read_only=True,
    )
    save(paths, (full,))
    assert load(paths) == (full,)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text("sk-file\n")
    file.chmod(0o600)
    return file


def test_a_key_from_a_file_of_ones_own(key_file: Path) -> None:
    profile = Profile("cloud", key_file=str(key_file))
    assert key_of(profile, {}) == "sk-file"
    key_file.write_text("sk-new")
    assert key_of(profile, {}) == "sk-new"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.chmod(0o640), "can be read by others"),
        (lambda file: file.chmod(0o604), "can be read by others"),
        (lambda file: file.write_text(" \n"), "is empty"),
        (lambda file: file.write_text("sk-1\nsk-2"), "more than one line"),
        (lambda file: file.unlink(), "No such file"),
        (lambda file: (file.unlink(), file.mkdir()), "is no file"),
    ],
)
def test_a_file_that_will_not_do_is_refused(
    key_file: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(key_file)
    with pytest.raises(BadInput, match=said) as bad:
        key_of(Profile("cloud", key_file=str(key_file)), {})
    assert "sk-" not in bad.value.message + bad.value.advice


def test_a_pipe_in_its_place_holds_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)
    with pytest.raises(BadInput, match="is no file"):
        key_of(Profile("cloud", key_file=str(tmp_path / "key")), {})


async def test_a_key_that_a_command_prints_without_a_shell() -> None:
    profile = Profile("cloud", key_command=("printf", "%s", "$HOME; `id`"))
    assert await current_key(profile, dict(os.environ)) == "$HOME; `id`"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "echo sk-told; echo 'the vault is locked' >&2; echo more >&2; exit 3",
            "failed with 3: the vault is locked$",
        ),
        ("exit 0", "printed is empty"),
        ("echo sk-1; echo sk-2", "more than one line"),
        ("kill -9 $$", "failed with -9$"),
    ],
)
async def test_a_command_that_fails_is_told_without_what_it_printed(command: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as bad:
        await current_key(Profile("cloud", key_command=("sh", "-c", command)), dict(os.environ))
    assert "sk-" not in bad.value.message + bad.value.advice


async def test_a_command_that_is_not_there_or_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=r"key_command no-such-program-here cannot be run: No such file"):
        await current_key(Profile("cloud", key_command=("no-such-program-here",)), {})
    monkeypatch.setattr(commands, "PATIENCE_S", 0.05)
    with pytest.raises(TryLater, match="took longer"):
        await current_key(Profile("cloud", key_command=("sleep", "60")), dict(os.environ))


def test_an_account_is_known_without_running_its_command() -> None:
    """Its keys may change by the hour; and a screen must not wait for a vault."""
    assert "no-such" in identity_of(Profile("cloud", key_command=("no-such-program-here",)), {})


def test_behind_a_gateway_headers_and_parameters_tell_accounts_apart() -> None:
    """What only says how to speak does not; and who has none is known as before."""
    plain = Profile("p", key_env="K")
    same = replace(plain, query={"api-version": "preview"})
    others = [
        replace(plain, query={"custom_llm_provider": "azure"}),
        replace(plain, query={"custom_llm_provider": "openai"}),
        replace(plain, headers={"x-portkey-provider": "openai"}),
    ]
    environ = {"K": "sk-1"}
    assert identity_of(plain, environ) == identity_of(same, environ) == "sk-1"
    assert len({identity_of(profile, environ) for profile in (plain, *others)}) == 4
    assert identity_of(replace(plain, headers={"A": "1"}), environ) == identity_of(
        replace(plain, headers={"a": "1"}), environ
    )


@pytest.mark.parametrize(
    "variables", [{}, {"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s"}]
)
def test_the_usual_folders_are_those_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    usual = platformdirs.PlatformDirs("finetop")
    assert Paths.of(os.environ) == Paths(
        usual.user_config_path / "config.toml", usual.user_data_path, usual.user_state_path
    )


def test_a_home_in_a_variable_is_read_without_a_shell(own_home: Path) -> None:
    """As in a unit file."""
    assert Paths.of({"FINETOP_DATA": "~/kept"}).data_dir == own_home / "kept"


def test_reading_profiles_loads_little(tmp_path: Path) -> None:
    """A command that looks into the store begins with this."""
    (tmp_path / "c.toml").write_text("[profiles.a]\nkey_env = 'A'\n")
    code = (
        "import sys; from finetop import config; config.load(config.Paths.of())\n"
        "print(*({'platformdirs', 'asyncio', 'difflib', 'finetop.config.alerts'} & set(sys.modules)))"
    )
    environ = {**os.environ, "FINETOP_CONFIG": str(tmp_path / "c.toml")}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    assert ran.stdout.split() == (["platformdirs"] if sys.platform == "darwin" else [])
