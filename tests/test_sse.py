"""Server-sent events: the same messages however the bytes were cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.client.bodies import lines_of
from finetop.providers.sse import MOST_CHARACTERS, Message, Messages, TooLongError


def messages(*chunks: bytes) -> list[Message]:
    async def coming() -> AsyncGenerator[bytes]:
        for chunk in chunks:
            yield chunk

    async def gathered() -> list[Message | None]:
        messages = Messages()
        return [*[messages.feed(line) async for line in lines_of(coming())], messages.end()]

    return [message for message in asyncio.run(gathered()) if message is not None]


def data(*chunks: bytes) -> list[str]:
    return [message.data for message in messages(*chunks)]


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": still there\n\n\n\ndata: a\n\n", ["a"]),
        (b"id: 5\nretry: 10\nodd: x\ndata: a\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        ("data: a\u2028b\u0085c\x0bd\n\n".encode(), ["a\u2028b\u0085c\x0bd"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"data\n\n", [""]),
        (b"data: a\n\ndata: tor", ["a"]),
        (b"data: a\n\ndata: torn\n", ["a"]),
        (b"data: a\n\ndata: [DONE]", ["a", "[DONE]"]),
        (b"", []),
    ],
)
def test_what_the_format_says(stream: bytes, found: list[str]) -> None:
    assert data(stream) == found


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12), max_size=6
    ),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.lists(st.integers(0, 200), max_size=12),
)
def test_any_cutting_gives_the_same_messages(said: list[str], end: str, cuts: list[int]) -> None:
    stream = "".join(f": beat{end}data: {words}{end}{end}" for words in said).encode()
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[start:stop] for start, stop in pairwise(places)]
    assert data(*chunks) == said


def test_kinds_and_the_end_are_told() -> None:
    found = messages(b"event: error\ndata: {}\n\ndata: x\n\ndata: [DONE]\n\n")
    assert [(message.kind, message.is_last) for message in found] == [
        ("error", False), ("", False), ("", True),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ['{"object": "list",', "[1]", "<html>"])
def test_an_answer_that_is_no_stream_is_known(line: str) -> None:
    gathered = Messages()
    assert gathered.feed("data: x") is None
    assert gathered.is_stream
    gathered.feed(line)
    assert not gathered.is_stream


def test_what_never_ends_is_refused() -> None:
    gathered = Messages()
    for _ in range(8):
        gathered.feed("data: " + "x" * (MOST_CHARACTERS // 8))
    with pytest.raises(TooLongError):
        gathered.feed("data: x")
