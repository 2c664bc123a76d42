"""What a server can do to the line: lie about lengths, pack bombs, drip, send elsewhere."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import re
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.client import ApiClient, Credentials, Reply, api
from finetop.client.bodies import lines_of
from finetop.errors import BadFile, BadReply, FinetopError, LostReply, NotFound, Unreachable
from peer import Asked, Speak, peer, reply, reset, saying

KEY = "sk-test-4b1d0c"
SECRETS = {"authorization", "openai-organization", "openai-project", "idempotency-key", "cookie"}
MEGABYTE = 1 << 20


async def refusal(
    raw: bytes | Speak, ask: Callable[[ApiClient], Awaitable[Any]] | None = None
) -> FinetopError:
    """What one question to such a server ends with."""
    async with peer(saying(raw) if isinstance(raw, bytes) else raw) as server:
        client = ApiClient(server.url, Credentials(KEY, "org-7", "proj-9"))
        try:
            with pytest.raises(FinetopError) as refused:
                await (ask(client) if ask else client.get("/fine_tuning/jobs"))
        finally:
            await client.close()
        return refused.value


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


BOMB = gzip.compress(bytes(8 * MEGABYTE))
EVIL: list[tuple[str, bytes, type[FinetopError], str]] = [
    (
        "longer than promised",
        head("Content-Length: 2") + b'{"data": []}',
        BadReply,
        "breaks off or is no JSON|not JSON",
    ),
    ("shorter than promised", head("Content-Length: 99") + b"{}", LostReply, "broke off"),
    ("two lengths", head("Content-Length: 2", "Content-Length: 3") + b"{}", LostReply, "broke off"),
    ("a length of letters", head("Content-Length: many") + b"{}", LostReply, "broke off"),
    ("a torn chunk", head("Transfer-Encoding: chunked") + b"5\r\n{}", LostReply, "broke off"),
    ("an odd chunk", head("Transfer-Encoding: chunked") + b"zz\r\n{}", LostReply, "broke off"),
    ("no HTTP at all", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", LostReply, "broke off"),
    ("nothing", b"", LostReply, "broke off"),
    ("half a header", b"HTTP/1.1 200 OK\r\nContent-", LostReply, "broke off"),
    ("headers without end", b"HTTP/1.1 200 OK\r\n" + b"X-Y: zzzzzzzz\r\n" * 20_000, LostReply, "broke off"),
    ("a bomb", reply(200, BOMB, Content_Encoding="gzip"), BadReply, f"longer than {MEGABYTE} bytes"),
    (
        "a bomb in a bomb",
        reply(200, gzip.compress(BOMB), Content_Encoding="gzip, gzip"),
        BadReply,
        "packed as gzip, gzip",
    ),
    ("an unknown packing", reply(200, b"x", Content_Encoding="br"), BadReply, "packed as br"),
    (
        "packed by nobody",
        reply(200, b'{"data": []}', Content_Encoding="gzip"),
        BadReply,
        "cannot be unpacked",
    ),
    (
        "a torn pack",
        reply(200, gzip.compress(b"[]" * 999)[:-9], Content_Encoding="gzip"),
        BadReply,
        "breaks off",
    ),
    ("torn JSON", head() + b'{"data": [{"id": "a"', BadReply, "not JSON"),
    (
        "torn JSON, by name",
        reply(200, b'{"data": [', Content_Type="application/json"),
        BadReply,
        r"no JSON \(10 bytes",
    ),
    ("a long one", reply(200, b"[" + b" " * 2 * MEGABYTE), BadReply, f"longer than {MEGABYTE} bytes"),
    ("a circle", reply(302, b"", Location="/v1/fine_tuning/jobs"), BadReply, "circle"),
    ("to a file", reply(302, b"", Location="file:///etc/passwd"), BadReply, "sends elsewhere: file:"),
    ("to nowhere", reply(302, b"", Location="http://[::1"), LostReply, "invalid URL in location"),
    ("not modified", reply(304, b""), BadReply, "sends elsewhere: nowhere"),
]


@pytest.mark.parametrize(("raw", "kind", "says"), [case[1:] for case in EVIL], ids=[case[0] for case in EVIL])
async def test_a_broken_answer_is_a_clear_error(
    raw: bytes, kind: type[FinetopError], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never a wrong value, a crash, or memory without bound."""
    monkeypatch.setattr(api, "MOST_BYTES", MEGABYTE)

    async def ask(client: ApiClient) -> Any:
        return (await client.get("/fine_tuning/jobs")).json()

    error = await refusal(raw, ask)
    assert type(error) is kind
    assert re.search(says, error.message), error.message


async def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps every single wait short; the whole is bounded too."""
    monkeypatch.setattr(api, "WHOLE_S", 0.15)

    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("Content-Length: 100000"))
        while not asked.reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    error = await refusal(drip)
    assert type(error) is LostReply
    assert "took too long" in error.message


async def test_a_flood_of_interim_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says that the real one follows."""
    monkeypatch.setattr(api, "WHOLE_S", 0.15)

    async def flood(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while not asked.reader.at_eof():
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await asyncio.sleep(0.001)

    assert "took too long" in (await refusal(flood)).message


@pytest.mark.parametrize(
    ("packing", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda plain: zlib.compress(plain, wbits=-15)),
        ("identity", bytes),
    ],
)
async def test_packed_answers_are_unpacked(packing: str, pack: Callable[[bytes], bytes]) -> None:
    """As offered in the request; the raw kind of deflate too, which some servers send."""
    plain = json.dumps({"data": list(range(9999))}).encode()
    async with peer(saying(reply(200, pack(plain), Content_Encoding=packing))) as server:
        client = ApiClient(server.url, KEY)
        assert (await client.get("/x")).body == plain
        await client.close()
        assert server.arrived[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "é"}'.encode("latin-1"), {"a": "\N{REPLACEMENT CHARACTER}"}),
        ('{"a": 1}'.encode("utf-16"), {"a": 1}),
        (b'{"a": "x\ny"}', {"a": "x\ny"}),
        (b'{"a": ' + b"9" * 10_000 + b"}", {"a": float("inf")}),
        (b'{"a": -' + b"9" * 10_000 + b"}", {"a": float("-inf")}),
        (b'{"a": "\\ud800"}', {"a": "\ud800"}),
        (b" \n", None),
    ],
)
def test_one_odd_thing_in_an_answer_does_not_hide_the_rest(body: bytes, value: Any) -> None:
    """Bytes that are no UTF-8, bare line ends, numbers of ten thousand digits."""
    assert Reply(200, body, {}).json() == value


class TestRedirects:
    """The key, the organisation and the project go to their own origin only."""

    async def elsewhere(
        self, ask: Callable[[ApiClient], Awaitable[Any]], status: int
    ) -> tuple[Any, list[Asked]]:
        """Ask a server that sends everyone to another one; the outcome, and what the other one saw."""
        async with peer(saying(reply(200, b"content"))) as other:

            async def send(asked: Asked, writer: asyncio.StreamWriter) -> None:
                writer.write(reply(status, b"", Location=f"{other.url}/taken", Set_Cookie="session=1"))

            async with peer(send) as server:
                client = ApiClient(server.url, Credentials(KEY, "org-7", "proj-9"))
                try:
                    outcome = await ask(client)
                except FinetopError as error:
                    outcome = error
                await client.close()
            return outcome, other.arrived

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_a_question_follows_without_the_key(self, status: int) -> None:
        async def ask(client: ApiClient) -> bytes:
            return b"".join([chunk async for chunk in client.download("/files/f/content")])

        outcome, arrived = await self.elsewhere(ask, status)
        assert outcome == b"content"
        assert [asked.target for asked in arrived] == ["/v1/taken"]
        assert not SECRETS & set(arrived[0].headers)
        assert KEY not in repr(arrived[0].headers)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_an_order_never_follows(self, status: int, tmp_path: Path) -> None:
        path = tmp_path / "train.jsonl"
        path.write_bytes(b"secret training data")
        orders: list[Callable[[ApiClient], Awaitable[Any]]] = [
            lambda client: client.post("/fine_tuning/jobs", {}, headers={"Idempotency-Key": "u"}),
            lambda client: client.delete("/files/f"),
            lambda client: client.upload("/files", path, {}),
        ]
        for order in orders:
            outcome, arrived = await self.elsewhere(order, status)
            assert isinstance(outcome, BadReply)
            assert "sends elsewhere" in outcome.message
            assert arrived == []

    @pytest.mark.parametrize(
        ("base", "target", "keeps"),
        [
            ("https://h.test/v1", "https://h.test/v2", True),
            ("https://h.test/v1", "https://h.test:443/v2", True),
            ("https://h.test/v1", "http://h.test/v2", False),
            ("https://h.test/v1", "https://h.test:8443/v2", False),
            ("https://h.test/v1", "https://h.test.evil.test/v2", False),
            ("https://h.test/v1", "//evil.test/v2", False),
            ("https://h.test/v1", "https://h.test@evil.test/v2", False),
            ("http://h.test/v1", "https://h.test/v2", False),
        ],
    )
    async def test_its_own_origin_is_scheme_host_and_port(self, base: str, target: str, keeps: bool) -> None:
        seen: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return (
                httpx.Response(302, headers={"location": target}) if len(seen) == 1 else httpx.Response(200)
            )

        client = ApiClient(base, Credentials(KEY, "org-7", "proj-9"), transport=httpx.MockTransport(answer))
        await client.get("/x")
        await client.close()
        assert ("authorization" in seen[1].headers) == keeps
        assert bool(SECRETS & set(seen[1].headers)) == keeps


class TestStreams:
    """A stream of events, line by line, for as long as it lasts."""

    async def read(self, speak: Speak, into: list[str]) -> None:
        async with peer(speak) as server:
            client = ApiClient(server.url, KEY)
            try:
                async for line in client.lines("/fine-tunes/x/events", {"stream": "true"}):
                    into.append(line)  # noqa: PERF401 - what came before a break is wanted too
            finally:
                await client.close()
            (asked,) = server.arrived
            assert asked.target == "/v1/fine-tunes/x/events?stream=true"
            assert asked.headers["accept"] == "text/event-stream"

    async def test_lines_come_as_they_are_sent(self) -> None:
        body = 'data: {"a": "\u2028é"}\r\n\r\n: ping\ndata: [DONE]\n\n'.encode()
        lines: list[str] = []
        await self.read(saying(reply(200, body, Content_Type="text/event-stream")), lines)
        assert lines == ['data: {"a": "\u2028é"}', "", ": ping", "data: [DONE]", ""]

    async def test_one_that_is_cut_is_a_lost_reply(self) -> None:
        async def cut(asked: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(head("Content-Type: text/event-stream", "Transfer-Encoding: chunked"))
            writer.write(b"6\r\ndata:1\r\n1\r\n\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)
            reset(writer)

        lines: list[str] = []
        with pytest.raises(LostReply, match="broke off"):
            await self.read(cut, lines)
        assert lines == ["data:1"]

    async def test_one_that_falls_silent_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api, "SILENCE_S", 0.1)

        async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(head("Content-Type: text/event-stream") + b"data: 1\n\n")
            await asked.hung_up()

        lines: list[str] = []
        with pytest.raises(Unreachable, match="was silent"):
            await self.read(silent, lines)
        assert lines == ["data: 1", ""]

    async def test_a_refusal_is_told_as_ever(self) -> None:
        with pytest.raises(NotFound, match="gone"):
            await self.read(saying(reply(404, {"error": {"message": "gone", "param": "id"}})), [])

    @given(
        lines=st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=6), max_size=6
        ),
        end=st.sampled_from(["\n", "\r\n", "\r"]),
        cuts=st.lists(st.integers(0, 60), max_size=4),
    )
    def test_lines_do_not_depend_on_how_they_were_cut(
        self, lines: list[str], end: str, cuts: list[int]
    ) -> None:
        sent = "".join(line + end for line in lines).encode()
        edges = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})

        async def chunks() -> Any:
            for start, stop in itertools.pairwise(edges):
                yield sent[start:stop]

        async def read() -> list[str]:
            return [line async for line in lines_of(chunks())]

        found = asyncio.run(read())
        expected = [line.removeprefix("\ufeff") if not number else line for number, line in enumerate(lines)]
        assert found == expected


class TestSending:
    """A file, or a part of it, on its way."""

    async def test_a_part_is_sent_as_the_field_data(self, tmp_path: Path) -> None:
        path = tmp_path / "big.jsonl"
        path.write_bytes(bytes(range(256)) * 8192)
        told: list[tuple[int, int]] = []
        async with peer(saying(reply(200, {"id": "part-1"}))) as server:
            client = ApiClient(server.url, KEY)
            await client.upload_part(
                "/uploads/u/parts", path, 1000, MEGABYTE + 24, progress=lambda *sizes: told.append(sizes)
            )
            await client.close()
            (asked,) = server.arrived
        sent = path.read_bytes()[1000 : 1000 + MEGABYTE + 24]
        assert b'name="data"; filename="big.jsonl"' in asked.body
        assert asked.body.split(b"\r\n\r\n", 1)[1].startswith(sent + b"\r\n--")
        assert told == [(MEGABYTE, MEGABYTE + 24), (MEGABYTE + 24, MEGABYTE + 24)]

    async def test_it_can_be_called_off(self, tmp_path: Path) -> None:
        """The server sees the line close before the file has come."""
        path = tmp_path / "big.jsonl"
        path.write_bytes(bytes(64 * MEGABYTE))
        begun = asyncio.Event()
        async with peer(saying(reply(200, {}))) as server:
            client = ApiClient(server.url, KEY)
            sending = asyncio.ensure_future(
                client.upload("/files", path, {}, progress=lambda sent, total: begun.set())
            )
            await begun.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            async with asyncio.timeout(5):
                await server.lost.wait()
            assert server.arrived == []
            await client.close()

    async def test_a_server_that_stops_reading_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(api, "UPLOAD_S", 0.2)
        path = tmp_path / "big.jsonl"
        path.write_bytes(bytes(MEGABYTE))

        async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
            await asked.hung_up()

        error = await refusal(silent, lambda client: client.upload("/files", path, {}))
        assert type(error) is LostReply

    async def test_a_file_that_is_not_there_never_leaves(self, tmp_path: Path) -> None:
        error = await refusal(reply(200), lambda client: client.upload("/files", tmp_path / "no", {}))
        assert isinstance(error, BadFile)


async def test_a_question_that_waits_gives_up_before_two_minutes_are_over() -> None:
    """Each pause is short enough; together they would not be."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with peer(saying(reply(503, b"", Retry_After="50"))) as server:
        client = ApiClient(server.url, KEY, sleep=sleep)
        with pytest.raises(FinetopError):
            await client.get("/x", retries=9)
        await client.close()
    assert slept == [50.0, 50.0]
