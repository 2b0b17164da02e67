"""Builders for DuckDB expressions: short names over sqlglot's tree. No SQL text is ever written by hand.

Calls go out as `exp.Anonymous` so that sqlglot renders exactly what is asked for and rewrites nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlglot import exp

from hiveframe.functions.registry import Emit
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

Sql = exp.Expression


def func(name: str, *args: Sql) -> Sql:
    """`name(args)`."""
    return exp.Anonymous(this=name, expressions=list(args))


def text(value: str) -> Sql:
    """A VARCHAR literal."""
    return exp.Literal.string(value)


def number(value: int) -> Sql:
    """An integer literal of DuckDB's own choice of type (INTEGER or wider)."""
    return exp.Neg(this=exp.Literal.number(-value)) if value < 0 else exp.Literal.number(value)


def null() -> Sql:
    """A bare NULL."""
    return exp.Null()


def true() -> Sql:
    """TRUE."""
    return exp.Boolean(this=True)


def false() -> Sql:
    """FALSE."""
    return exp.Boolean(this=False)


def ident(name: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=name, quoted=True)


def column(name: str, table: str | None = None) -> Sql:
    """A column by name."""
    return exp.Column(this=ident(name), table=ident(table) if table else None)


def column_name(column_id: int) -> str:
    """The DuckDB name of the column with this id."""
    return f"c{column_id}"


def cast(child: Sql, duck_type: str | exp.DataType) -> Sql:
    """`CAST(child AS duck_type)`."""
    to = raw_type(duck_type) if isinstance(duck_type, str) else duck_type
    return exp.Cast(this=child, to=to)


def try_cast(child: Sql, duck_type: str | exp.DataType) -> Sql:
    """`TRY_CAST(child AS duck_type)`."""
    to = raw_type(duck_type) if isinstance(duck_type, str) else duck_type
    return exp.TryCast(this=child, to=to)


def raw_type(name: str) -> exp.DataType:
    """A DuckDB type by the name it is written with (`HUGEINT`, `DECIMAL(10,2)`), one of our own constants.

    A pseudo-type is what sqlglot writes by its name alone; of any other it asks at each rendering what kind it is.
    """
    return exp.PseudoType(this=name)


_OPERATORS: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "//": exp.IntDiv,
    "%": exp.Mod,
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "and": exp.And,
    "or": exp.Or,
    "||": exp.DPipe,
    "&": exp.BitwiseAnd,
    "|": exp.BitwiseOr,
    "<<": exp.BitwiseLeftShift,
    ">>": exp.BitwiseRightShift,
    "is": exp.Is,
    "is distinct from": exp.NullSafeNEQ,
    "is not distinct from": exp.NullSafeEQ,
}


def op(symbol: str, left: Sql, right: Sql) -> Sql:
    """`(left symbol right)` with DuckDB's meaning: `/` divides as DOUBLE, `//` floors."""
    return exp.Paren(this=_OPERATORS[symbol](this=left, expression=right))


def not_(child: Sql) -> Sql:
    """`NOT child`."""
    return exp.Paren(this=exp.Not(this=exp.Paren(this=child)))


def neg(child: Sql) -> Sql:
    """`-(child)`."""
    return exp.Paren(this=exp.Neg(this=exp.Paren(this=child)))


def is_null(child: Sql) -> Sql:
    """`child IS NULL`."""
    return op("is", child, exp.Null())


def is_not_null(child: Sql) -> Sql:
    """`child IS NOT NULL`."""
    return not_(is_null(child))


def case(*branches: tuple[Sql, Sql], default: Sql | None = None) -> Sql:
    """`CASE WHEN … THEN … ELSE … END`; only what follows ELSE when there are no branches."""
    if not branches and default is not None:
        return default
    return exp.Case(ifs=[exp.If(this=c, true=v) for c, v in branches], default=default)


def lambda_(params: list[str], body: Sql) -> Sql:
    """`LAMBDA x, y: body` as DuckDB writes it."""
    return exp.Lambda(this=body, expressions=[ident(p) for p in params], colon=True)


def param(name: str) -> Sql:
    """A lambda's parameter in its body."""
    return exp.Column(this=ident(name))


def lambda_name(variable_id: int) -> str:
    """The DuckDB name of the lambda parameter with this id."""
    return f"x{variable_id}"


def physical_field_names(struct: StructType) -> list[str]:
    """The DuckDB field names of a struct: the real ones when unique ignoring case and not empty, else `name#i`."""
    seen: set[str] = set()
    names: list[str] = []
    for i, f in enumerate(struct.fields):
        key = f.name.lower()
        if not f.name or key in seen:
            names.append(f"{f.name}#{i}")
        else:
            names.append(f.name)
        seen.add(key)
    return names


_PHYSICAL: dict[type[DataType], str] = {
    t.NullType: "INTEGER",
    t.BooleanType: "BOOLEAN",
    t.ByteType: "TINYINT",
    t.ShortType: "SMALLINT",
    t.IntegerType: "INTEGER",
    t.LongType: "BIGINT",
    t.FloatType: "FLOAT",
    t.DoubleType: "DOUBLE",
    t.StringType: "VARCHAR",
    t.CharType: "VARCHAR",
    t.VarcharType: "VARCHAR",
    t.BinaryType: "BLOB",
    t.DateType: "DATE",
    t.TimestampType: "TIMESTAMP WITH TIME ZONE",
    t.TimestampNTZType: "TIMESTAMP",
    t.TimeType: "TIME",
    t.YearMonthIntervalType: "INTEGER",
    t.DayTimeIntervalType: "BIGINT",
    t.CalendarIntervalType: "STRUCT(months INTEGER, days INTEGER, microseconds BIGINT)",
    t.VariantType: 'STRUCT("value" BLOB, "metadata" BLOB)',  # Spark's own bytes (ADR 5)
}


def physical_type(dtype: DataType) -> exp.DataType:
    """The DuckDB type that holds values of `dtype`."""
    return raw_type(physical_type_text(dtype))


NO_FIELD = "no_field"
"""The one field, always NULL, of a struct without fields: DuckDB has no such type."""


def physical_type_text(dtype: DataType) -> str:
    """`physical_type` as text; struct field names are quoted."""
    match dtype:
        case t.DecimalType(precision, scale):
            return f"DECIMAL({precision},{scale})"
        case t.ArrayType(element):
            return physical_type_text(element) + "[]"
        case t.MapType(key, value):
            return f"MAP({physical_type_text(key)}, {physical_type_text(value)})"
        case t.StructType(fields):
            if not fields:
                return f"STRUCT({NO_FIELD} INTEGER)"
            quoted = ['"' + name.replace('"', '""') + '"' for name in physical_field_names(dtype)]
            return (
                "STRUCT("
                + ", ".join(f"{n} {physical_type_text(f.dtype)}" for n, f in zip(quoted, fields, strict=True))
                + ")"
            )
        case t.UserDefinedType(storage):
            return physical_type_text(storage)
        case t.SpatialType():
            return 'STRUCT("srid" INTEGER, "wkb" BLOB)'
    return _PHYSICAL[type(dtype)]


def field(struct: Sql, dtype: StructType, position: int) -> Sql:
    """Field `position` of a struct value."""
    return func("struct_extract", struct, text(physical_field_names(dtype)[position]))


def struct_pack(dtype: StructType, values: list[Sql]) -> Sql:
    """A struct value with the physical field names of `dtype`."""
    pairs: list[Any] = [
        exp.PropertyEQ(this=ident(n), expression=v) for n, v in zip(physical_field_names(dtype), values, strict=True)
    ]
    return exp.Anonymous(this="struct_pack", expressions=pairs)


def decimal(value: Decimal, precision: int, scale: int) -> Sql:
    """A DECIMAL(precision, scale) literal."""
    return cast(text(format(value, "f")), f"DECIMAL({precision},{scale})")


def duck(name: str) -> Emit:
    """An emitter for a function that DuckDB has under `name` with the same arguments, result type and NULL rule."""
    return lambda call, args, ctx: func(name, *args)


def duck_cast(name: str) -> Emit:
    """Like `duck`, with the result cast to the call's physical type."""
    return lambda call, args, ctx: cast(func(name, *args), physical_type(call.dtype))
