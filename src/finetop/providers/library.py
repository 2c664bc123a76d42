"""Models as a provider tells of them, who may use their checkpoints, and what graders make of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from finetop.errors import BadReply
from finetop.models import GraderRun, Model, Permission, to_number
from finetop.providers.asking import Asking
from finetop.providers.pages import page_of
from finetop.providers.reading import read_any, read_one

if TYPE_CHECKING:
    from finetop.providers.pages import Page


class ModelsApi(Asking):
    """The routes of models, of checkpoint permissions and of graders."""

    async def list_models(self) -> tuple[Model, ...]:
        """Every model one can use."""
        return (await self.models_page()).items

    async def models_page(self) -> Page[Model]:
        """The same, with the provider's own words: this list comes whole."""
        return await self._page("models", "", read_any(Model))

    async def get_model(self, name: str) -> Model:
        """One model."""
        return read_one(Model, await self._get("model", name), "a model")

    async def delete_model(self, name: str) -> None:
        """Have the provider forget a tuned model."""
        await self._delete("model", name)

    async def list_permissions(
        self, checkpoint: str, *, after: str | None = None, project: str | None = None
    ) -> Page[Permission]:
        """One part of who may use a checkpoint, newest first; it takes an administrator's key."""
        only = {} if project is None else {"project_id": project}
        return await self._page(
            "permissions", checkpoint, read_any(Permission), after=after, limit=100, **only
        )

    async def permit(self, checkpoint: str, projects: Sequence[str]) -> tuple[Permission, ...]:
        """Let these projects use a checkpoint; empty where it is agreed to without a word."""
        answer = await self._post("permissions", checkpoint, {"project_ids": list(projects)})
        return () if answer is None else page_of(answer, read_any(Permission)).items

    async def forbid(self, checkpoint: str, permission_id: str) -> None:
        """Take a permission back."""
        await self._delete("permission", checkpoint, permission_id)

    async def validate_grader(self, grader: Mapping[str, Any]) -> dict[str, Any]:
        """The grader as the provider understands it. Raises BadRequest where it does not."""
        answer = await self._post("validate", "", {"grader": grader})
        found = answer.get("grader") if isinstance(answer, Mapping) else None
        if not isinstance(found, Mapping):
            raise BadReply("the answer is not a grader")
        return dict(found)

    async def run_grader(
        self, grader: Mapping[str, Any], sample: str, item: Mapping[str, Any] | None = None
    ) -> GraderRun:
        """What a grader makes of one answer of a model; `item` is the line it answered."""
        body: dict[str, Any] = {"grader": grader, "model_sample": sample}
        if item is not None:
            body["item"] = item
        return _grader_run(await self._post("run", "", body))

    async def chat(self, model: str, prompt: str, *, most_tokens: int = 200) -> str:
        """One prompt's answer."""
        body = {
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": most_tokens,
            **self.chat_settings,
        }
        answer = (await self.client.post(self._path("chat"), body)).json()
        try:
            said = answer["choices"][0]["message"]["content"]
        except (TypeError, LookupError) as error:
            raise BadReply("the model's answer has no text") from error
        return said if isinstance(said, str) else ""


def _grader_run(answer: Any) -> GraderRun:
    """A verdict; the flags that are up are kept by their names."""
    if not isinstance(answer, Mapping) or "reward" not in answer:
        raise BadReply("the answer is not a grader's verdict")
    metadata, subs = answer.get("metadata"), answer.get("sub_rewards")
    flags = metadata.get("errors") if isinstance(metadata, Mapping) else None
    wrong = [name for name, up in flags.items() if up] if isinstance(flags, Mapping) else []
    return GraderRun(
        reward=to_number(answer["reward"]),
        sub_rewards=dict(subs) if isinstance(subs, Mapping) else {},
        metadata=dict(metadata) if isinstance(metadata, Mapping) else {},
        errors=tuple(wrong),
    )
