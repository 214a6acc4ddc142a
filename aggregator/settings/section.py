"""What all mappings of the configuration have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


def kebab(name: str) -> str:
    """Write the name of a field as the key in the file."""
    return name.rstrip("_").replace("_", "-")


class Section(BaseModel):
    """A mapping of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=kebab, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def without_empty_keys(cls, value: Any) -> Any:
        """Let a key without a value count as absent."""
        if isinstance(value, dict):
            known = {field.alias for field in cls.model_fields.values()}
            return {key: inner for key, inner in value.items() if inner is not None or key not in known}
        return {} if value is None else value
