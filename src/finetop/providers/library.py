"""Models as a provider tells of them, and what they answer."""

from __future__ import annotations

from finetop.errors import BadReply
from finetop.models import Model
from finetop.providers.asking import Asking
from finetop.providers.reading import read_any


class ModelsApi(Asking):
    """The routes of models."""

    async def list_models(self) -> tuple[Model, ...]:
        """Every model one can use."""
        return (await self._page("models", "", read_any(Model))).items

    async def chat(self, model: str, prompt: str, *, most_tokens: int = 200) -> str:
        """One prompt's answer."""
        body = {
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": most_tokens,
        }
        answer = (await self.client.post(self._path("chat"), body)).json()
        try:
            said = answer["choices"][0]["message"]["content"]
        except (TypeError, LookupError) as error:
            raise BadReply("the model's answer has no text") from error
        return said if isinstance(said, str) else ""
