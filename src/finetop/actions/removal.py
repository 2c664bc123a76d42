"""Deleting a file or a tuned model at the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from finetop.actions.orders import Order, Seen, carry_out
from finetop.errors import NotFound

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.providers import Provider

DELETED = "deleted"
"""The status of a file that some providers go on listing."""


class FileDeletion(Order):
    """A file is deleted once the provider no longer knows it, or says that it is."""

    async def send(self, desk: Desk, provider: Provider, target: str) -> bool:
        """Ask once; what is agreed to is taken off the list."""
        await provider.delete_file(target)
        desk.store.library.forget_file(desk.account, target)
        return True

    async def look(self, desk: Desk, provider: Provider, target: str) -> Seen:
        """Ask for the file."""
        try:
            file = await provider.get_file(target)
        except NotFound:
            desk.store.library.forget_file(desk.account, target)
            return Seen(done=True)
        return Seen(done=file.status == DELETED)


class ModelDeletion(Order):
    """A tuned model is deleted once the provider no longer knows it."""

    async def send(self, desk: Desk, provider: Provider, target: str) -> bool:
        """Ask once; what is agreed to is taken off the list."""
        await provider.delete_model(target)
        desk.store.library.forget_model(desk.account, target)
        return True

    async def look(self, desk: Desk, provider: Provider, target: str) -> Seen:
        """Ask for the model."""
        try:
            await provider.get_model(target)
        except NotFound:
            desk.store.library.forget_model(desk.account, target)
            return Seen(done=True)
        return Seen(done=False)


DELETE_FILE = FileDeletion(kind="delete-file", verb="delete", of="files", rivals=("delete-file",))
DELETE_MODEL = ModelDeletion(
    kind="delete-model", verb="delete", needs="delete_model", of="models", rivals=("delete-model",)
)
ORDERS: Mapping[str, Order] = {order.kind: order for order in (DELETE_FILE, DELETE_MODEL)}


async def delete_file(desk: Desk, file_id: str) -> None:
    """Delete a file; one that is gone already is no failure."""
    await carry_out(desk, DELETE_FILE, file_id)


async def delete_model(desk: Desk, name: str) -> None:
    """Delete a tuned model; one that is gone already is no failure."""
    await carry_out(desk, DELETE_MODEL, name)
