"""Functions about the session, the rows' place, and types; and the type names that cast: `int(x)`, `date(x)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pyarrow as pa
from sqlglot import exp

from hiveframe.functions.binding import wrong_count
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.mersenne import PlacedWords, uuid_text
from hiveframe.functions.registry import ANY, Binder, Function, Param, never_null, register, rest
from hiveframe.functions.seeds import literal_seed
from hiveframe.functions.sql import Sql, cast, func, number, op, text
from hiveframe.functions.time_gate import check_enabled
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Cast, Expr, Literal, WindowCall
from hiveframe.plan.types import DataType, simple_string
from hiveframe.plan.walk import preorder

VERSION: Final = "4.2.0 hiveframe"

_CASTS: Final[dict[str, DataType]] = {
    "boolean": t.BOOLEAN,
    "tinyint": t.BYTE,
    "smallint": t.SHORT,
    "int": t.INT,
    "bigint": t.LONG,
    "float": t.FLOAT,
    "double": t.DOUBLE,
    "decimal": t.DecimalType(10, 0),
    "date": t.DATE,
    "time": t.TIME,
    "timestamp": t.TIMESTAMP,
    "binary": t.BINARY,
    "string": t.STRING,
}


def _cast_to(name: str, dtype: DataType) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        made = binder.cast(args[0], dtype)
        return made if made is not args[0] else Cast(args[0], dtype, nullable=args[0].nullable, implicit=True)

    def shown(texts: Sequence[str]) -> str:
        return texts[0]

    doc = f"The value as {name.upper()}."
    checks = (_check_time,) if isinstance(dtype, t.TimeType) else ()
    return Function(name, (ANY,), bind=bind, shows=shown, doc=doc, group="conversion", since="2.0.1", checks=checks)


def _check_time(binder: Binder, args: tuple[Expr, ...]) -> None:
    check_enabled(binder)


def _bind_cast(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """CAST called like a function: Spark lists it, and there is no number of arguments that it takes."""
    raise wrong_count("cast", "0", len(args))


def _session(
    name: str, what: str, doc: str, since: str, *, aliases: tuple[str, ...] = (), shown: str | None = None
) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        return Literal(binder.session_value(what), t.STRING)

    shows = None if shown is None else lambda texts: shown
    return Function(name, (), bind=bind, aliases=aliases, shows=shows, doc=doc, group="misc", since=since)


def _bind_path(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    current = f"{binder.session_value('catalog')}.{binder.session_value('namespace')}"
    return Literal(f"system.builtin,system.session,{current}", t.STRING)


def _constant(value: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    return lambda binder, args: Literal(value, t.STRING)


def _bind_typeof(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    name = Literal(simple_string(args[0].dtype), t.STRING)
    if any(isinstance(e, (AggCall, WindowCall)) for e in preorder(args[0], Expr)):
        return Call("typeof", (args[0], name), t.STRING, False)  # one row a group all the same
    return name


def _emit_typeof(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return args[1]


def _bind_uuid(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return Call("uuid", literal_seed(binder, "UUID", args), t.STRING, False)


def _emit_uuid(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Of a seeded one the optimiser says the row's partition and its place there: four words a row."""
    if len(args) < 3:
        return cast(func("uuid"), "VARCHAR")
    seed = call.args[0]
    assert isinstance(seed, Literal)
    numbers = PlacedWords(seed.value)

    def kernel(partitions: pa.Array, places: pa.Array) -> pa.Array:
        made = []
        for partition, place in zip(partitions.to_pylist(), places.to_pylist(), strict=True):
            a, b, c, d = numbers.words(partition, 4 * place + 4)[4 * place : 4 * place + 4].tolist()
            made.append(uuid_text(a << 32 | b, c << 32 | d))
        return pa.array(made, pa.string())

    return func(ctx.kernel("uuid", kernel, [t.INT, t.LONG], t.STRING), *args[1:])


def _emit_row_id(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Rows counted from 0: all are in one partition."""
    return op("-", exp.Window(this=func("row_number")), number(1))


def _file_row(name: str, result: DataType, emit: Callable[[Sql], Sql], doc: str, since: str) -> Function:
    """A function that analysis binds to what is known of the file: that is its argument."""
    return Function(
        name,
        (ANY,),
        result,
        never_null,
        emit=lambda call, args, ctx: emit(args[0]),
        doc=doc,
        group="misc",
        since=since,
    )


def _file_url(path: Sql) -> Sql:
    """`file:/a` as `file:///a`; nothing where there is no file."""
    return func("replace", path, text("file:/"), text("file:///"))


register(
    _file_row("input_file_name", t.STRING, _file_url, "The file that the row is from.", "1.6.0"),
    _file_row("input_file_block_start", t.LONG, lambda x: x, "Where the row's block begins in its file.", "2.2.0"),
    _file_row("input_file_block_length", t.LONG, lambda x: x, "How many bytes the row's block has.", "2.2.0"),
    *(_cast_to(name, dtype) for name, dtype in _CASTS.items()),
    Function(
        "cast",
        (rest(ANY),),
        bind=_bind_cast,
        doc="The value as another type: CAST(value AS type).",
        group="conversion",
        since="1.0.0",
    ),
    Function(
        "typeof",
        (ANY,),
        nullable=never_null,
        bind=_bind_typeof,
        emit=_emit_typeof,
        doc="The name of the value's type.",
        group="misc",
        since="3.0.0",
    ),
    Function("version", (), bind=_constant(VERSION), doc="The version.", group="misc", since="3.0.0"),
    _session("current_user", "user", "The user.", "3.2.0", aliases=("user", "session_user")),
    Function("current_path", (), bind=_bind_path, doc="Where routines are looked for.", group="misc", since="4.2.0"),
    _session("current_catalog", "catalog", "The current catalog.", "3.1.0"),
    _session(
        "current_schema",
        "namespace",
        "The current database.",
        "3.4.0",
        aliases=("current_database",),
        shown="current_schema()",
    ),
    Function(
        "uuid",
        (Param((ANY,), optional=True, name="seed"),),
        bind=_bind_uuid,
        nullable=never_null,
        emit=_emit_uuid,
        shows=lambda texts: "uuid()",
        deterministic=False,
        doc="A random UUID.",
        group="misc",
        since="2.3.0",
    ),
    Function(
        "monotonically_increasing_id",
        (),
        t.LONG,
        nullable=never_null,
        emit=_emit_row_id,
        deterministic=False,
        doc="A number that grows from row to row.",
        group="misc",
        since="1.4.0",
    ),
    Function(
        "distributed_sequence_id",
        (),
        t.LONG,
        nullable=never_null,
        emit=_emit_row_id,
        deterministic=False,
        doc="The row's number, counted from 0.",
        group="internal",
        is_internal=True,
    ),
    Function(
        "spark_partition_id",
        (),
        t.INT,
        nullable=never_null,
        emit=lambda call, args, ctx: cast(number(0), "INTEGER"),
        label="SPARK_PARTITION_ID",
        deterministic=False,
        doc="The row's partition: all rows are in one.",
        group="misc",
        since="1.4.0",
    ),
)
