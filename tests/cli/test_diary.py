"""What a recorder says of an account: once when it changes, in words a person can act on."""

from __future__ import annotations

import io
import os
import platform
import re
from pathlib import Path

import pytest

from finetop.cli.record.diary import INFO, WARNING, Diary, said_of, standing
from finetop.store import Asker, Contact, Pacing
from finetop.store.locks import me

ME = Asker(platform.node(), os.getpid(), "1.0", since=0)
OTHER = Asker("elsewhere", 4711, "1.0", since=0)


def said(
    contact: Contact, asker: Asker | None, pacing: Pacing | None = None, trouble: str = ""
) -> tuple[int, str] | None:
    now = standing(contact, asker, pacing or Pacing(), trouble)
    return None if now is None else said_of("lab", now, contact, jobs=2)


@pytest.mark.parametrize(
    ("contact", "asker", "pacing", "trouble", "words"),
    [
        (Contact("ok", poller=ME.name), ME, Pacing(), "", "lab: live, 2 jobs"),
        (Contact("ok", poller=ME.name), ME, Pacing(60), "", "lab: live, 2 jobs, running jobs every 60 s"),
        (
            Contact("ok", poller=OTHER.name), OTHER, Pacing(), "",
            "lab: live, 2 jobs; process 4711 asks, this one reads along",
        ),
        (
            Contact("not started", poller=ME.name), ME, Pacing(), "",
            "lab: its server is not started; it is asked as soon as it runs",
        ),
        (
            Contact("offline", "no route to host", poller=ME.name), ME, Pacing(60), "",
            "lab: offline: no route to host; it is asked again",
        ),
        (
            Contact("ok", poller="long gone"), ME, Pacing(paused=True), "",
            "lab: polling is paused; finetop record --resume goes on",
        ),
        (
            Contact("ok", poller=ME.name), ME, Pacing(), "the disk is full",
            "lab: nothing can be kept: the disk is full; it is tried again",
        ),
    ],
)  # fmt: skip
def test_the_words(contact: Contact, asker: Asker, pacing: Pacing, trouble: str, words: str) -> None:
    found = said(contact, asker, pacing, trouble)
    assert found is not None
    assert found == (WARNING if trouble or contact.state == "offline" else INFO, words)


def test_what_an_earlier_run_wrote_down_is_no_news() -> None:
    """Nor is an account that nobody asks yet."""
    assert said(Contact("offline", "yesterday", poller="vm 1 0.9"), ME) is None
    assert said(Contact("ok", poller=OTHER.name), None) is None


def test_who_was_refused_lets_others_ask_and_is_told_all_the_same() -> None:
    contact = Contact("no key", "the variable KEY is not set", poller=me())
    assert said(contact, None) == (WARNING, "lab: no key: the variable KEY is not set; it is asked again")


def test_lines_bear_their_time_and_nothing_of_a_provider_raw() -> None:
    out = io.StringIO()
    Diary(out, environ={}, clock=lambda: 1_795_262_591.0).say("lab: \x1b]52;c;aGk=\x07refused", WARNING)
    stamp, words = out.getvalue().split(" lab: ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", stamp)
    assert words.endswith("refused\n")
    assert words.strip().isprintable()


def test_the_journal_keeps_the_time_itself(tmp_path: Path) -> None:
    """There a line bears its priority; elsewhere the variable, which children inherit, means nothing."""
    path = tmp_path / "journal"
    with path.open("w") as stream:
        found = os.fstat(stream.fileno())
        Diary(stream, environ={"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}).say("gone", WARNING)
        Diary(stream, environ={"JOURNAL_STREAM": "1:1"}).say("here")
    lines = path.read_text().splitlines()
    assert lines[0] == "<4>gone"
    assert lines[1].endswith(" here")
    assert lines[1][0] == "2"


def test_a_terminal_that_was_closed_ends_nothing() -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(5, "Input/output error")

    Diary(Closed(), environ={}).say("nobody hears this")
