"""The log of actions: what was asked of a provider, the answer, and by which name support finds it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx
import pytest

from finetop.client import ApiClient
from finetop.errors import FinetopError
from finetop.exchange import Exchange
from finetop.store import Store, asked

KEY = "sk-secret-never-shown"


def _server(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/cancel"):
        body = {"error": {"message": f"no job for {KEY}", "code": "job_not_found"}}
        return httpx.Response(404, json=body, headers={"x-request-id": "req_404"})
    if request.url.path.endswith("/lost"):
        raise httpx.ReadError("reset")
    return httpx.Response(200, json={}, headers={"x-request-id": "req_200"})


@pytest.mark.parametrize(
    ("method", "path", "status", "request_id", "said"),
    [
        ("POST", "/fine_tuning/jobs", 200, "req_200", ""),
        ("POST", "/fine_tuning/jobs/ft-1/cancel", 404, "req_404", "no job for [key]"),
        ("DELETE", "/models/lost", None, "", "api.test broke off: reset"),
        ("GET", "/fine_tuning/jobs", 200, "req_200", ""),
    ],
)
async def test_each_request_is_heard_with_its_answer(
    method: str, path: str, status: int | None, request_id: str, said: str
) -> None:
    heard: list[Exchange] = []
    client = ApiClient("https://api.test/v1", KEY, transport=httpx.MockTransport(_server), heard=heard.append)
    try:
        send = {"POST": client.post, "DELETE": client.delete, "GET": client.get}[method]
        await send(path)
    except FinetopError:
        pass
    await client.close()
    (exchange,) = heard
    assert (exchange.method, exchange.path) == (method, path)
    assert (exchange.status, exchange.request_id, exchange.said) == (status, request_id, said)
    assert KEY not in repr(exchange)
    assert exchange.is_question == (method == "GET")


def test_the_store_keeps_the_newest_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "KEPT", 3)
    with closing(Store(tmp_path / "store.db")) as store:
        account = store.accounts.ensure(dialect="openai", base_url="https://api.test/v1")
        for number in range(5):
            exchange = Exchange(float(number), 0.5, "POST", f"/{number}", 200, "req")
            store.asked.add(account, "host 1", exchange)
        assert [one.exchange.path for one in store.asked.newest([account])] == ["/4", "/3", "/2"]
        assert store.asked.newest([account + 1]) == []
