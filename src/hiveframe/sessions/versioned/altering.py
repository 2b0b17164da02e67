"""ALTER TABLE on tables that keep versions: a new definition as a commit; files stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.catalog.entities import DEFAULT, Table, Term
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.tables.table import Definition
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import (
    ArrayType,
    DataType,
    MapType,
    StructField,
    StructType,
    as_nullable,
    sql_name,
)
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned import evolving, schema_merging
from hiveframe.sessions.versioned.checks import CONSTRAINT, check_of, constraints
from hiveframe.sessions.versioned.opened import Opened
from hiveframe.sql.parser import parse_expression

Args = Mapping[str, Any]
Action = Callable[[CommandSession, Table, Opened, Args], None]
Change = Callable[[list[StructField]], list[StructField]]
_MAPPING: Final = "delta.columnMapping.mode"


def _commit(
    target: Opened, definition: Definition, operation: str, parameters: Mapping[str, Any], *, reads: bool = False
) -> None:
    write = target.begin()
    write.define(definition)
    write.commit(operation, parameters, reads=reads)


def _with_fields(target: Opened, path: Sequence[str], change: Change) -> Definition:
    """The definition after a change to the fields of the struct that a path leads to."""
    definition = target.definition
    changed = _changed(definition.schema, path, change)
    assert isinstance(changed, StructType)
    return replace(definition, schema=changed)


def _changed(dtype: DataType, path: Sequence[str], change: Change) -> DataType:
    match dtype:
        case StructType(fields) if not path:
            return StructType(tuple(change(list(fields))))
        case StructType(fields):
            i = _index(fields, path[0])
            inner = replace(fields[i], dtype=_changed(fields[i].dtype, path[1:], change))
            return StructType((*fields[:i], inner, *fields[i + 1 :]))
        case ArrayType(element, contains_null) if path and path[0].lower() == "element":
            return ArrayType(_changed(element, path[1:], change), contains_null)
        case MapType(key, value, contains_null) if path and path[0].lower() == "value":
            return MapType(key, _changed(value, path[1:], change), contains_null)
        case MapType(key, value, contains_null) if path and path[0].lower() == "key":
            return MapType(_changed(key, path[1:], change), value, contains_null)
    raise analysis_error("INVALID_FIELD_NAME", fieldName=quoted(*path), path=quoted(*path[:-1]))


def _index(fields: Sequence[StructField], name: str) -> int:
    for i, f in enumerate(fields):
        if f.name.lower() == name.lower():
            return i
    known = ", ".join(quoted(f.name) for f in fields)
    raise analysis_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=quoted(name), proposal=known)


def _add_columns(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    from hiveframe.sessions.commands.tables import column_field

    definition = target.definition
    for d in args["columns"]:
        if d.default is not None:
            _refuse_default(table)
        new = column_field(session, d)
        if not new.nullable and target.provider == "iceberg":
            raise unsupported("adding a column that is NOT NULL to an Iceberg table")
        new = StructField(new.name, as_nullable(new.dtype), new.nullable, new.metadata)

        def add(
            fields: list[StructField], new: StructField = new, position: tuple[str, ...] | None = d.position
        ) -> list[StructField]:
            if any(f.name.lower() == new.name.lower() for f in fields):
                raise analysis_error("FIELD_ALREADY_EXISTS", op="add", fieldNames=quoted(new.name), struct="STRUCT")
            return _placed(fields, new, position)

        definition = _with_fields(_as(target, definition), d.name[:-1], add)
    _commit(target, definition, "ADD COLUMNS", {"columns": [".".join(d.name) for d in args["columns"]]})


def _refuse_default(table: Table) -> None:
    """Rows that are there have no value for a new column, and no format but ours could say what they read as."""
    raise analysis_error("ADD_DEFAULT_UNSUPPORTED", statementType="ALTER TABLE ADD COLUMNS", dataSource=table.provider)


def _as(target: Opened, definition: Definition) -> Opened:
    """The table as it will be after part of a statement."""
    return replace(target, planned=definition)


def _placed(fields: list[StructField], new: StructField, position: tuple[str, ...] | None) -> list[StructField]:
    place = len(fields)
    if position is not None:
        place = 0 if position[0].upper() == "FIRST" else _index(fields, position[1]) + 1
    return [*fields[:place], new, *fields[place:]]


def _needs_mapping(target: Opened, operation: str) -> None:
    if target.provider == "delta" and target.definition.properties.get(_MAPPING, "none") == "none":
        raise analysis_error("DELTA_COLUMN_MAPPING_NEEDED", operation=operation, tableName=target.name)


def _refuse_dependent(target: Opened, path: Sequence[str], operation: str) -> None:
    """Columns that partition the table, or that a constraint names, stay."""
    name = path[0].lower()
    definition = target.definition
    divides = {*definition.partition_columns, *(x.column for x in definition.terms)}
    divides |= {o.term.column for o in definition.orderings}
    if ".".join(path).lower() in (p.lower() for p in divides) and operation == "DROP COLUMN":
        raise unsupported(f"{operation} of the partition column {quoted(*path)}")
    if operation == "DROP COLUMN" and any(_renamed(c, path, "") != c for c in definition.cluster_by):
        raise unsupported(f"{operation} of {quoted(*path)}, which the table is clustered by")
    for constraint, text in constraints(definition).items():
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text.lower()):
            raise unsupported(f"{operation} of {quoted(*path)}, which the constraint {constraint} ({text}) names")


def _drop_columns(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    _needs_mapping(target, "DROP COLUMN")
    definition = target.definition
    for path in args["names"]:
        _refuse_dependent(target, path, "DROP COLUMN")

        def drop(fields: list[StructField], name: str = path[-1]) -> list[StructField]:
            if args.get("if_exists") and all(f.name.lower() != name.lower() for f in fields):
                return fields
            del fields[_index(fields, name)]
            if not fields:
                raise unsupported("dropping the last column of a table or struct")
            return fields

        definition = _with_fields(_as(target, definition), path[:-1], drop)
    _commit(target, definition, "DROP COLUMNS", {"columns": [".".join(p) for p in args["names"]]})


def _rename_column(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    _needs_mapping(target, "RENAME COLUMN")
    old, new = args["old"], args["new"]
    _refuse_dependent(target, old, "RENAME COLUMN")

    def rename(fields: list[StructField]) -> list[StructField]:
        i = _index(fields, old[-1])
        if any(f.name.lower() == new.lower() for f in fields[:i] + fields[i + 1 :]):
            raise analysis_error("FIELD_ALREADY_EXISTS", op="rename", fieldNames=quoted(new), struct="STRUCT")
        fields[i] = replace(fields[i], name=new)
        return fields

    definition = _with_fields(target, old[:-1], rename)
    definition = _renamed_terms(definition, ".".join(old), ".".join((*old[:-1], new)))
    if len(old) == 1:
        held = definition.partition_columns
        definition = replace(
            definition, partition_columns=tuple(new if p.lower() == old[0].lower() else p for p in held)
        )
    clustered = tuple(_renamed(name, old, new) for name in definition.cluster_by)
    definition = replace(definition, cluster_by=clustered)
    _commit(target, definition, "RENAME COLUMN", {"oldColumnPath": ".".join(old), "newColumnPath": new})


def _renamed_terms(definition: Definition, old: str, new: str) -> Definition:
    """The fields that divide and sort rows, after a column's renaming."""

    def renamed(term: Term) -> Term:
        is_inner = term.column.lower().startswith(f"{old.lower()}.")
        if term.column.lower() != old.lower() and not is_inner:
            return term
        return replace(term, column=new + term.column[len(old) :])

    orderings = tuple(replace(o, term=renamed(o.term)) for o in definition.orderings)
    return replace(definition, terms=tuple(renamed(x) for x in definition.terms), orderings=orderings)


def _renamed(dotted: str, old: Sequence[str], new: str) -> str:
    """A column or field, with dots, after the rename of one that it is, or is in."""
    parts = dotted.split(".")
    if [p.lower() for p in parts[: len(old)]] != [p.lower() for p in old]:
        return dotted
    return ".".join((*parts[: len(old) - 1], new, *parts[len(old) :]))


def _alter_column(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    path = args["name"]

    def alter(fields: list[StructField]) -> list[StructField]:
        i = _index(fields, path[-1])
        altered = _altered(table, target, fields[i], args)
        rest = fields[:i] + fields[i + 1 :]
        if args.get("position") is not None:
            return _placed(rest, altered, args["position"])
        return [*fields[:i], altered, *fields[i + 1 :]]

    definition = _with_fields(target, path[:-1], alter)
    if args.get("nullable") is False and target.provider == "iceberg":
        raise unsupported("SET NOT NULL on Iceberg tables, whose readers may rely on what columns could hold before")
    if args.get("nullable") is False:
        _check_no_nulls(session, target, path)
    _commit(target, definition, "CHANGE COLUMN", {"column": ".".join(path)}, reads=args.get("nullable") is False)


def _altered(table: Table, target: Opened, f: StructField, args: Args) -> StructField:
    dtype = args.get("dtype") or f.dtype
    if dtype != f.dtype and not _may_widen(target, f.dtype, dtype):
        raise refused_type(table, f, dtype)
    altered = altered_column(f, dtype, args)
    if dtype != f.dtype and target.definition.properties.get("delta.enableTypeWidening", "false").lower() == "true":
        return replace(altered, metadata=schema_merging.with_type_change(dict(altered.metadata), f.dtype, dtype))
    return altered


def refused_type(table: Table, f: StructField, dtype: DataType) -> Exception:
    """NOT_SUPPORTED_CHANGE_COLUMN: the rows that are there do not read as the new type."""
    return analysis_error(
        "NOT_SUPPORTED_CHANGE_COLUMN",
        table=quoted(*table.parts),
        originName=quoted(f.name),
        originType=f'"{sql_name(f.dtype)}"',
        newName=quoted(f.name),
        newType=f'"{sql_name(dtype)}"',
    )


def altered_column(f: StructField, dtype: DataType, args: Args) -> StructField:
    """The column with its new type, comment, default and nullability; what `args` lacks stays."""
    metadata = dict(f.metadata)
    if args.get("comment") is not None:
        metadata["comment"] = args["comment"]
    if "default" in args:
        metadata.pop(DEFAULT, None)
        if args["default"] is not None:
            metadata[DEFAULT] = args["default"]
    nullable = f.nullable if args.get("nullable") is None else bool(args["nullable"])
    return StructField(f.name, dtype, nullable, metadata)


def _may_widen(target: Opened, held: DataType, wanted: DataType) -> bool:
    """Whether rows written as `held` read as `wanted`: with type widening, or for text lengths that only grow."""
    match held, wanted:
        case (t.VarcharType(old), t.VarcharType(new)):
            return new >= old
        case (t.VarcharType() | t.CharType(), t.StringType()):
            return True
    if target.provider == "iceberg":
        from hiveframe.lake.iceberg.columns import may_widen  # loads pyiceberg, as the table has done

        return may_widen(held, wanted)
    if target.definition.properties.get("delta.enableTypeWidening", "false").lower() != "true":
        return False
    return schema_merging.may_widen(held, wanted)


def _check_no_nulls(session: CommandSession, target: Opened, path: Sequence[str]) -> None:
    missing = spec.Function(("isnull",), (spec.Attribute(tuple(path)),))
    count = _count(session, target, missing)
    if count:
        raise analysis_error("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", columnName=quoted(*path))


def _count(session: CommandSession, target: Opened, condition: spec.Expr) -> int:
    rows = spec.Filter(spec.OpenedSource(target.source(session)), condition)
    counted = spec.Aggregate(rows, (), (spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",)),))
    return int(session.environment.collect(session.analyze(counted))[0][0])


def _replace_columns(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    raise unsupported("REPLACE COLUMNS on tables that keep versions; drop and add the columns")


def _set_properties(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    given = dict(args["properties"])
    comment = given.pop("comment", target.definition.comment)
    definition = replace(target.definition, properties={**target.definition.properties, **given}, comment=comment)
    _commit(target, definition, "SET TBLPROPERTIES", {"properties": given})


def _unset_properties(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    held = target.definition.properties
    missing = [k for k in args["keys"] if k not in held]
    if missing and not args.get("if_exists"):
        shown = ", ".join(quoted(k) for k in missing)
        raise analysis_error("UNSET_NONEXISTENT_PROPERTIES", properties=shown, table=quoted(*table.parts))
    kept = {k: v for k, v in held.items() if k not in args["keys"]}
    _commit(target, replace(target.definition, properties=kept), "UNSET TBLPROPERTIES", {"properties": args["keys"]})


def _cluster_by(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    if target.definition.partition_columns:
        raise unsupported("CLUSTER BY on a table that is partitioned")
    columns = tuple(args["columns"])
    for column in columns:
        _index(target.definition.schema.fields, column.split(".")[0])
    _commit(
        target, replace(target.definition, cluster_by=columns), "CLUSTER BY", {"newClusteringColumns": list(columns)}
    )


def _add_constraint(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """A CHECK constraint that every row there fulfils already."""
    if target.provider == "iceberg":
        raise unsupported("CHECK constraints on Iceberg tables")
    name = args["name"]
    key, expression = check_of(name, args["text"])
    held = target.definition.properties
    if key in held:
        raise analysis_error("DELTA_CONSTRAINT_ALREADY_EXISTS", constraintName=name, oldConstraint=held[key])
    condition = parse_expression(expression, conf=session.settings)
    fails = spec.Function(("not",), (spec.Function(("coalesce",), (condition, spec.Literal(False, t.BOOLEAN))),))
    count = _count(session, target, fails)
    if count:
        raise analysis_error(
            "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
            numRows=str(count),
            tableName=target.name,
            checkConstraint=expression,
        )
    write = target.begin()
    write.define(replace(target.definition, properties={**held, key: expression}))
    write.commit("ADD CONSTRAINT", {"name": name, "expr": expression}, reads=True)


def _drop_constraint(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    key = CONSTRAINT + args["name"].lower()
    held = target.definition.properties
    if key not in held:
        if args.get("if_exists"):
            return
        raise analysis_error("DELTA_CONSTRAINT_DOES_NOT_EXIST", constraintName=args["name"], tableName=target.name)
    kept = {k: v for k, v in held.items() if k != key}
    _commit(target, replace(target.definition, properties=kept), "DROP CONSTRAINT", {"name": args["name"]})


def _drop_feature(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """Versions that other engines may still read need what they were written with; none is given up here."""
    raise unsupported(f"DROP FEATURE {args['name']}; copy the rows into a table without it")


def _refused(what: str) -> Action:
    def refuse(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
        raise unsupported(f"{what} on tables that keep versions: their log says which files and partitions there are")

    return refuse


ACTIONS: Final[Mapping[str, Action]] = {
    "add_columns": _add_columns,
    "drop_columns": _drop_columns,
    "rename_column": _rename_column,
    "alter_column": _alter_column,
    "replace_columns": _replace_columns,
    "set_properties": _set_properties,
    "unset_properties": _unset_properties,
    "cluster_by": _cluster_by,
    "add_constraint": _add_constraint,
    "drop_constraint": _drop_constraint,
    "drop_feature": _drop_feature,
    "add_partition": _refused("ADD PARTITION"),
    "drop_partition": _refused("DROP PARTITION"),
    "rename_partition": _refused("RENAME PARTITION"),
    "recover_partitions": _refused("RECOVER PARTITIONS"),
    "add_partition_field": evolving.add_partition_field,
    "drop_partition_field": evolving.drop_partition_field,
    "replace_partition_field": evolving.replace_partition_field,
    "write_order": evolving.write_order,
    "make_reference": evolving.make_reference,
    "drop_reference": evolving.drop_reference,
}
