"""Lines of JSON to typed columns, with Spark's treatment of malformed records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import reduce

from sqlglot import exp

from hiveframe.errors import analysis_error
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json_lenient import Leniency, strict_json_kernel
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    column,
    func,
    is_null,
    lambda_,
    not_,
    null,
    op,
    param,
    physical_field_names,
    physical_type,
    text,
)
from hiveframe.lake.csv.options import DROP_MALFORMED, FAIL_FAST
from hiveframe.lake.json.options import JsonOptions
from hiveframe.lake.json.values import JsonValues, direct_type, is_object, json_variant
from hiveframe.lake.lines import LINE, UNDECODED
from hiveframe.lake.partition_columns import PATH
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.types import StructType, sql_name

RECORD = "__record"
"""The column that carries one record as standard JSON; NULL where it is malformed."""

_PARSED = "__parsed"
_TRAILING_COMMA = r",[ \t\r\n]*[}\]]"
_NON_NUMBER = "NaN|INF|Infinity"


def corrupt_position(schema: StructType, options: JsonOptions) -> int | None:
    """Where the corrupt-record column stands in `schema`; it must be text."""
    for i, f in enumerate(schema.fields):
        if f.name.lower() == options.corrupt_column.lower():
            if not isinstance(f.dtype, t.StringType):
                name, actual = f"`{f.name}`", f'"{sql_name(f.dtype)}"'
                raise analysis_error("INVALID_CORRUPT_RECORD_TYPE", columnName=name, actualType=actual)
            return i
    return None


def is_plain(line: Sql, leniency: Leniency) -> Sql:
    """Whether DuckDB's JSON reader takes the text and reads it as Jackson would."""
    if leniency.has_limits:
        return exp.false()
    odd = _TRAILING_COMMA if leniency.non_numbers else f"{_TRAILING_COMMA}|{_NON_NUMBER}"
    return op("and", func("json_valid", line), not_(func("regexp_matches", line.copy(), text(odd))))


def json_lines(lines: exp.Select) -> exp.Select:
    """The lines that are not blank."""
    select = exp.Select(expressions=[exp.Star()]).from_(subquery(lines, "__all"))
    blank = op("=", func("trim", column(LINE), text(" \t\r\n")), text(""))
    return select.where(not_(blank), copy=False)


def json_records(lines: exp.Select, keep: Sequence[str], leniency: Leniency, context: EmitContext) -> exp.Select:
    """One row a record: an array's elements, or the value itself. An array that holds anything but objects is one
    malformed record; an empty one is none."""
    function = context.kernel("strict_json", strict_json_kernel(leniency), (t.STRING,), t.STRING)
    line = column(LINE)
    plain = case((is_plain(line, leniency), line.copy()), default=func(function, line.copy()))
    kept = [(k, column(k)) for k in keep]
    documents = select_from(subquery(json_lines(lines), "__lines"), [("__document", plain), *kept])
    document = column("__document")
    is_array = func("starts_with", func("ltrim", document, text(" \t\r\n\ufeff")), text("["))
    items = cast(func("json_extract", document.copy(), text("$[*]")), "VARCHAR[]")
    one = func("list_value", document.copy())
    misfit = func("list_value", cast(null(), "VARCHAR"))
    objects = func("list_transform", items.copy(), lambda_(["r"], is_object(param("r"))))
    all_objects = func("coalesce", func("list_bool_and", objects), exp.true())
    expanded = case(
        (is_array, case((all_objects, items), default=misfit)),
        default=one,
    )
    return select_from(subquery(documents, "__documents"), [(RECORD, func("unnest", expanded)), *kept])


def refuse_corrupt_alone(schema: StructType, needed: Sequence[int], options: JsonOptions) -> None:
    """Files are not read for the sake of malformed records alone."""
    if [*needed] == [corrupt_position(schema, options)]:
        raise analysis_error("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN")


def json_rows(
    records: exp.Select,
    schema: StructType,
    needed: Sequence[int],
    options: JsonOptions,
    keep: Sequence[str],
    context: EmitContext,
    *,
    is_uniform: bool,
) -> exp.Select:
    """The needed columns as `f<i>` with the columns `keep`; `records` also carries LINE and PATH."""
    corrupt = corrupt_position(schema, options)
    data = [i for i in needed if i != corrupt]
    wants_corrupt = corrupt is not None and corrupt in needed
    judges = wants_corrupt or options.mode in (DROP_MALFORMED, FAIL_FAST)
    wanted = StructType(tuple(schema.fields[i] for i in data))
    record = case((is_object(column(RECORD)), column(RECORD)))
    # An empty object, JSON null and (judged malformed) anything else have no fields.
    values = _direct(wanted) if is_uniform and not options.leniency.has_limits else None
    misfits: list[Sql] = [func("coalesce", op("and", is_null(record.copy()), _is_not_null_literal()), exp.false())]
    if values is None:
        strict = JsonValues(options.rules, context, options.leniency.most_characters)
        converted = strict.members(column(_PARSED), wanted)
        values = [c.value for c in converted]
        misfits += [c.misfit for c in converted if c.misfit is not None]
    carried = [RECORD, *keep, *([LINE] if wants_corrupt else []), *([PATH] if judges else [])]
    carried = list(dict.fromkeys(carried))
    parsed = select_from(subquery(records, "__records"), [(_PARSED, record), *((k, column(k)) for k in carried)])
    outputs = [(f"f{i}", value) for i, value in zip(data, values, strict=True)]
    bad = reduce(lambda a, b: op("or", a, b), misfits)
    if judges:
        outputs.append(("__bad", bad))
    typed = select_from(subquery(parsed, "__parsed_rows"), [*outputs, *((k, column(k)) for k in carried)])
    if not judges:
        return typed
    return _judged(typed, data, corrupt if wants_corrupt else None, options, keep, context)


def variant_rows(
    lines: exp.Select,
    schema: StructType,
    needed: Sequence[int],
    options: JsonOptions,
    keep: Sequence[str],
    context: EmitContext,
) -> exp.Select:
    """Each line as one VARIANT (`singleVariantColumn`), arrays whole; columns as in `json_rows`."""
    corrupt = corrupt_position(schema, options)
    fields = [f for i, f in enumerate(schema.fields) if i != corrupt]
    if len(fields) != 1 or not isinstance(fields[0].dtype, t.VariantType):
        raise analysis_error("INVALID_SINGLE_VARIANT_COLUMN", schema=f'"{sql_name(schema)}"')
    carried = list(dict.fromkeys([*keep, LINE, PATH]))
    value = json_variant(column(LINE), context)
    made = select_from(
        subquery(json_lines(lines), "__lines"), [("__variant", value), *((k, column(k)) for k in carried)]
    )
    data = [i for i in needed if i != corrupt]
    outputs = [*((f"f{i}", column("__variant")) for i in data), ("__bad", is_null(column("__variant")))]
    typed = select_from(subquery(made, "__variants"), [*outputs, *((k, column(k)) for k in carried)])
    return _judged(typed, data, corrupt if corrupt in needed else None, options, keep, context)


def _is_not_null_literal() -> Sql:
    return func("coalesce", op("!=", func("trim", column(RECORD)), text("null")), exp.true())


def _direct(wanted: StructType) -> list[Sql] | None:
    """Every column by DuckDB's own reading, or None when one needs Spark's rules."""
    kinds = {f.name: direct_type(f.dtype) for f in wanted.fields}
    names = physical_field_names(wanted)
    if any(kind is None for kind in kinds.values()) or names != [f.name for f in wanted.fields]:
        return None
    if not names:
        return []
    made = func("json_transform", column(_PARSED), text(json.dumps(kinds)))
    return [
        cast(func("struct_extract", made.copy(), text(n)), physical_type(f.dtype))
        for n, f in zip(names, wanted.fields, strict=True)
    ]


def _judged(
    typed: exp.Select,
    data: Sequence[int],
    corrupt: int | None,
    options: JsonOptions,
    keep: Sequence[str],
    context: EmitContext,
) -> exp.Select:
    outputs: list[tuple[str, Sql]] = [(f"f{i}", column(f"f{i}")) for i in data]
    if corrupt is not None:
        outputs.append((f"f{corrupt}", case((column("__bad"), func("ltrim", column(LINE), text(UNDECODED))))))
    outputs += [(k, column(k)) for k in keep]
    select = select_from(subquery(typed, "__typed"), outputs)
    if options.mode == DROP_MALFORMED:
        return select.where(not_(column("__bad")), copy=False)
    if options.mode == FAIL_FAST:
        path = func("concat", text("file://"), column(PATH))
        failure = context.raise_error("SparkException", "FAILED_READ_FILE.NO_HINT", {"path": path}, t.BOOLEAN, None)
        return select.where(case((column("__bad"), failure), default=exp.true()), copy=False)
    return select
