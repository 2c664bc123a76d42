"""OpenAI's dialect of before 2024, which compatible servers and archives still speak: /fine-tunes."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from finetop.errors import BadInput, BadReply, BadRequest, LostReply, NotFound, NotSupported, ServerFault
from finetop.models import Capabilities, Checkpoint, Event, JobRequest, Naming
from finetop.providers.asking import Asking
from finetop.providers.contract import Provider
from finetop.providers.pages import Page
from finetop.providers.reading import Sent, read_job
from finetop.providers.sse import Message, Messages, TooLongError

if TYPE_CHECKING:
    from pydantic import JsonValue

T = TypeVar("T")

_SETTINGS = (
    "n_epochs",
    "batch_size",
    "learning_rate_multiplier",
    "prompt_loss_weight",
    "compute_classification_metrics",
    "classification_n_classes",
    "classification_positive_class",
    "classification_betas",
)
_WHOLE_LISTS = frozenset({"jobs", "events"})
"""What comes in one part, asked for without limit and cursor."""
_UNKNOWN = re.compile(
    r"\b(unrecogni[sz]ed|unknown|unexpected|extra|additional|not permitted)\b", re.IGNORECASE
)
_BEATS = frozenset({"ping", "heartbeat", "keepalive", "keep-alive"})


class Legacy(Provider):
    """Lists without parts, logs oldest first and without ids, no metadata, no checkpoints, no pause."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        methods=("supervised",),
        seed=False,
        longest_suffix=40,
        pause=False,
        resume=False,
        checkpoints=False,
        metadata=False,
        stream_events=True,
        place_in_log=True,
        permissions=False,
        graders=False,
        uploads=False,
    )
    paths: ClassVar[Mapping[str, str]] = {
        **Asking.paths,
        "jobs": "/fine-tunes",
        "job": "/fine-tunes/{id}",
        "cancel": "/fine-tunes/{id}/cancel",
        "events": "/fine-tunes/{id}/events",
        "completions": "/completions",
    }

    def check(self, request: JobRequest) -> None:
        """Raise BadInput for what a legacy request has no words for."""
        if request.method not in {"supervised", "legacy"}:
            raise BadInput(f"the legacy API has no method {request.method}", hint="Use another profile.")
        for name, value in (("seed", request.seed), ("metadata", request.metadata or None)):
            if value is not None:
                raise BadInput(f"the legacy API has no {name}", hint=f"Leave the {name} out.")
        if request.integrations:
            raise BadInput("the legacy API has no integrations", hint="Leave the integrations out.")
        longest = self.capabilities.longest_suffix
        if request.suffix is not None and len(request.suffix) > longest:
            raise BadInput(
                f"a suffix of the legacy API has at most {longest} characters", hint="Shorten the suffix."
            )
        for name in request.hyperparameters:
            if name not in _SETTINGS:
                raise BadInput(
                    f"the legacy API has no hyperparameter {name}", hint=f"Use one of {', '.join(_SETTINGS)}."
                )

    async def create_job(
        self,
        request: JobRequest,
        *,
        idempotency_key: str | None = None,  # noqa: ARG002 - the contract's; this API knows no such key
    ) -> Sent:
        """Send once; again in the words of 2023 only where the server says that it does not know ours."""
        self.check(request)
        try:
            answer = await self._post("jobs", body=body(request))
        except BadRequest as refusal:
            if not _wants_nested(refusal):
                raise
            answer = await self._post("jobs", body=body(request, nested=True))
        job, raw = self._job(answer)
        if job.unreadable:
            raise BadReply(f"the answer to a create is not a job: {job.unreadable}")
        return job, raw

    # Whole lists come without parts and filters, so what the contract asks of them is not passed on.

    async def list_jobs(
        self,
        *,
        after: str | None = None,  # noqa: ARG002
        limit: int = 100,  # noqa: ARG002
        metadata: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Page[Sent]:
        """Every job, newest first."""
        page = await super().list_jobs()
        newest_first = _forwards(page.items, lambda sent: sent[0].created_at)[::-1]
        return Page(tuple(sorted(newest_first, key=lambda sent: -(sent[0].created_at or 0.0))))

    async def list_events(
        self,
        job_id: str,
        *,
        after: str | None = None,  # noqa: ARG002
        limit: int = 100,  # noqa: ARG002
    ) -> Page[Event]:
        """A job's whole log, newest first, its lines named."""
        page = await super().list_events(job_id)
        told = _forwards(tuple(zip(page.items, page.said, strict=True)), lambda pair: pair[0].created_at)
        naming = Naming()
        newest_first = [(naming.named(event), words) for event, words in told][::-1]
        return Page(tuple(event for event, _ in newest_first), said=tuple(words for _, words in newest_first))

    async def list_checkpoints(
        self,
        job_id: str,  # noqa: ARG002
        *,
        after: str | None = None,  # noqa: ARG002
        limit: int = 100,  # noqa: ARG002
    ) -> Page[Checkpoint]:
        """None: this API has no checkpoints."""
        return Page(())

    async def stream_events(self, job_id: str) -> AsyncGenerator[Event]:
        """A job's log from its first line on, until the job has ended.

        Raises LostReply where the stream is cut, BadReply where the server does not stream.
        """
        naming, messages = Naming(), Messages()
        async with aclosing(self.client.lines(self._path("events", job_id), {"stream": "true"})) as lines:
            async for line in lines:
                try:
                    message = messages.feed(line)
                except TooLongError as error:
                    raise BadReply(f"the stream cannot be read: {error}") from error
                if not messages.is_stream:
                    raise BadReply(f"{self.client.host} does not stream a job's events")
                if message is not None and message.is_last:
                    return
                event = None if message is None else self._told(message)
                if event is not None:
                    yield naming.named(event)
        if messages.end() is None:
            raise LostReply(f"{self.client.host} ended the stream before the job's end")

    async def chat(self, model: str, prompt: str, *, most_tokens: int = 200) -> str:
        """One prompt's continuation: models of this API complete text. Chats where there is no such route."""
        wanted = {"model": model, "prompt": prompt, "max_tokens": most_tokens}
        try:
            answer = await self._post("completions", body=wanted)
        except (NotFound, NotSupported):
            return await super().chat(model, prompt, most_tokens=most_tokens)
        try:
            said = answer["choices"][0]["text"]
        except (TypeError, LookupError) as error:
            raise BadReply("the model's answer has no text") from error
        return said if isinstance(said, str) else ""

    async def _page(
        self,
        name: str,
        id_: str,
        parse: Callable[[Any], T | None],
        *,
        after: str | None = None,
        limit: int | None = None,
        **params: str,
    ) -> Page[T]:
        if name not in _WHOLE_LISTS:
            return await super()._page(name, id_, parse, after=after, limit=limit, **params)
        page = await super()._page(name, id_, parse)
        return Page(page.items, said=page.said)

    def _job(self, item: Any) -> Sent:
        """A job; the log inside it is read, and left out of the words that are kept.

        A listing has no log, so words with and without it would take turns and look like news.
        """
        job, raw = read_job(item)
        if job.unreadable or not isinstance(item, Mapping) or "events" not in item:
            return job, raw
        _, words = read_job({name: value for name, value in item.items() if name != "events"})
        return job.model_copy(update={"events": _named(job.events)}), words

    def _told(self, message: Message) -> Event | None:
        """The event in a message; None for a sign of life. Raises ServerFault for an error in its place."""
        try:
            item = json.loads(message.data)
        except (ValueError, RecursionError):
            item = message.data
        if message.kind in _BEATS or item in ("", {}, None):
            return None
        error = item.get("error") if isinstance(item, Mapping) else None
        if error or message.kind == "error":
            said = error.get("message") if isinstance(error, Mapping) else error
            raise ServerFault(str(said or message.data)[:500])
        return self._event(item)


def body(request: JobRequest, *, nested: bool = False) -> dict[str, JsonValue]:
    """The request's JSON; what is unset or left to the provider is left out, for null is refused.

    `nested` puts the number of epochs where the last description of this API has it.
    """
    wanted: dict[str, JsonValue] = {"training_file": request.training_file, "model": request.model}
    if request.validation_file is not None:
        wanted["validation_file"] = request.validation_file
    chosen = {
        name: _setting(name, value) for name, value in request.hyperparameters.items() if value != "auto"
    }
    if nested and "n_epochs" in chosen:
        wanted["hyperparameters"] = {"n_epochs": chosen.pop("n_epochs")}
    wanted |= chosen
    if request.suffix is not None:
        wanted["suffix"] = request.suffix
    return wanted


def _setting(name: str, value: JsonValue) -> JsonValue:
    """A setting as this API has it: one is a switch, one a list, and a class is text."""
    if name == "compute_classification_metrics":
        return value not in (0, "0", "false", "no", "off", False)
    if name == "classification_betas":
        parts = value.split(",") if isinstance(value, str) else [value]
        return [float(str(part)) for part in parts]
    return str(value) if name == "classification_positive_class" else value


def _wants_nested(refusal: BadRequest) -> bool:
    """True where a server refuses the place of `n_epochs`, and so has certainly made nothing."""
    names_it = "n_epochs" in refusal.message or refusal.param == "n_epochs"
    return names_it and _UNKNOWN.search(refusal.message) is not None


def _named(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """A log from its first line on, its lines named."""
    naming = Naming()
    return tuple(naming.named(event) for event in _forwards(events, lambda event: event.created_at))


def _forwards(items: tuple[T, ...], time: Callable[[T], float | None]) -> tuple[T, ...]:
    """From the oldest on: the usual order, unless the times say that this server turns it."""
    times = [at for at in map(time, items) if at is not None]
    return items[::-1] if times and times[0] > times[-1] else items
