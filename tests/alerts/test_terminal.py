"""What a terminal is sent."""

from __future__ import annotations

import pytest

from finetop.alerts.terminal import kind_of, notification


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({"TERM_PROGRAM": "iTerm.app", "TERM": "xterm-256color"}, "osc9"),
        ({"TERM": "xterm-kitty"}, "osc9"),
        ({"TERM": "xterm-ghostty"}, "osc9"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "osc777"),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "linux"}, ""),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "TERM_PROGRAM": "tmux"}, "osc9"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "VTE_VERSION": "7600"}, "osc777"),
        ({"TERM": "screen", "STY": "1.x"}, "osc9"),
    ],
)
def test_the_terminal_at_hand_is_known(environ: dict[str, str], kind: str) -> None:
    assert kind_of("auto", environ) == kind
    assert kind_of("osc777", environ) == "osc777"
    assert kind_of("off", environ) == ""


@pytest.mark.parametrize(
    ("kind", "environ", "sent"),
    [
        ("osc9", {}, "\x1b]9;finetop: a failed; b\a"),
        ("osc777", {}, "\x1b]777;notify;finetop;a failed, b\a"),
        ("osc9", {"TMUX": "x"}, "\x1bPtmux;\x1b\x1b]9;finetop: a failed; b\a\x1b\\"),
        ("osc9", {"STY": "x"}, "\x1bP\x1b]9;finetop: a failed; b\a\x1b\\"),
        ("", {}, ""),
    ],
)
def test_it_passes_what_stands_between(kind: str, environ: dict[str, str], sent: str) -> None:
    assert notification(kind, "a failed; b", environ) == sent


def test_a_job_cannot_talk_to_the_terminal() -> None:
    """A name from an API ends neither the sequence nor begins another."""
    evil = "x\a\x1b]52;c;aGk=\a\x1b\\\x9c\u202e" + "y" * 1000
    sent = notification("osc9", evil, {"TMUX": "x"})
    inside = sent.removeprefix("\x1bPtmux;\x1b\x1b]9;").removesuffix("\a\x1b\\")
    assert inside.isprintable()
    assert len(sent) < 256
