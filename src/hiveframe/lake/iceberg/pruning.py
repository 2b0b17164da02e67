"""Which of a snapshot's files a filter may need: by partition values, and by the bounds in manifests.

Source: Iceberg's table spec, "Manifests", "Bound serialization". Bounds of text may be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from pyiceberg import types as it
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.transforms import BucketTransform, IdentityTransform

from hiveframe.lake.iceberg.planning import PlannedFile
from hiveframe.lake.pruning import ColumnTest, Predicate, Zone, may_hold, must_hold
from hiveframe.lake.scan import ScanSource

_FLOATS: Final = (it.FloatType, it.DoubleType)
_BOUNDED: Final = (
    it.BooleanType,
    it.IntegerType,
    it.LongType,
    it.FloatType,
    it.DoubleType,
    it.DecimalType,
    it.DateType,
    it.TimestampType,
    it.TimestamptzType,
    it.StringType,
)
_SMALLER: Final[dict[type[it.IcebergType], tuple[int, it.PrimitiveType]]] = {
    it.LongType: (4, it.IntegerType()),
    it.DoubleType: (4, it.FloatType()),
}


class IcebergPruner:
    """Leaves out files that hold no row a filter lets pass, and tells of those of which it lets all pass."""

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source with the files that are left."""
        fields = source.state.schema.fields
        kept = {
            p.path
            for p, spec in _planned(source)
            if may_hold(predicates, zones_of(p.data, spec, fields)) and _bucket_fits(predicates, p.data, spec, fields)
        }
        return source.restricted(kept) if len(kept) < len(source.files) else source

    def whole(self, source: ScanSource, predicates: Sequence[Predicate]) -> set[str]:
        """The paths of files of which every row is known to fulfil all predicates."""
        fields = source.state.schema.fields
        return {p.path for p, spec in _planned(source) if must_hold(predicates, zones_of(p.data, spec, fields))}


def _planned(source: ScanSource) -> Iterator[tuple[PlannedFile, PartitionSpec]]:
    """The source's files as manifests tell of them, with the specs of their partitions."""
    pinned = source.state
    planned = {p.path: p for p in pinned.files()}
    specs = {s.spec_id: s for s in pinned.table.metadata.partition_specs}
    for f in source.files:
        found = planned[f.path]
        yield found, specs[found.data.spec_id]


def zones_of(data: DataFile, spec: PartitionSpec, fields: Sequence[it.NestedField]) -> Callable[[int], Zone | None]:
    """What is known of a file's values, by the places of `fields`."""
    identities = ((i, f.source_id) for i, f in enumerate(spec.fields) if isinstance(f.transform, IdentityTransform))
    held = {source: data.partition[i] for i, source in identities}

    def zone(position: int) -> Zone | None:
        f = fields[position]
        if f.field_id in held and isinstance(f.field_type, _BOUNDED):
            value = held[f.field_id]
            return Zone(value, value, null_count=int(value is None), row_count=1)
        if not isinstance(f.field_type, _BOUNDED):
            return None
        nulls = (data.null_value_counts or {}).get(f.field_id)
        return Zone(
            _bound((data.lower_bounds or {}).get(f.field_id), f.field_type),
            _bound((data.upper_bounds or {}).get(f.field_id), f.field_type),
            nulls,
            (data.value_counts or {}).get(f.field_id),
            may_have_nan=isinstance(f.field_type, _FLOATS),
        )

    return zone


def _bound(held: bytes | None, dtype: it.IcebergType) -> Any:
    """A bound in storage form; that of a column whose type has grown is of the smaller type."""
    if held is None or not isinstance(dtype, it.PrimitiveType):
        return None
    length, smaller = _SMALLER.get(type(dtype), (-1, dtype))
    return from_bytes(smaller if len(held) == length else dtype, held)


def _bucket_fits(
    predicates: Sequence[Predicate], file: DataFile, spec: PartitionSpec, fields: Sequence[it.NestedField]
) -> bool:
    """Whether the file's buckets are among those that equality with constants leaves."""
    buckets = [(i, f) for i, f in enumerate(spec.fields) if isinstance(f.transform, BucketTransform)]
    for test in predicates:
        if not isinstance(test, ColumnTest) or test.operator not in ("=", "in"):
            continue
        source = fields[test.position]
        for i, f in buckets:
            if f.source_id == source.field_id:
                bucket = f.transform.transform(source.field_type)
                if file.partition[i] not in {bucket(value) for value in test.values}:
                    return False
    return True
