"""Partition columns spelled in folder names (`year=2013/month=01`): discovery, types, values.

Source: Spark SQL guide, "Partition Discovery"; behaviour checked against Spark 4.2 (`PartitioningUtils`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, SparkRuntimeException
from hiveframe.lake import partition_values as pv
from hiveframe.lake.options import Options
from hiveframe.lake.paths import FoundFile, Listing, file_uri, local_path
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructField, StructType

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
# The characters that Spark escapes in folder names (ExternalCatalogUtils.charToEscape, on POSIX systems).
_ESCAPED = frozenset("\"#%'*/:=?\\{[]^\x7f") | {chr(c) for c in range(1, 32)}


@dataclass(frozen=True, slots=True)
class Partitioned:
    """Partition columns and, file by file, the values; `files` leaves out what Spark would not read.

    `hive_layout` says that every folder spells the columns alike, so that an engine can read them off the path.
    """

    schema: StructType
    files: tuple[tuple[FoundFile, tuple[Any, ...]], ...]
    hive_layout: bool = True


def unescape(text: str) -> str:
    """A folder name's value with `%xx` resolved."""
    return _ESCAPE.sub(lambda m: chr(int(m.group(1), 16)), text) if "%" in text else text


def escape(text: str) -> str:
    """A value as Spark spells it in a folder name."""
    if _ESCAPED.isdisjoint(text):
        return text
    return "".join(f"%{ord(c):02X}" if c in _ESCAPED else c for c in text)


def folder_name(column: str, value: str | None) -> str:
    """`column=value`, NULL and the empty string as the default partition."""
    return f"{escape(column)}={pv.DEFAULT_PARTITION if value in (None, '') else escape(str(value))}"


def folder_texts(folder: str, columns: Sequence[str]) -> dict[str, str | None]:
    """The values that a folder `a=1/b=x` spells for `columns`, as text; None for NULL."""
    spelled = dict(segment.partition("=")[::2] for segment in folder.split("/") if "=" in segment)
    texts = {unescape(name): _text(value) for name, value in spelled.items()}
    return {name: texts[name] for name in columns}


def discover(
    listing: Listing,
    options: Options,
    *,
    given: Mapping[str, DataType] | None = None,
    infer_types: bool = True,
    time_zone: str = "UTC",
) -> Partitioned:
    """Partition columns of a listing. `given` fixes types by lower-case column name (a table's or user's schema)."""
    if options.flag("recursiveFileLookup"):
        return Partitioned(StructType(), tuple((f, ()) for f in listing.files))
    bases = _base_paths(listing, options)
    folders: dict[str, list[FoundFile]] = {}
    for file in listing.files:
        folders.setdefault(os.path.dirname(file.path), []).append(file)
    parsed = {folder: _parse_folder(folder, bases) for folder in folders}
    with_values = {folder: p for folder, p in parsed.items() if p and p[0]}
    if not with_values:
        roots = set(listing.roots)
        kept = tuple((f, ()) for f in listing.files if f.path in roots or os.path.dirname(f.path) in roots)
        return Partitioned(StructType(), kept)
    _check_bases([p[1] for p in with_values.values()])
    names = _check_names({folder: [name for name, _ in p[0]] for folder, p in with_values.items()})
    raws = {folder: tuple(raw for _, raw in p[0]) for folder, p in with_values.items()}
    schema, values = _typed(names, raws, given or {}, infer_types, time_zone)
    files = tuple((f, values[folder]) for folder, found in folders.items() if folder in values for f in found)
    return Partitioned(schema, files, is_hive_layout(values, [f.name for f in schema.fields]))


def spelled_values(spec: str, schema: StructType, time_zone: str) -> tuple[Any, ...]:
    """The values, in storage form, that `a=1/b=x` spells for the partition columns of `schema`."""
    texts: dict[str, str | None] = {}
    for segment in spec.split("/"):
        name, _, value = segment.partition("=")
        texts[unescape(name).lower()] = _text(value)
    return tuple(pv.cast(texts[f.name.lower()], f.dtype, time_zone) for f in schema.fields)


def is_hive_layout(folders: Iterable[str], names: Sequence[str]) -> bool:
    """Whether every folder has the same `key=` segments from the root of the file system on, `names` last and as is."""
    spelled = {tuple(s.partition("=")[0] for s in f.split("/") if "=" in s) for f in folders}
    if len(spelled) != 1:
        return False
    keys = next(iter(spelled))
    return len({k.lower() for k in keys}) == len(keys) and keys[len(keys) - len(names) :] == tuple(names)


def _base_paths(listing: Listing, options: Options) -> set[str]:
    base = options.get("basePath")
    if base is None:
        files = {f.path for f in listing.files}
        return {os.path.dirname(root) if root in files else root for root in listing.roots}
    local = local_path(base)
    if not os.path.exists(local):
        raise IllegalArgumentException("INVALID_BASE_PATH", {"path": base, "reason": "it does not exist"})
    if not os.path.isdir(local):
        raise IllegalArgumentException("INVALID_BASE_PATH", {"path": base, "reason": "it is not a directory"})
    return {local}


def _parse_folder(folder: str, bases: set[str]) -> tuple[list[tuple[str, str]], str] | None:
    """The (column, raw value) pairs up to the base, and where they start; None below a temporary folder."""
    columns: list[tuple[str, str]] = []
    current = folder
    while True:
        name = os.path.basename(current)
        if name.lower() == "_temporary":
            return None
        if current in bases:
            break
        column = _parse_segment(name)
        if column is not None:
            columns.append(column)
        parent = os.path.dirname(current)
        if (column is None and columns) or parent == current:
            break
        current = parent
    columns.reverse()
    return columns, current


def _parse_segment(segment: str) -> tuple[str, str] | None:
    name, equals, value = segment.partition("=")
    if not equals:
        return None
    if not name:
        raise SparkRuntimeException("EMPTY_PARTITION_COLUMN_NAME", {"columnSpec": segment})
    if not value:
        raise SparkRuntimeException("EMPTY_PARTITION_COLUMN_VALUE", {"columnSpec": segment})
    return unescape(name), value


def _check_bases(starts: Sequence[str]) -> None:
    distinct = list(dict.fromkeys(starts))
    if len(distinct) > 1:
        shown = "".join(f"\n\t{file_uri(p)}" for p in distinct) + "\n"
        raise SparkRuntimeException("CONFLICTING_DIRECTORY_STRUCTURES", {"discoveredBasePaths": shown})


def _check_names(by_folder: Mapping[str, list[str]]) -> list[str]:
    """The partition columns' names, spelled as in the last folder (as Spark keeps them)."""
    lists: dict[tuple[str, ...], list[str]] = {}
    for names in by_folder.values():
        lists[tuple(n.lower() for n in names)] = names
    if len(lists) > 1:
        rows = sorted(", ".join(names) for names in lists.values())
        listed = "".join(f"\n\tPartition column name list #{i}: {row}" for i, row in enumerate(rows)) + "\n"
        paths = "".join(f"\n\t{file_uri(p)}" for p in sorted(by_folder))
        params = {"distinctPartColLists": listed, "suspiciousPaths": paths}
        raise SparkRuntimeException("CONFLICTING_PARTITION_COLUMN_NAMES", params)
    return next(iter(lists.values()))


def _typed(
    names: Sequence[str],
    raws: Mapping[str, tuple[str | None, ...]],
    given: Mapping[str, DataType],
    infer_types: bool,
    time_zone: str,
) -> tuple[StructType, dict[str, tuple[Any, ...]]]:
    fields: list[StructField] = []
    columns: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        texts = {folder: _text(raw[i]) for folder, raw in raws.items()}
        dtype = given.get(name.lower())
        if dtype is None:
            dtype = pv.infer_type(texts.values()) if infer_types else t.STRING
        fields.append(StructField(name, dtype))
        columns.append({folder: pv.parse(text, dtype, time_zone, column=name) for folder, text in texts.items()})
    values = {folder: tuple(column[folder] for column in columns) for folder in raws}
    return StructType(tuple(fields)), values


def _text(raw: str | None) -> str | None:
    if raw is None or raw == pv.DEFAULT_PARTITION:
        return None
    return unescape(raw)
