"""The judge of training files says what is wrong, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from finetop.server.graders import judged
from finetop.server.trainers.data import (
    LONGEST_LINE,
    Kind,
    Message,
    Pair,
    Prompt,
    Stopped,
    chat,
    check,
    completions,
    kind_for,
    preference,
    prompts,
    read,
    resolve,
)

if TYPE_CHECKING:
    from pathlib import Path

USER = {"role": "user", "content": "How long is the lake?"}
ANSWER = {"role": "assistant", "content": "Nine miles."}


def example(*messages: object, **more: Any) -> bytes:
    return json.dumps({"messages": list(messages), **more}).encode()


GOOD = example(USER, ANSWER)


def written(tmp_path: Path, *lines: bytes) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def never() -> bool:
    return False


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        (example(USER), "no_assistant_message", "no assistant message"),
        (example(USER, {**ANSWER, "weight": 0}), "nothing_to_learn", "nothing to learn"),
        (example(USER, {**ANSWER, "weight": 0.5}), "bad_weight", "weight must be 0 or 1"),
        (example(USER, {"role": "assistant", "content": ""}), "empty_answer", "is empty"),
        (example(USER, {"role": "assistant", "content": None}), "bad_content", "is not a string"),
        (example(USER, {"role": "narrator", "content": "x"}), "bad_role", 'unknown role "narrator"'),
        (example(USER, {"role": ["user"], "content": "x"}), "bad_role", "unknown role"),
        (example(USER, "hello"), "bad_message", "not a JSON object"),
        (example(), "bad_messages", "must be a list"),
        (b'{"messages": "hi"}', "bad_messages", "must be a list"),
        (b'{"prompt": "a", "completion": "b"}', "no_messages", '"prompt" instead of "messages"'),
        (b'{"input": {}, "preferred_output": []}', "no_messages", "preference pair"),
        (b"{}", "no_messages", '"messages" is missing'),
        (b'"text"', "not_an_object", "not a JSON object"),
        (b'{"messages": [}', "not_json", "not JSON (expecting value at character 15)"),
        (b"[" * 100_000, "not_json", "brackets too deep"),
        (b'{"messages": "\xff"}', "not_utf8", "not UTF-8 text (byte 15)"),
        (example(USER, ANSWER, tools=[{"type": "function"}]), "unsupported_content", "tools cannot be"),
        (example(USER, {**ANSWER, "tool_calls": [{}]}), "unsupported_content", "tools cannot be"),
        (example({"role": "tool", "content": "4"}, ANSWER), "unsupported_content", "tools cannot be"),
        (
            example({"role": "user", "content": [{"type": "image_url"}]}, ANSWER),
            "unsupported_content",
            "images",
        ),
        (
            example({"role": "user", "content": [{"type": "input_audio"}]}, ANSWER),
            "unsupported_content",
            "audio",
        ),
        (example({"role": "user", "content": "\ud800"}, ANSWER), "bad_content", "lone surrogate"),
        (example(USER, {**ANSWER, "content": "a" * LONGEST_LINE}), "line_too_long", "longer than 1 MiB"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: bytes, code: str, reason: str) -> None:
    """Blank lines count, as they do in an editor."""
    path = written(tmp_path, GOOD, b"", GOOD, line, GOOD)
    problem = check(path, stop=never).problem
    assert problem is not None
    assert problem.line == 4
    assert problem.code == code
    assert problem.message.startswith("line 4: ")
    assert reason in problem.message


def pair(preferred: object = None, other: object = None, **changes: Any) -> bytes:
    line = {
        "input": {"messages": [USER]},
        "preferred_output": [ANSWER] if preferred is None else preferred,
        "non_preferred_output": [{**ANSWER, "content": "Dunno."}] if other is None else other,
    }
    return json.dumps({**line, **changes}).encode()


GOOD_PAIR, GOOD_PROMPT = pair(), example(USER, answer="Nine miles.")
GOOD_COMPLETION = b'{"prompt": "How long is the lake? ->", "completion": " Nine miles."}'
GOOD_OF: dict[Kind, bytes] = {
    "chat": GOOD,
    "preference": GOOD_PAIR,
    "prompts": GOOD_PROMPT,
    "completions": GOOD_COMPLETION,
}


@pytest.mark.parametrize(
    ("kind", "line", "code", "reason"),
    [
        ("preference", pair([]), "bad_answer", '"preferred_output" must be a list of one message'),
        ("preference", pair([ANSWER, ANSWER]), "bad_answer", "list of one message"),
        ("preference", pair(other=[USER]), "bad_answer", '"non_preferred_output" must be from the assistant'),
        ("preference", pair(other="x"), "bad_answer", "list of one message"),
        ("preference", pair(other=[ANSWER]), "nothing_to_learn", "both answers are the same"),
        ("preference", pair([{"role": "assistant", "content": ""}]), "empty_answer", "is empty"),
        ("preference", pair(input=None), "no_input", '"input" is missing'),
        ("preference", pair(input="Hello"), "bad_input", "must be an object"),
        ("preference", pair(input={"messages": []}), "bad_messages", '"input.messages" must be a list'),
        ("preference", pair(input={"messages": [USER], "tools": [1]}), "unsupported_content", "tools cannot"),
        (
            "preference",
            b'{"input": {"messages": [{"role": "user", "content": "?"}]}}',
            "no_answer",
            "missing",
        ),
        ("prompts", example(USER, ANSWER), "answer_given", "ends with the user's question"),
        ("prompts", example({"role": "system", "content": "x"}), "no_question", "must be from the user"),
        ("prompts", b"{}", "no_messages", '"messages" is missing'),
        ("completions", b'{"prompt": "a"}', "no_completion", '"completion" is missing'),
        ("completions", b'{"prompt": "a", "completion": ""}', "empty_answer", "is empty"),
        ("completions", b'{"prompt": 1, "completion": "b"}', "bad_content", '"prompt" is not a string'),
        ("completions", b'{"prompt": "a", "completion": "\\ud800"}', "bad_content", "lone surrogate"),
        ("completions", b"{}", "no_prompt", '"prompt" is missing'),
    ],
)
def test_a_bad_line_of_every_kind_is_named(
    tmp_path: Path, kind: Kind, line: bytes, code: str, reason: str
) -> None:
    problem = check(written(tmp_path, GOOD_OF[kind], line), kind, stop=never).problem
    assert problem is not None
    assert (problem.line, problem.code) == (2, code)
    assert reason in problem.message


@pytest.mark.parametrize(
    ("kind", "line", "reason"),
    [
        ("preference", GOOD, 'holds chat messages; preference training reads "input"'),
        ("preference", GOOD_COMPLETION, "holds a prompt and its completion; preference training reads"),
        ("prompts", GOOD_PAIR, "holds a preference pair; reinforcement training reads"),
        ("prompts", GOOD_COMPLETION, "holds a prompt and its completion; reinforcement training"),
        ("completions", GOOD, 'holds chat messages; a fine-tune of the older kind reads "prompt"'),
        ("completions", GOOD_PAIR, "holds a preference pair"),
        ("chat", GOOD_PROMPT, "no assistant message"),
    ],
)
def test_a_file_of_another_kind_is_recognised(tmp_path: Path, kind: Kind, line: bytes, reason: str) -> None:
    problem = check(written(tmp_path, line), kind, stop=never).problem
    assert problem is not None
    assert reason in problem.message


@pytest.mark.parametrize(
    ("kind", "tokens"), [("chat", 11), ("preference", 17), ("prompts", 0), ("completions", 12)]
)
def test_a_good_file_of_every_kind(tmp_path: Path, kind: Kind, tokens: int) -> None:
    """What is trained on is counted, as far as the file tells."""
    checked = check(written(tmp_path, *[GOOD_OF[kind]] * 10), kind, stop=never)
    assert (checked.problem, checked.examples, checked.tokens) == (None, 10, 10 * tokens)


def test_both_spellings_of_a_pair_are_read(tmp_path: Path) -> None:
    older = json.loads(pair())
    older["preferred_completion"] = older.pop("preferred_output")
    older["non_preferred_completion"] = older.pop("non_preferred_output")
    found = list(read(written(tmp_path, pair(), json.dumps(older).encode()), preference.example))
    answers = [Message("assistant", text, trained=True) for text in ("Nine miles.", "Dunno.")]
    assert found == [Pair((Message("user", USER["content"]),), *answers)] * 2


def test_a_question_keeps_its_free_keys(tmp_path: Path) -> None:
    [found] = read(written(tmp_path, GOOD_PROMPT), prompts.example)
    assert isinstance(found, Prompt)
    assert found.item["answer"] == "Nine miles."
    [asked, answered] = next(iter(read(written(tmp_path, GOOD_COMPLETION), completions.example)))
    assert (asked.role, answered.content, answered.trained) == ("user", " Nine miles.", True)


def test_a_question_the_grader_cannot_judge_is_named(tmp_path: Path) -> None:
    grader = judged(
        {
            "type": "string_check",
            "name": "same",
            "input": "{{sample.output_text}}",
            "reference": "{{item.answer}}",
            "operation": "eq",
        }
    )
    path = written(tmp_path, GOOD_PROMPT, example(USER))
    problem = check(path, "prompts", stop=never, grader=grader).problem
    assert problem is not None
    assert problem.message == "line 2: the grader asks for an item that this line does not have"


def test_every_method_has_its_kind_of_file() -> None:
    kinds = [kind_for(method, legacy=False) for method in ("supervised", "dpo", "reinforcement")]
    assert kinds == ["chat", "preference", "prompts"]
    assert kind_for("supervised", legacy=True) == "completions"


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", "empty_file", "the file is empty"),
        (b"\n \n", "empty_file", "the file is empty"),
        (GOOD, "too_few_examples", "the file has 1 example; at least 10 are needed"),
        (GOOD + b"\n" + GOOD, "too_few_examples", "the file has 2 examples; at least 10 are needed"),
        (b"[" + GOOD + b"]", "json_array", "line 1: the file is one JSON array"),
        (b"[\n" + GOOD + b"\n]", "json_array", "line 1: the file is one JSON array"),
        (b"\xef\xbb\xbf" + GOOD, "byte_order_mark", "line 1: begins with a byte-order mark"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, code: str, message: str
) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(content)
    problem = check(path, stop=never).problem
    assert problem is not None
    assert problem.code == code
    assert problem.message.startswith(message)


def test_a_good_file_is_counted(tmp_path: Path) -> None:
    """Only the bytes of trained answers count, and a last line needs no newline."""
    silent = example(USER, {**ANSWER, "weight": 0}, USER, {"role": "assistant", "content": "naïve"})
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"\r\n".join([GOOD] * 9 + [silent]))
    checked = check(path, stop=never)
    assert checked.problem is None
    assert checked.examples == 10
    assert checked.tokens == 9 * len("Nine miles.") + len("naïve".encode())


def test_a_validation_file_may_be_short(tmp_path: Path) -> None:
    assert check(written(tmp_path, GOOD), stop=never, at_least=1).problem is None


def test_reading_keeps_roles_and_weights(tmp_path: Path) -> None:
    line = example({"role": "developer", "content": "Be brief."}, USER, {**ANSWER, "weight": 0}, USER, ANSWER)
    [messages] = read(written(tmp_path, line), chat.example)
    assert messages[0] == Message("system", "Be brief.")
    assert [message.trained for message in messages] == [False, False, False, False, True]


def test_checking_stops_when_asked(tmp_path: Path) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    with pytest.raises(Stopped):
        check(written(tmp_path, *[GOOD] * 5000), stop=stop)
    assert asked == 3


def test_an_endless_line_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 34)  # sparse: sixteen gigabytes of nothing
    problem = check(path, stop=never).problem
    assert problem is not None
    assert problem.code == "line_too_long"


@pytest.mark.parametrize(
    ("asked", "examples", "expected"),
    [
        ({}, 10, (10, 1, 1.0)),
        ({"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"}, 40, (4, 1, 1.0)),
        ({}, 50, (3, 1, 1.0)),
        ({}, 499, (3, 1, 1.0)),
        ({}, 5000, (3, 10, 1.0)),
        ({}, 1_000_000, (3, 256, 1.0)),
        ({"batch_size": 8}, 100, (10, 8, 1.0)),
        ({"batch_size": 4}, 100, (6, 4, 1.0)),
        ({"n_epochs": 1, "batch_size": 2, "learning_rate_multiplier": 0.3}, 7, (1, 2, 0.3)),
        ({"n_epochs": None}, 100, (3, 1, 1.0)),
    ],
)
def test_auto_becomes_numbers(asked: dict[str, Any], examples: int, expected: tuple[int, int, float]) -> None:
    resolved = resolve(asked, examples)
    assert tuple(resolved.values()) == expected
    assert list(resolved) == ["n_epochs", "batch_size", "learning_rate_multiplier"]


def test_auto_becomes_numbers_for_every_method() -> None:
    assert resolve({}, 100, "dpo")["beta"] == 0.1
    assert resolve({"beta": 2.0, "n_epochs": "auto"}, 100, "dpo")["beta"] == 2.0
    assert resolve({"eval_interval": "auto", "compute_multiplier": "auto"}, 200, "reinforcement") == {
        "n_epochs": 3,
        "batch_size": 4,
        "learning_rate_multiplier": 1.0,
        "reasoning_effort": "default",
        "compute_multiplier": 1.0,
        "eval_interval": 8,
        "eval_samples": 2,
    }
    chosen = {"reasoning_effort": "low", "eval_interval": 7, "eval_samples": 3, "compute_multiplier": 0.5}
    assert chosen.items() <= resolve(chosen, 10, "reinforcement").items()
