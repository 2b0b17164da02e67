"""Changes and requirements as the library's models, whose fields a type checker knows only by their JSON names."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def made(kind: type[Model], **named: Any) -> Model:
    """A model of that kind; fields by their Python names, those that are None left out."""
    return kind.model_validate({name: value for name, value in named.items() if value is not None})
