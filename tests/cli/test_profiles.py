"""`finetop profiles`: accounts are added, listed without a key, and tried side by side."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Served, here, start
from finetop.config import Paths, Profile, load
from finetop.store import Contact, Store


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of this test, which is not there yet."""
    file = tmp_path / "conf" / "config.toml"
    monkeypatch.setenv("FINETOP_CONFIG", str(file))
    return file


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def add(*options: object) -> str:
    done = here("profiles", "add", *options)
    assert done.code == 0, done.err
    assert done.out == ""
    return done.err


def test_a_profile_is_added_from_options(settings: Path) -> None:
    """Each option is one setting; the next command knows the account."""
    said = add(
        *("azure", "--base-url", "https://res.openai.azure.com/openai/v1", "--key-header", "api-key"),
        *("--key-command", "vault read 'my key'", "--query-param", "api-version=preview"),
        *("--header", "X-Team=a=b", "--colour", "cyan", "--pace", 7, "--read-only"),
    )
    assert "finetop profiles test azure" in said
    assert load(Paths.of()) == (
        Profile(
            "azure",
            base_url="https://res.openai.azure.com/openai/v1",
            key_command=("vault", "read", "my key"),
            key_header="api-key",
            headers={"X-Team": "a=b"},
            query={"api-version": "preview"},
            read_only=True,
            colour="cyan",
            pace_s=7.0,
        ),
    )
    assert "OPENAI_API_KEY, which is not set yet" in add("openai"), (
        "OpenAI's own address has a usual variable"
    )
    assert add("engine", "--dialect", "local")
    assert add("old", "--dialect", "archive", "--path", "jobs.jsonl"), "a path of this shell's folder"
    assert (load(Paths.of()) or ())[-1].path == str(Path("jobs.jsonl").absolute())
    assert settings.read_text().count("[profiles.") == 4


@pytest.mark.parametrize(
    ("options", "said", "hint"),
    [
        (["first"], "there is a profile first already", "--force"),
        (["a b"], "a profile's name has 1 to 32", "Rename it."),
        (["x", "--base-url", "h.test"], "base_url must begin with", "Write https://HOST/v1."),
        (["x", "--key-env", "A", "--key-file", "/k"], "two keys", "Keep one"),
        (["x", "--header", "X"], "--header 'X' is not NAME=VALUE", "Write"),
        (["x", "--header", "a:b=c"], "a:b is no name of a header", "Use letters"),
        (["x", "--key-command", "a 'b"], "--key-command: no closing quotation", "Close"),
        (["x", "--dialect", "archive"], "an archive needs a path", "Write path"),
        (["x", "--path", "/jobs"], "path belongs to the dialect archive", 'Write dialect = "archive"'),
        (["x", "--dialect", "opnai"], "'opnai' is not one of", "--help"),
        (["x", "--pace", "-1"], "-1", "--help"),
    ],
)
def test_what_cannot_stand_there_is_refused_and_changes_nothing(
    settings: Path, options: list[str], said: str, hint: str
) -> None:
    add("first", "--key-env", "A")
    before = settings.read_bytes()
    done = here("profiles", "add", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert hint in done.err
    assert settings.read_bytes() == before


def test_force_writes_one_anew_and_keeps_the_rest(settings: Path) -> None:
    add("first", "--key-env", "A")
    settings.write_text(f"# mine\n{settings.read_text()}\n# the end\n")
    add("first", "--key-env", "B", "--force")
    assert settings.read_text().startswith("# mine\n")
    assert settings.read_text().endswith("# the end\n")
    assert [profile.key_env for profile in load(Paths.of()) or ()] == ["B"]


def test_the_list_tells_how_each_does_and_asks_nobody(settings: Path) -> None:
    """From the store alone; where a key is from, and never the key or a password."""
    add(
        "cloud",
        "--base-url",
        "https://cloud.test/v1",
        "--key-env",
        "CLOUD",
        "--pace",
        4,
    )
    add("vault", "--base-url", "https://vault.test/v1", "--key-command", "no-such-program --token sk-word")
    store = Store(Paths.of().store_file)
    account = store.accounts.ensure(dialect="openai", base_url="https://cloud.test/v1", key="sk-secret")
    store.accounts.save_contact(account, Contact("ok", last_ok_at=1.0, requests_left=40, requests_limit=5000))
    store.close()
    plain = here("profiles", "list", CLOUD="sk-secret")
    cloud, vault = plain.out.splitlines()[1:]
    for words in ("cloud.test", "CLOUD", "ok", "4 s", "40 of 5 000"):
        assert words in cloud.replace(",", " ")
    assert "command no-such-program" in vault
    listed = here("profiles", "list", "--json", CLOUD="sk-secret")
    assert [(one["name"], one["state"], one["requests_left"]) for one in listed.json] == [
        ("cloud", "ok", 40),
        ("vault", "never", None),
    ]
    assert "sk-" not in plain.out + plain.err + listed.out
    assert here("profiles", "list", "--json").json[0]["state"] == "no key"


def test_without_any_profile_the_list_is_empty(settings: Path) -> None:
    done = here("profiles", "list", "--json")
    assert (done.code, done.json) == (0, [])
    assert "finetop profiles add" in done.err


def test_keys_of_the_environment_are_profiles_where_there_is_no_file(settings: Path, served: Served) -> None:
    """They can be listed, tried and named."""
    environ = {**served.environ, "NEBIUS_API_KEY": "n"}
    names = [one["name"] for one in here("profiles", "list", "--json", **environ).json]
    assert names == ["provider", "nebius"]
    done = here("--profile", "provider", "profiles", "test", **environ)
    assert (done.code, done.out.split()[:3]) == (0, ["provider", "ok", "answered"])


def test_each_verdict_and_the_code_of_the_first_that_failed(settings: Path, served: Served) -> None:
    """A good one, a wrong key, nobody there, a key that is not set, and an engine that need not run."""
    base = served.card["base_url"]
    key = settings.parent.parent / "key"
    key.write_text(served.card["api_key"])
    key.chmod(0o600)
    add("good", "--base-url", base, "--key-file", key)
    add("wrong", "--base-url", base, "--key-env", "WRONG")
    add("dead", "--base-url", "http://127.0.0.1:9/v1")
    add("unset", "--base-url", base, "--key-env", "UNSET")
    add("engine", "--dialect", "local", "--data-dir", settings.parent / "engine")
    done = here("profiles", "test", "--json", WRONG="sk-wrong")
    verdicts = {one["profile"]: one for one in done.json}
    assert [(name, one["exit_code"]) for name, one in verdicts.items()] == [
        ("good", 0),
        ("wrong", 3),
        ("dead", 4),
        ("unset", 2),
        ("engine", 0),
    ]
    assert done.code == 3
    assert verdicts["unset"]["said"] == "the variable UNSET is not set"
    assert "its first use starts it" in verdicts["engine"]["said"]
    assert here("profiles", "test", "good", "engine").code == 0
    states = {one["name"]: one["state"] for one in here("profiles", "list", "--json", WRONG="x").json}
    assert (states["good"], states["dead"]) == ("ok", "never")  # who answered a test has answered
    assert here("profiles", "test", "dead", "good").code == 4
    missing = here("profiles", "test", "god")
    assert missing.code == 2
    assert "Use good." in missing.err
    assert served.card["api_key"] not in done.out + done.err


def test_a_silent_one_holds_nobody(settings: Path, served: Served, silent: str) -> None:
    """The verdict on the good one stands while the other is still waited for."""
    add("slow", "--base-url", silent)
    add("good", "--base-url", served.card["base_url"], "--key-env", "GOOD")
    process = start("profiles", "test", GOOD=served.card["api_key"])
    assert process.stdout is not None
    assert process.stdout.readline().split()[:2] == ["good", "ok"]
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
