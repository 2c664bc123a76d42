"""The legacy dialect: what is sent, and what is made of its answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from finetop.client import ApiClient
from finetop.errors import BadInput, BadReply, BadRequest, LostReply, NoFineTuning, NotFound, ServerFault
from finetop.models import Event, JobRequest
from finetop.providers.legacy import Legacy
from legacy_peer import START, Peer

LOG = ("Created fine-tune: ft-1", "Fine-tune costs $0.36", "Queue number: 1", "Fine-tune started")


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
async def legacy(peer: Peer) -> AsyncIterator[Legacy]:
    client = ApiClient("https://old.test/v1", "k", transport=peer)
    yield Legacy(client)
    await client.close()


async def streamed(legacy: Legacy, job: str = "ft-1") -> list[Event]:
    return [event async for event in legacy.stream_events(job)]


class TestReading:
    """Lists come whole, logs oldest first."""

    async def test_jobs_come_newest_first_and_are_asked_for_once(self, peer: Peer, legacy: Legacy) -> None:
        for id_ in ("ft-1", "ft-2", "ft-3"):
            peer.job(id_)
        page = await legacy.list_jobs(limit=2, metadata={"finetop": "x"})
        assert [job.id for job, _ in page.items] == ["ft-3", "ft-2", "ft-1"]
        assert page.next is None
        assert peer.asked == ["GET /fine-tunes"]

    async def test_a_server_that_lists_newest_first_is_left_in_order(
        self, peer: Peer, legacy: Legacy
    ) -> None:
        peer.job("new", created_at=START + 9)
        peer.job("old", created_at=START)
        peer.job("odd", created_at=None)
        assert [job.id for job, _ in (await legacy.list_jobs()).items] == ["new", "old", "odd"]

    async def test_no_such_route_is_no_fine_tuning(self, peer: Peer, legacy: Legacy) -> None:
        peer.overrides["/fine-tunes"] = httpx.Response(404, text="not found")
        with pytest.raises(NoFineTuning):
            await legacy.list_jobs()

    async def test_a_missing_job_is_told_from_a_missing_route(self, peer: Peer, legacy: Legacy) -> None:
        with pytest.raises(NotFound):
            await legacy.get_job("ft-9")

    async def test_the_log_is_the_same_however_it_comes(self, peer: Peer, legacy: Legacy) -> None:
        peer.job("ft-1", "succeeded")
        await peer.say("ft-1", *LOG)
        await peer.say("ft-1", "Completed epoch 1/2", "Completed epoch 1/2", "again", at=START + 99)
        job, raw = await legacy.get_job("ft-1")
        listed = (await legacy.list_events("ft-1")).items[::-1]
        assert listed == job.events == tuple(await streamed(legacy))
        assert [event.message for event in listed][:2] == list(LOG[:2])
        assert len({event.id for event in listed}) == len(listed) == 7
        assert "events" not in json.loads(raw)
        assert peer.asked[1] == "GET /fine-tunes/ft-1/events"

    async def test_a_log_told_newest_first_is_turned(self, peer: Peer, legacy: Legacy) -> None:
        peer.job("ft-1")
        await peer.say("ft-1", *LOG)
        before = (await legacy.list_events("ft-1")).items
        peer.logs["ft-1"].reverse()
        assert (await legacy.list_events("ft-1")).items == before

    async def test_an_odd_event_hides_no_other(self, peer: Peer, legacy: Legacy) -> None:
        peer.job("ft-1", "succeeded")
        peer.logs["ft-1"] = [{"message": "good", "created_at": 1}, 5, {"message": ["odd"], "created_at": 2}]  # type: ignore[list-item]
        for found in ((await legacy.list_events("ft-1")).items[::-1], await streamed(legacy)):
            assert found[0].message == "good"
            assert [event.level for event in found] == ["info", "warn", "warn"]

    async def test_there_are_no_checkpoints_to_ask_for(self, peer: Peer, legacy: Legacy) -> None:
        assert (await legacy.list_checkpoints("ft-1")).items == ()
        assert peer.asked == []

    async def test_a_cancelled_job_ended_at_its_last_update(self, peer: Peer, legacy: Legacy) -> None:
        peer.job("ft-1", "running")
        sent = await legacy.cancel_job("ft-1")
        assert sent is not None
        assert (sent[0].status, sent[0].ended_at, sent[0].method) == ("cancelled", START + 500, "legacy")
        assert sent[0].events[-1].message == "Fine-tune cancelled"


class TestStreaming:
    """What a stream may hold."""

    def answer(self, peer: Peer, *lines: str) -> None:
        peer.job("ft-1")
        peer.overrides["/fine-tunes/ft-1/events"] = httpx.Response(200, content="\n".join(lines).encode())

    @pytest.mark.parametrize("torn", [[], ['data: {"message": "b"}'], ["data: [DON"]])
    async def test_an_end_without_its_word_is_a_cut(
        self, peer: Peer, legacy: Legacy, torn: list[str]
    ) -> None:
        self.answer(peer, 'data: {"message": "a"}', "", "", *torn)
        stream = legacy.stream_events("ft-1")
        assert (await anext(stream)).message == "a"
        with pytest.raises(LostReply):
            await anext(stream)

    async def test_signs_of_life_are_no_events(self, peer: Peer, legacy: Legacy) -> None:
        self.answer(
            peer, ": beat", "", "event: ping", "data: {}", "", "data:", "", 'data: {"message": "a"}', "",
            "data: [DONE]",
        )  # fmt: skip
        assert [event.message for event in await streamed(legacy)] == ["a"]

    @pytest.mark.parametrize(
        "line",
        ['data: {"error": {"message": "boom"}}', 'data: {"error": "boom"}', "event: error\ndata: boom"],
    )
    async def test_an_error_in_the_stream_is_an_error(self, peer: Peer, legacy: Legacy, line: str) -> None:
        self.answer(peer, line, "", "")
        with pytest.raises(ServerFault, match="boom"):
            await streamed(legacy)

    @pytest.mark.parametrize("text", ['{"object": "list", "data": []}', "[]", "<html>"])
    async def test_a_server_that_does_not_stream_says_so(self, peer: Peer, legacy: Legacy, text: str) -> None:
        self.answer(peer, text)
        with pytest.raises(BadReply, match="does not stream"):
            await streamed(legacy)

    async def test_other_dialects_do_not_stream(self, legacy: Legacy) -> None:
        from finetop.providers.openai import OpenAI

        with pytest.raises(BadReply, match="does not stream"):
            OpenAI(legacy.client).stream_events("x")


class TestCreating:
    """What is sent: no null, nothing this API does not know."""

    async def test_what_is_left_to_the_provider_is_left_out(self, peer: Peer, legacy: Legacy) -> None:
        chosen = {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"}
        await legacy.create_job(JobRequest(model="curie", training_file="file-1", hyperparameters=chosen))
        assert peer.posted == [{"model": "curie", "training_file": "file-1"}]

    async def test_every_setting_has_its_place(self, peer: Peer, legacy: Legacy) -> None:
        chosen: dict[str, Any] = {
            "n_epochs": 2,
            "batch_size": 4,
            "learning_rate_multiplier": 0.1,
            "prompt_loss_weight": 0.01,
            "compute_classification_metrics": "true",
            "classification_n_classes": 3,
            "classification_positive_class": 1,
            "classification_betas": "1,1.5",
        }
        job, _ = await legacy.create_job(
            JobRequest(model="curie", training_file="file-1", validation_file="file-2", suffix="x" * 40,
                       method="legacy", hyperparameters=chosen),
        )  # fmt: skip
        assert peer.posted == [
            {
                **chosen,
                "model": "curie",
                "training_file": "file-1",
                "validation_file": "file-2",
                "suffix": "x" * 40,
                "compute_classification_metrics": True,
                "classification_positive_class": "1",
                "classification_betas": [1.0, 1.5],
            }
        ]
        assert (job.id, job.is_legacy) == ("ft-0", True)

    @pytest.mark.parametrize(
        ("wish", "said"),
        [
            ({"seed": 1}, "no seed"),
            ({"metadata": {"team": "x"}}, "no metadata"),
            ({"suffix": "x" * 41}, "at most 40"),
            ({"method": "dpo"}, "no method dpo"),
            ({"integrations": ({"type": "wandb"},)}, "no integrations"),
            ({"hyperparameters": {"beta": 0.1}}, "no hyperparameter beta"),
        ],
    )
    async def test_what_it_has_no_words_for_is_refused_unsent(
        self, peer: Peer, legacy: Legacy, wish: dict[str, Any], said: str
    ) -> None:
        request = JobRequest(model="curie", training_file="file-1", **wish)
        for ask in (lambda: legacy.check(request), lambda: legacy.create_job(request)):
            with pytest.raises(BadInput, match=said) as refused:
                await ask()  # type: ignore[misc]
            assert refused.value.hint.split()[0] in {"Leave", "Shorten", "Use"}
        assert peer.asked == []

    async def test_the_epochs_are_nested_where_the_server_wants_it(self) -> None:
        bodies: list[dict[str, Any]] = []

        def answer(request: httpx.Request) -> httpx.Response:
            bodies.append(json.loads(request.content))
            if "n_epochs" in bodies[-1]:
                said = {"message": "Unrecognized request argument supplied: n_epochs"}
                return httpx.Response(400, json={"error": said})
            return httpx.Response(200, json={"id": "ft-1", "object": "fine-tune"})

        legacy = Legacy(ApiClient("https://old.test/v1", "k", transport=httpx.MockTransport(answer)))
        request = JobRequest(model="m", training_file="f", hyperparameters={"n_epochs": 3, "batch_size": 2})
        await legacy.create_job(request)
        base = {"model": "m", "training_file": "f", "batch_size": 2}
        assert bodies == [{**base, "n_epochs": 3}, {**base, "hyperparameters": {"n_epochs": 3}}]
        await legacy.client.close()

    async def test_any_other_refusal_is_sent_once(self, peer: Peer, legacy: Legacy) -> None:
        peer.overrides["/fine-tunes"] = httpx.Response(
            400, json={"error": {"message": "n_epochs must be 1 to 50", "param": "n_epochs"}}
        )
        with pytest.raises(BadRequest):
            await legacy.create_job(
                JobRequest(model="m", training_file="f", hyperparameters={"n_epochs": 99})
            )
        assert peer.asked == ["POST /fine-tunes"]


class TestChat:
    """Models of this API complete text."""

    async def test_a_prompt_is_continued(self, peer: Peer, legacy: Legacy) -> None:
        peer.overrides["/completions"] = httpx.Response(200, json={"choices": [{"text": " and so on"}]})
        assert await legacy.chat("curie", "Once") == " and so on"

    async def test_a_server_that_only_chats_is_chatted_with(self, peer: Peer, legacy: Legacy) -> None:
        peer.overrides["/completions"] = httpx.Response(404, text="")
        peer.overrides["/chat/completions"] = httpx.Response(
            200, json={"choices": [{"message": {"content": "hello"}}]}
        )
        assert await legacy.chat("curie", "Hi") == "hello"
