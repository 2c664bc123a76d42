"""`finetop profiles`: which accounts are watched, how they do, one more of them, and whether they answer."""

from __future__ import annotations

import time
from concurrent.futures import as_completed
from typing import TYPE_CHECKING, Any

import click

from finetop import config
from finetop.cli import account, opening, options, output
from finetop.cli.lazy import completed
from finetop.cli.profiles.asked import profile_options, profile_said
from finetop.cli.profiles.facts import facts_of, line_of, of
from finetop.config import LOCAL, Profile
from finetop.errors import BadInput, FinetopError, NotStarted
from finetop.text import cells, count, pad

if TYPE_CHECKING:
    from concurrent.futures import Future

    from finetop.cli.run import Run
    from finetop.session.questions import Trial

HEADS = ("PROFILE", "DIALECT", "HOST", "KEY", "STATE", "LAST ANSWER", "JOBS", "PACE", "REQUESTS LEFT", "")


@click.group(short_help="List the accounts, add one, or try whether they answer.")
@options.profile
def profiles() -> None:
    """One profile is one account at one provider, or the engine of this machine."""


@profiles.command("list", short_help="How each profile does, as far as is known here; nobody is asked.")
@options.profile
@options.as_json
@click.pass_obj
def list_profiles(run: Run, *, as_json: bool) -> None:
    """List the profiles and how each does, as far as is known here; nobody is asked."""
    known = _all(run)
    if not known:
        output.talk("no profile yet; see finetop profiles add --help, or look around: finetop demo")
        if as_json:
            output.write_json([])
        return
    now = time.time()
    with account.looked_at(run, *known) as session:
        paces = {profile.name: session.own_pace_s(session.accounts[profile.name]) for profile in known}
        found = [
            facts_of(profile, state, paces[profile.name], run.environ, now)
            for profile, state in zip(known, session.states(), strict=True)
        ]
    if as_json:
        output.write_json(found)
    else:
        output.write_table(HEADS, [line_of(facts) for facts in found])


@profiles.command("add", short_help="Add an account to the settings file.")
@click.argument("name")
@profile_options
@click.option("--force", is_flag=True, help="Write a profile of this name anew.")
@click.pass_obj
def add_profile(run: Run, /, name: str, *, force: bool, **said: Any) -> None:
    """Add the account NAME to the settings file, which keeps all else that stands in it."""
    profile = profile_said(name, said)
    config.add(run.paths, profile, replacing=force)
    output.talk(f"{name} stands in {run.paths.config_file}; try it: finetop profiles test {name}")
    if profile.key_env and not run.environ.get(profile.key_env):
        output.talk(f"its key is read from {profile.key_env}, which is not set yet")


@profiles.command("test", short_help="Send one request to each profile, and say what became of it.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completed("profiles"))
@options.profile
@options.as_json
@click.pass_obj
def test_profiles(run: Run, names: tuple[str, ...], *, as_json: bool) -> int:
    """Send one request to each profile, or to those named, and say what became of it.

    The exit code is 0 where all answered, else that of the first that did not.
    """
    chosen = _named(account.chosen_profiles(run), names)
    width = max(cells(profile.name) for profile in chosen)
    verdicts: dict[str, dict[str, object]] = {}
    with account.opened(run, *chosen) as session:
        asked = {session.test(profile.name): profile for profile in chosen}
        for answer in as_completed(asked):  # a silent one holds nobody
            profile = asked[answer]
            verdicts[profile.name] = verdict = _verdict(profile, answer)
            if not as_json:
                state = "ok" if verdict["ok"] else "failed"
                output.write_line((pad(profile.name, width), pad(state, 6), str(verdict["said"])))
                if verdict["hint"]:
                    output.talk(f"{profile.name}: {verdict['hint']}")
    ordered = [verdicts[profile.name] for profile in chosen]
    if as_json:
        output.write_json(ordered)
    return next((code for verdict in ordered if isinstance(code := verdict["exit_code"], int) and code), 0)


def _verdict(profile: Profile, answer: Future[Trial]) -> dict[str, object]:
    """What became of one request, under the names that programs read."""
    facts: dict[str, object] = {"profile": profile.name, "ok": True, "exit_code": 0, "hint": ""}
    try:
        trial = answer.result()
    except NotStarted:
        return {**facts, "said": "the engine of this machine is not running; its first use starts it"}
    except FinetopError as error:
        code = error.exit_code
        return {**facts, "ok": False, "exit_code": code, "said": of(profile, error), "hint": error.advice}
    said = f"answered in {trial.took_s:.2f} s"
    if trial.requests_left is not None:
        limit = f" of {count(trial.requests_limit)}" if trial.requests_limit is not None else ""
        said += f"; {count(trial.requests_left)}{limit} requests left"
    if not trial.has_jobs:
        said += "; no jobs yet"
    return {
        **facts,
        "said": said,
        "took_s": round(trial.took_s, 3),
        "requests_left": trial.requests_left,
        "requests_limit": trial.requests_limit,
    }


def _all(run: Run) -> tuple[Profile, ...]:
    """The profiles of the file; where there is none, those that the environment's keys stand for."""
    known = opening.known_profiles(run)
    return config.profiles_of(config.found_keys(run.environ)) if known is None else known


def _named(known: tuple[Profile, ...], names: tuple[str, ...]) -> tuple[Profile, ...]:
    """The profiles of these names; all where none is given."""
    by_name = {LOCAL.name: LOCAL} | {profile.name: profile for profile in known}
    for name in names:
        if name not in by_name:
            said, hint = config.unknown("profile", name, by_name)
            raise BadInput(said, hint=hint)
    return tuple(by_name[name] for name in dict.fromkeys(names)) if names else known
