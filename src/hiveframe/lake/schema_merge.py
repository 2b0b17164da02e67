"""One schema for files that differ: the union of their columns (`mergeSchema`).

Source: Spark's `StructType.merge`.
"""

from __future__ import annotations

from collections.abc import Iterable

from hiveframe.errors import AnalysisException, SparkException, analysis_error
from hiveframe.plan.types import (
    ArrayType,
    DataType,
    DecimalType,
    MapType,
    StructField,
    StructType,
    simple_string,
    sql_name,
)


def merge_schemas(schemas: Iterable[StructType]) -> StructType | None:
    """The columns of all, in order of first appearance; CANNOT_MERGE_SCHEMAS when two disagree. None for no schema."""
    merged: StructType | None = None
    for schema in schemas:
        if merged is None or merged == schema:
            merged = schema
            continue
        try:
            merged = _merge_structs(merged, schema)
        except AnalysisException as error:
            left, right = sql_name(merged), sql_name(schema)
            raise SparkException("CANNOT_MERGE_SCHEMAS", {"left": f'"{left}"', "right": f'"{right}"'}) from error
    return merged


def _merge_structs(left: StructType, right: StructType) -> StructType:
    theirs = {f.name.lower(): f for f in right.fields}
    fields = [
        StructField(f.name, _merge(f.dtype, other.dtype), f.nullable or other.nullable, f.metadata)
        if (other := theirs.get(f.name.lower())) is not None
        else f
        for f in left.fields
    ]
    ours = {f.name.lower() for f in left.fields}
    return StructType((*fields, *(f for f in right.fields if f.name.lower() not in ours)))


def _merge(left: DataType, right: DataType) -> DataType:
    match left, right:
        case StructType(), StructType():
            return _merge_structs(left, right)
        case ArrayType(a, a_null), ArrayType(b, b_null):
            return ArrayType(_merge(a, b), a_null or b_null)
        case MapType(k1, v1, n1), MapType(k2, v2, n2):
            return MapType(_merge(k1, k2), _merge(v1, v2), n1 or n2)
        case DecimalType(p1, s1), DecimalType(p2, s2) if s1 == s2:
            return DecimalType(max(p1, p2), s1)
    if left != right:
        raise analysis_error(
            "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE", left=simple_string(left), right=simple_string(right)
        )
    return left
