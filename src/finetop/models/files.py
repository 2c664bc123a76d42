"""Files at a provider, and uploads in parts that become one."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from finetop.models.values import Count, Text, Time, Value


class File(Value):
    """A file at the provider; where a job names it by id alone, only `id` is filled."""

    id: str
    filename: Text = None
    size_bytes: Annotated[Count, Field(alias="bytes")] = None
    created_at: Time = None
    purpose: Text = None
    status: Text = None
    status_details: Text = None
    expires_at: Time = None
    unreadable: Text = None
    """Why the provider's words could not be read; then `id` alone can be trusted."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Upload(Value):
    """A file that travels in parts; `file` is there once it is complete."""

    id: str = Field(min_length=1)
    status: Text = None
    size_bytes: Annotated[Count, Field(alias="bytes")] = None
    filename: Text = None
    purpose: Text = None
    created_at: Time = None
    expires_at: Time = None
    file: File | None = None

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
