"""A schema sent as text: JSON is read here, DDL is left to the analyser, which knows the session's settings."""

from __future__ import annotations

from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json


def schema_or_text(text: str) -> t.StructType | str | None:
    """The row type of JSON; text that is not JSON stays text; empty text is None."""
    stripped = text.strip()
    if not stripped:
        return None
    if not stripped.startswith(("{", '"')):
        return text
    dtype = type_from_json(stripped)
    if isinstance(dtype, t.StructType):
        return dtype
    return t.StructType((t.StructField("value", dtype),))
