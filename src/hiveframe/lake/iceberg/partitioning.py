"""Hidden partitioning: from a table's partition fields to the partition that each row lies in.

Source: Iceberg's table spec, "Partitioning", "Partition Transforms", and its appendix on 32-bit hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyiceberg import transforms as tr
from pyiceberg import types as it
from pyiceberg.exceptions import ValidationError
from pyiceberg.partitioning import PARTITION_FIELD_ID_START, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.sorting import NullOrder, SortDirection, SortField, SortOrder
from pyiceberg.transforms import Transform

from hiveframe.catalog.entities import Ordering, Term
from hiveframe.errors import analysis_error

_DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_NAMED: Final[Mapping[str, Callable[[], Any]]] = {
    "identity": tr.IdentityTransform,
    "year": tr.YearTransform,
    "month": tr.MonthTransform,
    "day": tr.DayTransform,
    "hour": tr.HourTransform,
    "void": tr.VoidTransform,
}


# ----------------------------------------------------------------------------------------------------- as users write


def transform_of(term: Term) -> Transform[Any, Any]:
    """The transform that a term names."""
    if term.function == "bucket":
        return tr.BucketTransform(int(term.argument or 0))
    if term.function == "truncate":
        return tr.TruncateTransform(int(term.argument or 0))
    made: Transform[Any, Any] = _NAMED[term.function]()
    return made


def term_of(name: str, transform: Transform[Any, Any], column: str) -> Term:
    """A partition field as a term."""
    match transform:
        case tr.BucketTransform():
            return Term(column, "bucket", transform.num_buckets, name)
        case tr.TruncateTransform():
            return Term(column, "truncate", transform.width, name)
    return Term(column, str(transform), None, name)


def terms_of(metadata: TableMetadata) -> tuple[Term, ...]:
    """The fields by which new rows are partitioned."""
    schema = metadata.schema()
    return tuple(
        term_of(f.name, f.transform, schema.find_column_name(f.source_id) or "")
        for f in metadata.spec().fields
        if not isinstance(f.transform, tr.VoidTransform)
    )


def spec_of(terms: Sequence[Term], schema: Schema, held: TableMetadata | None) -> PartitionSpec:
    """The partition fields of the terms. A field that any earlier spec had keeps its number.

    A table of format version 1 keeps the places of fields that go, as `void`.
    """
    known = {(f.source_id, str(f.transform)): f for s in (held.partition_specs if held else []) for f in s.fields}
    last = held.last_partition_id if held is not None and held.last_partition_id else PARTITION_FIELD_ID_START - 1
    fields: list[PartitionField] = []
    for term in terms:
        transform = transform_of(term)
        source = _source(term, schema)
        _check(term, transform, source.field_type)
        before = known.get((source.field_id, str(transform)))
        if before is not None:
            number = before.field_id
        else:
            last = number = last + 1
        name = term.name or default_name(replace(term, column=schema.find_column_name(source.field_id) or term.column))
        fields.append(PartitionField(source.field_id, number, transform, name))
    if held is not None and held.format_version == 1:
        fields = _with_voids(held.spec(), fields)
    for other in held.partition_specs if held is not None else []:
        if list(other.fields) == fields:
            return other
    number = max((s.spec_id for s in held.partition_specs), default=-1) + 1 if held is not None else 0
    return PartitionSpec(*fields, spec_id=number)


def _with_voids(held: PartitionSpec, fields: list[PartitionField]) -> list[PartitionField]:
    by_number = {f.field_id: f for f in fields}
    kept = []
    for f in held.fields:
        void = PartitionField(f.source_id, f.field_id, tr.VoidTransform(), f.name)
        kept.append(by_number.pop(f.field_id, void))
    return [*kept, *by_number.values()]


def default_name(term: Term) -> str:
    """What Iceberg calls a partition field that was given no name."""
    column = term.column
    suffix = {"identity": "", "truncate": "_trunc"}.get(term.function, f"_{term.function}")
    return column + suffix


def order_of(orderings: Sequence[Ordering], schema: Schema, held: TableMetadata | None) -> SortOrder:
    """The sort order that the terms say."""
    fields = []
    for o in orderings:
        source = _source(o.term, schema)
        transform = transform_of(o.term)
        _check(o.term, transform, source.field_type)
        direction = SortDirection.ASC if o.ascending else SortDirection.DESC
        nulls = NullOrder.NULLS_FIRST if o.nulls_first else NullOrder.NULLS_LAST
        fields.append(SortField(source.field_id, transform, direction, nulls))
    for other in held.sort_orders if held is not None else []:
        if list(other.fields) == fields:
            return other
    if not fields:
        return SortOrder(order_id=0)
    return SortOrder(*fields, order_id=max((o.order_id for o in held.sort_orders), default=0) + 1 if held else 1)


def orderings_of(metadata: TableMetadata) -> tuple[Ordering, ...]:
    """The sort order of new rows."""
    schema = metadata.schema()
    return tuple(
        Ordering(
            term_of("", f.transform, schema.find_column_name(f.source_id) or ""),
            f.direction == SortDirection.ASC,
            f.null_order == NullOrder.NULLS_FIRST,
        )
        for f in metadata.sort_order().fields
    )


def _source(term: Term, schema: Schema) -> it.NestedField:
    try:
        return schema.find_field(term.column, case_sensitive=False)
    except ValueError as error:
        known = ", ".join(f"`{f.name}`" for f in schema.fields)
        raise analysis_error(
            "UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=f"`{term.column}`", proposal=known
        ) from error


def _check(term: Term, transform: Transform[Any, Any], source: it.IcebergType) -> None:
    if not source.is_primitive or not transform.can_transform(source):
        raise analysis_error("ICEBERG_BAD_TRANSFORM", transform=str(term), type=str(source))


# ------------------------------------------------------------------------------------------------------------- values


class Partitioner:
    """Divides batches of rows by the partitions of a spec. The columns are the schema's, in its order."""

    def __init__(self, spec: PartitionSpec, schema: Schema) -> None:
        self._fields = [(f.transform, _path(schema, f.source_id), schema.find_type(f.source_id)) for f in spec.fields]

    def split(self, batch: pa.RecordBatch) -> Iterator[tuple[tuple[Any, ...], pa.RecordBatch]]:
        """The batch's rows by partition, whose values are in Iceberg's own form."""
        if not batch.num_rows:
            return
        if not self._fields:
            yield (), batch
            return
        columns = [transformed(f, _column(batch, path), dtype) for f, path, dtype in self._fields]
        codes = np.zeros(batch.num_rows, np.int64)
        for c in columns:
            codes = np.unique(codes, return_inverse=True)[1]
            encoded = c.dictionary_encode(null_encoding="encode")
            codes = codes * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy(zero_copy_only=False)
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        ends = np.cumsum(np.bincount(inverse))
        start = 0
        for at, end in zip(first, ends, strict=True):
            values = tuple(internal(c[int(at)]) for c in columns)
            rows = batch if len(ends) == 1 else batch.take(pa.array(order[start:end]))
            yield values, rows
            start = end


def _path(schema: Schema, number: int) -> tuple[int, ...]:
    """The places that lead from the outermost columns to a field."""

    def walk(fields: Sequence[it.NestedField]) -> tuple[int, ...] | None:
        for i, f in enumerate(fields):
            if f.field_id == number:
                return (i,)
            inner = walk(f.field_type.fields) if isinstance(f.field_type, it.StructType) else None
            if inner is not None:
                return (i, *inner)
        return None

    found = walk(schema.fields)
    if found is None:
        raise ValidationError(f"no column has the number {number}")
    return found


def _column(batch: pa.RecordBatch, path: tuple[int, ...]) -> pa.Array:
    array = batch.column(path[0])
    for i in path[1:]:
        array = pc.struct_field(array, [i])
    return array


def internal(scalar: pa.Scalar) -> Any:
    """A value in the form in which manifests keep it: dates are days, moments microseconds."""
    if not scalar.is_valid:
        return None
    if pa.types.is_date32(scalar.type):
        return int(scalar.cast(pa.int32()).as_py())
    if pa.types.is_timestamp(scalar.type):
        return int(scalar.cast(pa.int64()).as_py())
    return scalar.as_py()


def transformed(transform: Transform[Any, Any], values: pa.Array, dtype: it.IcebergType) -> pa.Array:
    """The partition values of a column's."""
    match transform:
        case tr.IdentityTransform():
            return values
        case tr.VoidTransform():
            return pa.nulls(len(values), pa.int32())
        case tr.YearTransform() | tr.MonthTransform():
            return _calendar(transform, values)
        case tr.DayTransform():
            if pa.types.is_date32(values.type):
                return values.cast(pa.int32())
            return _floored(values, _DAY_US)
        case tr.HourTransform():
            return _floored(values, _HOUR_US)
        case tr.TruncateTransform() if isinstance(dtype, (it.IntegerType, it.LongType)):
            numbers = values.fill_null(0).to_numpy(zero_copy_only=False)
            width = transform.width
            return pa.array(numbers - np.mod(numbers, width), values.type, mask=_nulls(values))
        case tr.TruncateTransform() if isinstance(dtype, it.StringType):
            return pc.utf8_slice_codeunits(values, 0, transform.width)
        case tr.BucketTransform() if isinstance(dtype, _HASHED_AS_LONG):
            numbers = values.cast(pa.int32()) if pa.types.is_date32(values.type) else values
            longs = numbers.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
            buckets = (_murmur3(longs) & 0x7FFFFFFF) % transform.num_buckets
            return pa.array(buckets.astype(np.int32), pa.int32(), mask=_nulls(values))
    return _by_value(transform, values, dtype)


_HASHED_AS_LONG: Final = (it.IntegerType, it.LongType, it.DateType, it.TimestampType, it.TimestamptzType)


def _by_value(transform: Transform[Any, Any], values: pa.Array, dtype: it.IcebergType) -> pa.Array:
    """Each distinct value's transform, by the library."""
    encoded = values.dictionary_encode()
    apply = transform.transform(dtype)
    kind = pa.int32() if isinstance(transform, tr.BucketTransform) else values.type
    made = pa.array([apply(internal(v)) for v in encoded.dictionary], kind)
    return made.take(encoded.indices)


def _nulls(values: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), bool)


def _calendar(transform: Transform[Any, Any], values: pa.Array) -> pa.Array:
    moments = values.cast(pa.timestamp("us")) if pa.types.is_timestamp(values.type) else values
    years = pc.subtract(pc.year(moments), 1970)
    if isinstance(transform, tr.MonthTransform):
        years = pc.add(pc.multiply(years, 12), pc.subtract(pc.month(moments), 1))
    return years.cast(pa.int32())


def _floored(values: pa.Array, unit_us: int) -> pa.Array:
    numbers = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return pa.array(np.floor_divide(numbers, unit_us).astype(np.int32), pa.int32(), mask=_nulls(values))


def _murmur3(longs: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The hash of each number's eight bytes, seed 0 (MurmurHash3_x86_32)."""
    words = np.ascontiguousarray(longs, "<i8").view("<u4").reshape(-1, 2)
    h = np.zeros(len(longs), np.uint32)
    with np.errstate(over="ignore"):
        for i in range(2):
            k = words[:, i] * np.uint32(0xCC9E2D51)
            k = ((k << np.uint32(15)) | (k >> np.uint32(17))) * np.uint32(0x1B873593)
            h ^= k
            h = ((h << np.uint32(13)) | (h >> np.uint32(19))) * np.uint32(5) + np.uint32(0xE6546B64)
        h ^= np.uint32(8)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
        return h ^ (h >> np.uint32(16))
