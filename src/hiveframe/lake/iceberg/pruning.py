"""Which of a snapshot's files a filter may need: by partition values, and by the bounds in manifests.

Source: Iceberg's table spec, "Manifests", "Bound serialization". Bounds of text may be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from pyiceberg import types as it
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.transforms import BucketTransform, IdentityTransform

from hiveframe.lake.pruning import ColumnTest, FilePruner, Predicate, Zone, ZoneOf, exact_zone, may_hold
from hiveframe.lake.scan import ScanFile, ScanSource

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


class IcebergPruner(FilePruner):
    """Knows files by what manifests say of their partitions and columns."""

    def zones(self, source: ScanSource) -> Callable[[ScanFile], ZoneOf]:
        """What is known of each of the source's files."""
        described, fields = _described(source), source.state.schema.fields
        return lambda file: zones_of(*described(file), fields)

    def some(self, source: ScanSource, predicates: Sequence[Predicate]) -> set[str]:
        """The paths of files of which some rows may fulfil all predicates, by their buckets as well."""
        described, fields = _described(source), source.state.schema.fields

        def may_fit(file: ScanFile) -> bool:
            data, spec = described(file)
            return may_hold(predicates, zones_of(data, spec, fields)) and _bucket_fits(predicates, data, spec, fields)

        return {f.path for f in source.files if may_fit(f)}


def _described(source: ScanSource) -> Callable[[ScanFile], tuple[DataFile, PartitionSpec]]:
    """What manifests say of a file, and the spec of its partition."""
    pinned = source.state
    data = {p.path: p.data for p in pinned.files()}
    specs = {s.spec_id: s for s in pinned.table.metadata.partition_specs}
    return lambda file: (data[file.path], specs[data[file.path].spec_id])


def zones_of(data: DataFile, spec: PartitionSpec, fields: Sequence[it.NestedField]) -> ZoneOf:
    """What is known of a file's values, by the places of `fields`."""
    identities = ((i, f.source_id) for i, f in enumerate(spec.fields) if isinstance(f.transform, IdentityTransform))
    held = {source: data.partition[i] for i, source in identities}

    def zone(position: int) -> Zone | None:
        f = fields[position]
        if f.field_id in held and isinstance(f.field_type, _BOUNDED):
            return exact_zone(held[f.field_id])
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
