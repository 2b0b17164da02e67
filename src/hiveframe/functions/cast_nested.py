"""Casts of arrays, maps and structs: part by part, struct fields by position."""

from __future__ import annotations

from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.let import let
from hiveframe.functions.sql import (
    Sql,
    case,
    field,
    func,
    is_not_null,
    lambda_,
    param,
    physical_type_text,
    struct_pack,
)
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType


def _part(job: CastJob, value: Sql, src: DataType, dst: DataType) -> Sql:
    from hiveframe.functions.casts import cast_value  # parts may be of any type, this among them

    return cast_value(value, src, dst, job.mode, job.context, job.ctx)


def _is_free(src: DataType, dst: DataType) -> bool:
    """Whether the same bytes serve both: only nullability, names of no consequence or units differ."""
    return physical_type_text(src) == physical_type_text(dst) and t.same_type(src, dst)


def array_to_array(job: CastJob) -> Sql:
    """Every element cast."""
    src, dst = job.src, job.dst
    assert isinstance(src, t.ArrayType)
    assert isinstance(dst, t.ArrayType)
    if _is_free(src, dst):
        return job.value
    name = job.ctx.fresh("e")
    return func("list_transform", job.value, lambda_([name], _part(job, param(name), src.element, dst.element)))


def map_to_map(job: CastJob) -> Sql:
    """Every key and value cast."""
    src, dst = job.src, job.dst
    assert isinstance(src, t.MapType)
    assert isinstance(dst, t.MapType)
    if _is_free(src, dst):
        return job.value

    def build(v: Sql) -> Sql:
        key, value = job.ctx.fresh("k"), job.ctx.fresh("v")
        keys = func("list_transform", func("map_keys", v), lambda_([key], _part(job, param(key), src.key, dst.key)))
        values = func(
            "list_transform", func("map_values", v), lambda_([value], _part(job, param(value), src.value, dst.value))
        )
        return case((is_not_null(v), func("map", keys, values)))

    return let(job.value, job.ctx, build)


def struct_to_struct(job: CastJob) -> Sql:
    """Fields by position, under the new names."""
    src, dst = job.src, job.dst
    assert isinstance(src, t.StructType)
    assert isinstance(dst, t.StructType)
    if _is_free(src, dst):
        return job.value

    def build(v: Sql) -> Sql:
        parts = [
            _part(job, field(v, src, i), a.dtype, b.dtype)
            for i, (a, b) in enumerate(zip(src.fields, dst.fields, strict=True))
        ]
        return case((is_not_null(v), struct_pack(dst, parts)))

    return let(job.value, job.ctx, build)
