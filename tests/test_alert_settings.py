"""The section [alerts] as it is written in the settings file."""

from __future__ import annotations

from pathlib import Path

from finetop.config import AlertRule, AlertSettings
from finetop.config.reading import read as read_file
from finetop.config.tables import Complaint, read_table


def read(table: object) -> tuple[AlertSettings, list[Complaint]]:
    complaints: list[Complaint] = []
    return read_table(AlertSettings, table, ("alerts",), complaints), complaints


def test_what_is_not_said_has_a_use_without_it() -> None:
    assert read({}) == (AlertSettings(), [])


def test_rules_and_lists_are_read() -> None:
    table = {
        "on": ["failed"],
        "command": ["notify-send", "finetop"],
        "rules": [{"jobs": "model:mini", "ways": ["webhook"], "silent_min": 5}],
    }
    rule = AlertRule(jobs="model:mini", ways=("webhook",), silent_min=5.0)
    assert read(table)[0] == AlertSettings(on=("failed",), command=("notify-send", "finetop"), rules=(rule,))


def test_a_wrong_word_in_a_list_is_named_with_the_nearest() -> None:
    _, complaints = read({"on": ["done", "fialed"], "rules": [{"ways": ["bel"]}]})
    assert [(complaint.place, complaint.said, complaint.hint) for complaint in complaints] == [
        (("alerts", "on"), "on cannot hold fialed", "Use failed."),
        (("alerts", "rules", 0, "ways"), "ways cannot hold bel", "Use bell."),
    ]


def test_what_makes_no_sense_is_told_with_its_line(tmp_path: Path) -> None:
    lines = [
        "[alerts]",
        'jobs = "modell:mini"',
        'webhook = "hooks.example/x"',
        'ways = ["bell", "command"]',
        "[[alerts.rules]]",
        'title = "team"',
        'ways = ["command"]',
        "[[alerts.rules]]",
        'title = "team"',
        'jobs = "age<"',
    ]
    file = tmp_path / "config.toml"
    file.write_text("\n".join(lines))
    assert [str(problem).removeprefix(f"{file}, ") for problem in read_file(file).problems] == [
        "line 2: in the query, at character 1: there is no field modell",
        "line 3: webhook must begin with https:// or http://",
        "line 7: there is no command to go by",
        "line 9: two rules are called team",
        "line 10: in the query, at character 5: a value is missing",
    ]
