"""Answers of a model come as they are said, and nothing goes on for a client that has left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from finetop.server import streams
from finetop.server.trainers.data import Message
from finetop.server.trainers.tiny.sample import Speech, reply
from finetop.server.trainers.tiny.weights import load_network
from server.running_server import PATIENCE_S, RunningServer, processes_with, serving, wait_for

MODEL = "tiny-bytes-1"
QUESTION: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "What is a river?"}],
    "temperature": 0,
}
ANSWER = "A river is water on its way to the sea. It is always there and never the same."


def streamed(server: RunningServer, path: str, **asked: Any) -> list[Any]:
    """Every chunk of an answer, and DONE."""
    with server.http.stream("POST", path, json={"stream": True, **asked}) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        words = [line.removeprefix("data: ") for line in answer.iter_lines() if line]
    assert words.pop() == "[DONE]"
    return [json.loads(word) for word in words]


def test_a_chat_is_told_as_it_is_said(server: RunningServer) -> None:
    """The role first, the reason of the end last, the usage after it where it is wanted."""
    chunks = streamed(server, "/chat/completions", **QUESTION, stream_options={"include_usage": True})
    *told, usage = chunks
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert (usage["choices"], usage["usage"]["completion_tokens"]) == ([], len(ANSWER))
    assert {chunk["usage"] for chunk in told} == {None}
    choices = [chunk["choices"][0] for chunk in told]
    assert choices[0]["delta"] == {"role": "assistant", "content": ""}
    assert [choice["finish_reason"] for choice in choices if choice["finish_reason"]] == ["stop"]
    assert (choices[-1]["delta"], choices[-1]["finish_reason"]) == ({}, "stop")
    pieces = [choice["delta"]["content"] for choice in choices[:-1]]
    assert "".join(pieces) == ANSWER
    assert len(pieces) > len(ANSWER) / 2


def test_a_text_is_told_as_it_is_said(server: RunningServer) -> None:
    """Up to a stop word, of which nothing is ever told."""
    asked = {"model": MODEL, "prompt": "What is a river?", "temperature": 0, "stop": [" on its"]}
    chunks = streamed(server, "/completions", **asked)
    assert all("usage" not in chunk for chunk in chunks)
    assert "".join(chunk["choices"][0]["text"] for chunk in chunks) == "A river is water"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    whole = server.http.post("/completions", json=asked).json()
    assert whole["choices"][0]["text"] == "A river is water"


def test_pieces_are_whole_characters_and_the_whole_answer() -> None:
    """However wild the bytes are that the model draws."""
    network, question = load_network(None), (Message("user", "Zürich?"),)
    for seed in range(6):
        speech = Speech(network, question, temperature=2.0, seed=seed, stop=["\n", "e "])
        pieces = list(speech.pieces(120))
        whole = reply(network, question, max_tokens=120, temperature=2.0, seed=seed, stop=["\n", "e "])
        assert "".join(pieces) == whole.text
        assert all(pieces)
        assert not any(word in whole.text for word in ("\n", "e "))


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"stream": "yes"}, 400, "stream"),
        ({"stream": 1}, 400, "stream"),
        ({"stream": False, "stream_options": {"include_usage": True}}, 400, "stream_options"),
        ({"stream_options": {"include_usage": 1}}, 400, "stream_options"),
        ({"stream_options": []}, 400, "stream_options"),
        ({"model": "gpt-4o-mini"}, 404, "model"),
        ({"temperature": 3}, 400, "temperature"),
    ],
)
def test_what_will_not_do_is_refused_before_the_stream(
    server: RunningServer, change: dict[str, Any], status: int, param: str
) -> None:
    """As any other request, in the envelope."""
    answer = server.http.post("/chat/completions", json={**QUESTION, "stream": True, **change})
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param)


async def test_a_client_that_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or its stream would hold its place for ever."""
    monkeypatch.setattr(streams, "STALLED_S", 0.01)
    freed: list[str] = []

    async def source() -> AsyncGenerator[str]:
        try:
            while True:
                yield streams.STILL_HERE
        finally:
            freed.append("source")

    async def never(*_words: object) -> Any:
        await asyncio.Event().wait()

    answer = streams.EventStream(source(), lambda: freed.append("place"))
    with pytest.raises(ClientDisconnect):
        await answer({"type": "http"}, never, never)
    assert freed[-1] == "place"


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[RunningServer]:
    """A server whose model falls silent in the middle of each answer."""
    with serving(
        tmp_path / "data", environment={"PYTHONPATH": str(Path(__file__).parent / "pausing")}
    ) as server:
        yield server


def children(server: RunningServer) -> list[int]:
    """The models that are being asked."""
    return processes_with("finetop.server.trainers.generate", server.pid)


def test_nobody_speaks_to_a_client_that_has_left(silent: RunningServer) -> None:
    """The child that was asked is ended and its place is free, more often than there are places."""
    asked = {**QUESTION, "stream": True}
    for _ in range(3):
        with silent.http.stream("POST", "/chat/completions", json=asked) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert len(children(silent)) == 1
        wait_for(lambda: not children(silent), "the model is silent")
    with silent.http.stream("POST", "/chat/completions", json=asked) as answer:
        lines = answer.iter_lines()
        next(lines)
        for pid in children(silent):
            os.kill(pid, signal.SIGKILL)
        rest = [line for line in lines if line]
    # What was told stands; an error is in the place of DONE.
    assert json.loads(rest[-1].removeprefix("data: "))["error"]["type"] == "server_error"


def test_a_server_that_ends_ends_what_it_asked(silent: RunningServer) -> None:
    """An answer under way does not keep it, and no child stays behind."""
    with silent.http.stream("POST", "/chat/completions", json={**QUESTION, "stream": True}) as answer:
        lines = answer.iter_lines()
        next(lines)
        [child] = children(silent)
        silent.process.send_signal(signal.SIGTERM)
        assert silent.process.wait(PATIENCE_S) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
