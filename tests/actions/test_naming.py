"""Whatever a server calls a file, its name stays in the chosen folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.actions.naming import MOST_BYTES, numbered, safe_name

LONG = "a" * 300


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("step_metrics.csv", "step_metrics.csv"),
        ("Results of May (final).csv", "Results of May (final).csv"),
        ("résumé-日本.jsonl", "résumé-日本.jsonl"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("../../x", "x"),
        ("..\\..\\x", "x"),
        ("/etc/passwd", "passwd"),
        ("\\\\host\\share\\x.csv", "x.csv"),
        ("C:\\Windows\\x.csv", "x.csv"),
        ("C:x.csv", "C_x.csv"),
        ("a/b/", "b"),
        ("a/..", "a"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("   ", "file"),
        ("///", "file"),
        ("....", "file"),
        (".bashrc", "bashrc"),
        (".\u0301.\u0301x", "x"),
        (".. /x", "x"),
        ("-rf", "rf"),
        ("--", "file"),
        ("~root", "root"),
        ("a.csv:hidden", "a.csv_hidden"),
        ("x. ", "x"),
        ("x...", "x"),
        ("con", "_con"),
        ("CON.csv", "_CON.csv"),
        ("aux .txt", "_aux .txt"),
        ("nul", "_nul"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("LPT9", "_LPT9"),
        ("com¹", "_com¹"),
        ("CONIN$", "_CONIN_"),
        ("confetti.csv", "confetti.csv"),
        ("com10", "com10"),
        ("a\0b.csv", "a_b.csv"),
        ("a\nb\tc\x1b[2Jd.csv", "a b cd.csv"),
        ("gpj\u202ecsv.exe", "gpjcsv.exe"),
        ("\u200b\u200d", "file"),
        ("\ud800.csv", "_.csv"),
        ('a<b>"c|d?e*.csv', "a_b__c_d_e_.csv"),
        ("$(reboot)`x`", "_(reboot)_x_"),
        (LONG + ".csv", "a" * (MOST_BYTES - 4) + ".csv"),
        ("é" * 300, "é" * (MOST_BYTES // 2)),
        ("x." + LONG, "x." + "a" * (MOST_BYTES - 2)),
        ("a" * (MOST_BYTES - 1) + " b", "a" * (MOST_BYTES - 1)),
    ],
)
def test_a_name_is_made_safe(said: str, name: str) -> None:
    assert safe_name(said) == name


DOTS = ["..", ".", "/", "\\", ":", " ", "-", "~"]
NAMES = ["con", "NUL", "com1", "a", "é", ".csv", "e", "日" * 90]
UNSEEN = ["\0", "\n", "\u202e", "\ud800", "\u0301"]
PIECES = st.sampled_from([*DOTS, *NAMES, *UNSEEN])


@given(st.lists(PIECES | st.characters(), max_size=12).map("".join))
def test_no_name_leaves_the_folder_and_a_safe_one_is_kept(said: str) -> None:
    name = safe_name(said)
    assert Path(name).name == name
    assert name not in {"", ".", ".."}
    assert not name.startswith(("-", ".", "~"))
    assert not name.endswith((".", " "))
    assert name.isprintable()
    assert len(numbered(name, 99_999).encode()) <= 255
    assert name.partition(".")[0].rstrip().lower() not in {"con", "nul", "com1", "prn", "aux"}
    assert safe_name(name) == name


def test_what_the_table_makes_can_be_created(tmp_path: Path) -> None:
    said = ("../../x", "con", "a\0b", LONG, "\ud800", "..", "é" * 300, "日" * 90 + ".csv")
    for name in said:
        (tmp_path / safe_name(name)).write_bytes(b"")
    assert len([entry for entry in tmp_path.iterdir() if entry.is_file()]) == len(said)


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("a.csv", "a (2).csv"),
        ("archive.tar.gz", "archive.tar (2).gz"),
        ("a", "a (2)"),
        ("_con.x", "_con (2).x"),
    ],
)
def test_a_second_one_gets_a_number(name: str, second: str) -> None:
    assert numbered(name, 2) == second
