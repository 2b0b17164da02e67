"""Lines of CSV to typed columns, with Spark's treatment of malformed records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.functions.casts import cast_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    column,
    func,
    is_not_null,
    is_null,
    not_,
    null,
    number,
    op,
    text,
)
from hiveframe.functions.text_leaves import local_decimals
from hiveframe.lake.csv.options import DROP_MALFORMED, FAIL_FAST, CsvOptions
from hiveframe.lake.csv.splitting import Split
from hiveframe.lake.csv.tokens import blanks, token_list, token_value
from hiveframe.lake.lines import LINE
from hiveframe.lake.partition_columns import PATH
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.lake.text_values import parse_text
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType, sql_name

_TOKENS = "__tokens"


@dataclass(frozen=True, slots=True)
class CsvColumns:
    """The columns of the records: `schema` as the user sees them, `corrupt` the place of the corrupt-record column."""

    schema: StructType
    corrupt: int | None

    def token_of(self, position: int) -> int:
        """The number of the token (from 0) that fills the column at `position`."""
        return position - (1 if self.corrupt is not None and position > self.corrupt else 0)

    @property
    def token_count(self) -> int:
        return len(self.schema.fields) - (0 if self.corrupt is None else 1)


def csv_columns(schema: StructType, options: CsvOptions) -> CsvColumns:
    """The columns, checked: CSV holds atomic types only, and the corrupt-record column is text."""
    corrupt: int | None = None
    for i, f in enumerate(schema.fields):
        if f.name.lower() == options.corrupt_column.lower():
            if not isinstance(f.dtype, t.StringType):
                name, actual = f"`{f.name}`", f'"{sql_name(f.dtype)}"'
                raise analysis_error("INVALID_CORRUPT_RECORD_TYPE", columnName=name, actualType=actual)
            corrupt = i
        elif isinstance(f.dtype, t.VariantType) and options.variant_column is not None:
            continue
        elif isinstance(f.dtype, (t.ArrayType, t.MapType, t.StructType, t.VariantType)):
            raise analysis_error(
                "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                format="CSV",
                columnName=f"`{f.name}`",
                columnType=f'"{sql_name(f.dtype)}"',
            )
    return CsvColumns(schema, corrupt)


def csv_records(lines: exp.Select, options: CsvOptions) -> exp.Select:
    """The lines that are records: neither blank nor comments."""
    line = column(LINE)
    blank = op("and", op("<=", func("ascii", line), number(32)), op("=", func("trim", line.copy(), blanks()), text("")))
    select = exp.Select(expressions=[exp.Star()]).from_(subquery(lines, "__all")).where(not_(blank), copy=False)
    if options.comment:
        select = select.where(not_(func("starts_with", line.copy(), text(options.comment))), copy=False)
    return select


def token_columns(
    records: exp.Select, options: CsvOptions, tokens: Sequence[int], keep: Sequence[str], split: Split
) -> exp.Select:
    """The fields numbered `tokens` as VARCHAR columns `v<n>`, with the columns `keep` of the records."""
    if not tokens:
        return select_from(subquery(records, "__records"), [(k, column(k)) for k in keep])
    listed = select_from(
        subquery(records, "__records"),
        [(_TOKENS, token_list(column(LINE), options, split)), *((k, column(k)) for k in keep)],
    )
    fields = [(f"v{n}", token_value(func("list_extract", column(_TOKENS), number(n + 1)), options)) for n in tokens]
    count = ("__count", func("len", column(_TOKENS)))
    return select_from(subquery(listed, "__split"), [count, *fields, *((k, column(k)) for k in keep)])


def refuse_corrupt_alone(columns: CsvColumns, needed: Sequence[int]) -> None:
    """Files are not read for the sake of malformed records alone."""
    if [*needed] == [columns.corrupt]:
        raise analysis_error("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN")


def csv_rows(
    records: exp.Select,
    columns: CsvColumns,
    needed: Sequence[int],
    options: CsvOptions,
    keep: Sequence[str],
    split: Split,
    context: EmitContext,
) -> exp.Select:
    """The needed columns as `f<i>`, with the columns `keep` of the records (partition values, path).

    A record is malformed when a needed field does not fit its type or, where all columns are read, when it has too
    few or too many fields: Spark prunes columns before it parses.
    """
    data = [i for i in needed if i != columns.corrupt]
    wants_corrupt = columns.corrupt is not None and columns.corrupt in needed
    judges = bool(data) and (wants_corrupt or options.mode in (DROP_MALFORMED, FAIL_FAST))
    carried = list(dict.fromkeys([*keep, *([LINE] if wants_corrupt else []), *([PATH] if judges else [])]))
    fields = token_columns(records, options, [columns.token_of(i) for i in data], carried, split)
    parsed: list[tuple[str, Sql]] = []
    for i in data:
        f = columns.schema.fields[i]
        parsed.append((f"f{i}", _parsed(column(f"v{columns.token_of(i)}"), f.dtype, options, context)))
    if not judges:
        if wants_corrupt:
            parsed.append((f"f{columns.corrupt}", cast(null(), "VARCHAR")))
        return select_from(subquery(fields, "__fields"), [*parsed, *((k, column(k)) for k in keep)])
    checks_count = len(data) == columns.token_count
    raw = [f"v{columns.token_of(i)}" for i in data]
    typed = select_from(subquery(fields, "__fields"), [*parsed, *((n, column(n)) for n in ("__count", *raw, *carried))])
    bad = _malformed(columns, data, checks_count)
    return _judged(typed, columns, data, wants_corrupt, bad, options, keep, context)


def variant_rows(
    records: exp.Select,
    columns: CsvColumns,
    needed: Sequence[int],
    options: CsvOptions,
    keep: Sequence[str],
    value: tuple[Sql, Sql],
    context: EmitContext,
) -> exp.Select:
    """Each record as one VARIANT; `value` is that, and whether the record is malformed. Columns as in `csv_rows`."""
    if columns.token_count != 1:
        raise analysis_error("INVALID_SINGLE_VARIANT_COLUMN", schema=f'"{sql_name(columns.schema)}"')
    data = [i for i in needed if i != columns.corrupt]
    outputs = [*((f"f{i}", value[0]) for i in data), ("__bad", value[1])]
    carried = list(dict.fromkeys([*keep, LINE, PATH]))
    typed = select_from(subquery(records, "__records"), [*outputs, *((k, column(k)) for k in carried)])
    wants_corrupt = columns.corrupt is not None and columns.corrupt in needed
    return _judged(typed, columns, data, wants_corrupt, column("__bad"), options, keep, context)


def _parsed(token: Sql, dtype: DataType, options: CsvOptions, context: EmitContext) -> Sql:
    if isinstance(dtype, (t.YearMonthIntervalType, t.DayTimeIntervalType, t.CalendarIntervalType, t.TimeType)):
        return cast_value(token, t.STRING, dtype, "try", None, context)
    if isinstance(dtype, t.DecimalType) and options.is_american:
        return parse_text(func("replace", token, text(","), text("")), dtype, options.rules)
    if isinstance(dtype, t.DecimalType):
        read = partial(local_decimals, locale=options.locale, dtype=dtype)
        return func(context.kernel("local_decimal", read, (t.STRING,), dtype), token)
    return parse_text(token, dtype, options.rules)


def _malformed(columns: CsvColumns, data: Sequence[int], checks_count: bool) -> Sql:
    signs: list[Sql] = []
    if checks_count:
        signs.append(op("!=", column("__count"), number(columns.token_count)))
    for i in data:
        if not isinstance(columns.schema.fields[i].dtype, (t.StringType, t.CharType, t.VarcharType)):
            token = column(f"v{columns.token_of(i)}")
            signs.append(op("and", is_null(column(f"f{i}")), is_not_null(token)))
    return reduce(lambda a, b: op("or", a, b), signs) if signs else exp.false()


def _judged(
    typed: exp.Select,
    columns: CsvColumns,
    data: Sequence[int],
    wants_corrupt: bool,
    bad: Sql,
    options: CsvOptions,
    keep: Sequence[str],
    context: EmitContext,
) -> exp.Select:
    outputs: list[tuple[str, Sql]] = [(f"f{i}", column(f"f{i}")) for i in data]
    if wants_corrupt:
        outputs.append((f"f{columns.corrupt}", case((bad, column(LINE)))))
    outputs += [(k, column(k)) for k in keep]
    select = select_from(subquery(typed, "__typed"), outputs)
    if options.mode == DROP_MALFORMED:
        return select.where(not_(bad.copy()), copy=False)
    if options.mode == FAIL_FAST:
        path = func("concat", text("file://"), column(PATH))
        failure = context.raise_error("SparkException", "FAILED_READ_FILE.NO_HINT", {"path": path}, t.BOOLEAN, None)
        return select.where(case((bad.copy(), failure), default=exp.true()), copy=False)
    return select
