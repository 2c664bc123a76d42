"""What is read out of one line of a training file, and what a file is taken for."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.dataset.examples import Example, example_of
from finetop.dataset.kinds import kind_of, looks_packed, name_of_binary, separator_of


def told(value: Any) -> list[tuple[str, str]]:
    return [(turn.who, turn.words) for turn in example_of(json.dumps(value).encode()).turns]


CHAT = [
    {"role": "system", "content": "You sort tickets."},
    {"role": "user", "content": "Ticket 1"},
    {"role": "assistant", "content": "billing", "weight": 0},
]
MEDIA = """What is this?
[image at https://x.test/a.png, detail low]
[image, image/png, 300 bytes]
[sound, wav, 3 bytes]
[file file-1]
{"type": "strange", "x": 1}"""
CALL = {"id": "call-1", "type": "function", "function": {"name": "look_up", "arguments": '{"id": 7}'}}


@pytest.mark.parametrize(
    ("line", "turns"),
    [
        (
            {"messages": CHAT},
            [("system", "You sort tickets."), ("user", "Ticket 1"), ("assistant", "billing")],
        ),
        (
            {"prompt": "Ticket 1 ->", "completion": " billing"},
            [("prompt", "Ticket 1 ->"), ("completion", " billing")],
        ),
        (
            {
                "input": {"messages": CHAT[1:2], "tools": [{"function": {"name": "look_up"}}]},
                "preferred_output": [{"role": "assistant", "content": "billing"}],
                "non_preferred_output": [{"role": "assistant", "content": "who knows"}],
            },
            [("user", "Ticket 1"), ("tools", "look_up"), ("preferred", "billing"), ("rejected", "who knows")],
        ),
        ({"messages": CHAT[1:2], "answer": 4}, [("user", "Ticket 1"), ("answer", "4")]),
        (
            {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]},
            [("user", "hi"), ("assistant", "hello")],
        ),
        (
            {"messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]},
                          {"role": "tool", "tool_call_id": "call-1", "content": "open"}]},
            [("assistant", 'look_up({"id": 7})'), ("tool", "open")],
        ),
        (
            {"messages": [{"role": "user", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 400}},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                {"type": "file", "file": {"file_id": "file-1"}},
                {"type": "strange", "x": 1},
            ]}]},
            [(
                "user",
                MEDIA,
            )],
        ),
        ({"text": "plain", "n": [1, 2]}, [("text", "plain"), ("n", "[1, 2]")]),
        ({"messages": "odd", "input": 3}, [("messages", "odd"), ("input", "3")]),
    ],
)  # fmt: skip
def test_every_form_is_told_by_who_says_what(line: Any, turns: list[tuple[str, str]]) -> None:
    assert told(line) == turns


def test_what_is_asked_and_answered_in_brief() -> None:
    chat = example_of(json.dumps({"messages": CHAT}).encode())
    assert (chat.asked, chat.answered) == ("Ticket 1", "billing")
    assert chat.turns[2].note == "not learned"
    fields = example_of(b'{"text": "plain"}')
    assert (fields.asked, fields.answered) == ("plain", "")
    assert Example(()).asked == ""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{oops", "not JSON: expecting property name enclosed in double quotes"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "brackets too deep"),
        (b"\xff", "not JSON: expecting value"),
    ],
)
def test_a_line_that_is_no_example_says_why(line: bytes, problem: str) -> None:
    found = example_of(line)
    assert found.problem == problem
    assert len(found.turns) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["messages", "role", "content", "tool_calls", "function", "name", "input", "weight",
                         "preferred_output", "tools", "image_url", "type", "text", "from", "function_call"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_no_value_is_too_odd(value: Any) -> None:
    for turn in example_of(json.dumps(value).encode()).turns:
        assert isinstance(turn.who, str)
        assert isinstance(turn.words, str)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b'{"messages": []}\n', "", "examples"),
        (b'\xef\xbb\xbf{"a": 1}\n', "", "examples"),
        (b'{\n "a": 1\n}', "a.json", "text"),
        (b'oops\n{"a": 1}\n', "a.jsonl", "examples"),
        (b"[1, 2]", "", "text"),
        (b"step,train_loss\n1,2.5\n", "", "table"),
        (b"a;b\n1;2\n", "", "table"),
        (b"only", "x.csv", "table"),
        (b"Dear Ann,\nhello, you, there\n", "", "text"),
        (b"1,2\n3,4\n", "", "text"),
        (b"", "a.jsonl", "empty"),
        (b"\x89PNG\r\n", "", "binary"),
        (b"ab\x00c", "", "binary"),
        (b"ab\x00c", "a.jsonl", "binary"),
        (b'{"a": "\x00"}\n', "a.jsonl", "examples"),
    ],
)
def test_what_a_file_is_taken_for(head: bytes, name: str, kind: str) -> None:
    assert kind_of(head, name) == kind


def test_names_of_what_is_no_text() -> None:
    assert name_of_binary(b"%PDF-1.7") == "PDF"
    assert name_of_binary(b"\x01\x02") == "other bytes"
    assert not name_of_binary(b"\x1b[31mred")
    assert separator_of(b"a\tb\tc\n") == "\t"
    packed = base64.b64encode(b"step,train_loss\n" * 9)
    assert looks_packed(packed)
    assert looks_packed(b'"' + packed + b'"\n')
    assert not looks_packed(b"step,train_loss\n1,2\n" * 9)
