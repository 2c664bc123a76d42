"""What finetop opens on, and when it asks first."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import here
from finetop import __main__, config
from finetop.cli import opening
from finetop.cli.main import run
from finetop.cli.run import Opening, Screens
from finetop.config import LOCAL, FoundKey, Paths
from finetop.tui import start

KEY = {
    "OPENAI_API_KEY": "sk-secret",
    "OPENAI_BASE_URL": "https://tune.example.test/v1",
    "OPENAI_ORG_ID": "org-1",
    "OPENAI_PROJECT_ID": "proj-2",
}


class Person:
    """Somebody at a terminal: answers the first question, and sees what is opened."""

    def __init__(self, answer: str | None = None) -> None:
        self.answer = answer
        self.asked: list[tuple[FoundKey, ...]] = []
        self.opened: list[Opening] = []

    def screens(self) -> Screens:
        def ask(found: tuple[FoundKey, ...]) -> str | None:
            self.asked.append(found)
            return self.answer

        def show(what: Opening) -> int:
            self.opened.append(what)
            return 0

        return Screens(open=show, ask=ask)

    def names(self) -> list[str]:
        """The profiles of the one screen that was opened."""
        (opened,) = self.opened
        return [profile.name for profile in opened.profiles]


@pytest.fixture(autouse=True)
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody here has one, unless the test takes it away."""
    monkeypatch.setattr(opening, "is_terminal", lambda: True)


def set_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("answer", "names"), [("key", ["example"]), ("local", ["local"]), ("both", ["example", "local"])]
)
def test_a_key_is_found_and_the_answer_remembered(
    monkeypatch: pytest.MonkeyPatch, answer: str, names: list[str]
) -> None:
    """Asked once, with host, organisation and project; what is written down is not the key."""
    set_key(monkeypatch)
    first, second = Person(answer), Person()
    assert run([], first.screens()) == 0
    ((found,),) = first.asked
    assert found == FoundKey("OPENAI_API_KEY", "https://tune.example.test/v1", "org-1", "proj-2")
    assert first.names() == names
    assert run([], second.screens()) == 0
    assert second.asked == []
    assert second.names() == names
    assert "sk-secret" not in Paths.of().config_file.read_text()


def test_no_key_is_found() -> None:
    """The question is asked all the same: there is an engine, and a demo."""
    person = Person("local")
    assert run([], person.screens()) == 0
    assert person.asked == [()]
    assert person.names() == ["local"]


def test_leaving_the_question_remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is opened, and the next start asks again."""
    set_key(monkeypatch)
    person = Person(None)
    assert run([], person.screens()) == 0
    assert (person.opened, Paths.of().config_file.exists()) == ([], False)


def test_yes_takes_the_key_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who script their terminals."""
    set_key(monkeypatch)
    person = Person()
    assert run(["--yes"], person.screens()) == 0
    assert person.asked == []
    assert person.names() == ["example"]


def test_yes_without_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to say yes to."""
    assert run(["--yes"], Person().screens()) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err


def test_a_profile_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """The engine of this machine needs no settings; an unknown name is told those that exist."""
    person = Person()
    assert run(["--profile", "local"], person.screens()) == 0
    assert (person.asked, person.opened[0].profiles) == ([], (LOCAL,))
    assert run(["--profile", "nobody"], person.screens()) == 2
    assert "there is no profile nobody" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--profile", "local"], ["--yes"], []])
def test_read_only_holds_for_one_run(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """Whatever is opened takes no orders; what is written down of it may the next time."""
    set_key(monkeypatch)
    person = Person("both")
    assert run(["--read-only", *words], person.screens()) == 0
    assert all(profile.read_only for profile in person.opened[0].profiles)
    assert not any(profile.read_only for profile in config.load(Paths.of()) or ())


def test_read_only_is_a_variable_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a shell on a machine where nothing may be touched; commands obey it as the screen does."""
    monkeypatch.setenv("FINETOP_READ_ONLY", "1")
    told = here("--profile", "local", "jobs", "cancel", "ftjob-1")
    assert told.code == 2, told
    assert "--read-only" in told.err


def test_one_of_several_profiles() -> None:
    """The others stay out of sight."""
    config.save(Paths.of(), (config.Profile("a", key_env="A"), config.Profile("b", key_env="B")))
    person = Person()
    assert run(["--profile", "b"], person.screens()) == 0
    assert person.names() == ["b"]


def test_no_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, and the command that works without one."""
    monkeypatch.setattr(opening, "is_terminal", lambda: False)
    person = Person()
    assert run([], person.screens()) == 2
    assert run(["demo"], person.screens()) == 2
    assert person.opened == []
    assert "finetop jobs list --json" in capsys.readouterr().err


def test_a_key_for_a_host_called_local() -> None:
    """Two profiles never get one name."""
    found = FoundKey("OPENAI_API_KEY", "http://a.local.test/v1", "", "")
    names = [profile.name for profile in opening.answered_profiles("both", (found,))]
    assert len(set(names)) == 2


def test_a_settings_folder_that_cannot_be_written(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer cannot be remembered: one sentence with the file."""
    (own_home / "file").write_text("")
    monkeypatch.setenv("FINETOP_CONFIG", str(own_home / "file" / "config.toml"))
    assert run([], Person("local").screens()) == 2
    assert "file" in capsys.readouterr().err


def test_the_exit_code_of_the_screen_is_that_of_the_command() -> None:
    """A screen that ended by a signal says so."""
    screens = Screens(open=lambda what: 129, ask=lambda found: None)
    assert run(["--profile", "local"], screens) == 129


@pytest.mark.parametrize(
    ("answer", "names"),
    [("both", ["example", "azure", "nebius", "local"]), ("AZURE_OPENAI_API_KEY", ["azure"])],
)
def test_a_profile_of_each_key_that_is_found(
    monkeypatch: pytest.MonkeyPatch, answer: str, names: list[str]
) -> None:
    """Azure wants its key in a header of its own; both are found by their usual variables."""
    set_key(monkeypatch)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "az-secret")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://res.openai.azure.com/")
    monkeypatch.setenv("NEBIUS_API_KEY", "neb-secret")
    person = Person(answer)
    assert run([], person.screens()) == 0
    assert person.names() == names
    azure = person.opened[0].profiles[names.index("azure")]
    assert (azure.base_url, azure.key_header) == ("https://res.openai.azure.com/openai/v1", "api-key")
    assert config.load(Paths.of()) == person.opened[0].profiles


def test_a_password_in_an_address_is_neither_shown_nor_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the environment holds is used; the settings file would keep it for good."""
    set_key(monkeypatch)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:hush@tune.example.test/v1")
    person = Person("key")
    assert run([], person.screens()) == 2
    said = capsys.readouterr().err
    assert "base_url holds a password" in said
    assert "hush" not in said
    assert not Paths.of().config_file.exists()
    (found,) = person.asked[0]
    assert found.host == "tune.example.test"
    assert "hush" not in found.profile().address


def test_theme_and_glyphs_of_the_settings_reach_the_screen(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's beat them, as the app itself looks there first."""
    file = own_home / "config.toml"
    file.write_text('theme = "light"\nglyphs = "ascii"\n[profiles.a]\nkey_env = "A"\n')
    monkeypatch.setenv("FINETOP_CONFIG", str(file))
    shown: list[start.Options] = []

    def show(options: start.Options) -> int:
        shown.append(options)
        return 0

    monkeypatch.setattr(start, "run", show)
    assert run([], Screens(open=__main__._open, ask=lambda found: None)) == 0
    assert (shown[0].theme, shown[0].glyphs) == ("light", "ascii")


def test_a_query_for_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """Read before anything is drawn; commands have their own place for it."""
    person = Person()
    assert run(["--profile", "local", "-q", "status:active"], person.screens()) == 0
    (shown,) = person.opened
    assert shown.condition is not None
    assert shown.condition.text == "status:active"
    assert run(["--profile", "local", "-q", "stauts:x"], person.screens()) == 2
    assert "there is no field stauts" in capsys.readouterr().err
    assert run(["-q", "status:active", "jobs", "list"], person.screens()) == 2
    assert "finetop jobs list" in capsys.readouterr().err
