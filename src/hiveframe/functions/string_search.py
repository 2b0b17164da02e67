"""Finding text in text: positions, prefixes, parts between delimiters, distances."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from hiveframe.functions import byte_strings
from hiveframe.functions.by_row import by_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    ANY,
    STRING_EVEN_BINARY,
    Binder,
    Emit,
    Function,
    NullRule,
    ParamLike,
    always_null,
    any_null,
    optional,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, is_null, null, number, op, physical_type, text
from hiveframe.functions.strings import by_kernel, constant_of, is_ascii, is_bytes
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType


def _present(*values: Sql) -> Sql:
    condition = is_not_null(values[0])
    for value in values[1:]:
        condition = op("and", condition, is_not_null(value))
    return condition


def _emit_instr(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(func("instr", *args), "INTEGER")


def _emit_locate(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """A start that is NULL or below 1 finds nothing; an empty text is found at 1 whatever the start."""
    part, source, start = args
    if constant_of(call.args[2]) == 1:
        return cast(func("instr", source, part), "INTEGER")

    def build(first: Sql) -> Sql:
        found = func("instr", func("substring", source, first), part)
        place = op("-", op("+", found, first), number(1))
        return case(
            (is_null(first), number(0)),
            (op("<", first, number(1)), case((_present(source, part), number(0)))),
            (op("=", part, text("")), case((is_not_null(source), number(1)))),
            (op("=", found, number(0)), number(0)),
            default=place,
        )

    return cast(let(cast(start, "BIGINT"), ctx, build), "INTEGER")


def _bind_matched(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """Bytes with bytes; anything else as text."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        both = all(is_bytes(a) for a in args)
        dtype: DataType = t.BINARY if both else t.STRING
        bound = tuple(binder.cast(a, dtype) for a in args)
        return Call(name, bound, t.BOOLEAN, both or any_null(bound))

    return bind


def _emit_matched(duck_name: str, kernel: Callable[..., pa.Array]) -> Emit:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        return by_kernel(kernel)(call, args, ctx) if is_bytes(call.args[0]) else func(duck_name, *args)

    return emit


def _emit_split_part(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """An empty delimiter splits nothing; part 0 is an error."""
    source, delimiter, place = args
    part = func("split_part", source, delimiter, place)
    if not constant_of(call.args[1]):
        whole = op("=", func("abs", cast(place, "BIGINT")), number(1))
        nothing = case((is_not_null(place), func("left", source, number(0))))
        part = case((op("=", delimiter, text("")), case((whole, source), default=nothing)), default=part)
    if constant_of(call.args[2]):
        return part
    fails = op("and", op("=", place, number(0)), _present(source, delimiter))
    zero = ctx.raise_error("SparkRuntimeException", "INVALID_INDEX_OF_ZERO", {}, t.STRING, call.context)
    return case((fails, zero), default=part)


def _emit_substring_index(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Parts joined again, when no two occurrences of a known delimiter can overlap; else a kernel."""
    delimiter, count = constant_of(call.args[1]), constant_of(call.args[2])
    if not isinstance(delimiter, str) or not isinstance(count, int) or _overlaps_itself(delimiter):
        return by_kernel(substring_indices)(call, args, ctx)
    if count == 0 or not delimiter:
        return func("left", args[0], number(0))
    if count == 1:
        return func("split_part", args[0], args[1], number(1))
    if count == -1:
        return func("split_part", args[0], args[1], number(-1))
    parts = func("string_split", args[0], args[1])
    first, last = (number(1), number(count)) if count > 0 else (number(count), number(-1))
    return func("array_to_string", func("list_slice", parts, first, last), args[1])


def _overlaps_itself(delimiter: str) -> bool:
    return any(delimiter[:n] == delimiter[-n:] for n in range(1, len(delimiter)))


def substring_index(value: str, delimiter: str, count: int) -> str:
    """What stands before the count-th delimiter from the left, or after it from the right; they may overlap."""
    if not delimiter or count == 0:
        return ""
    if count > 0:
        place = -1
        for _ in range(count):
            place = value.find(delimiter, place + 1)
            if place < 0:
                return value
        return value[:place]
    place = len(value) - len(delimiter) + 1
    for _ in range(-count):
        place = value.rfind(delimiter, 0, place + len(delimiter) - 1)
        if place < 0:
            return value
    return value[place + len(delimiter) :]


def substring_indices(values: pa.Array, delimiters: pa.Array, counts: pa.Array) -> pa.Array:
    """`substring_index` of each row."""
    return by_row(substring_index, pa.string(), [values, delimiters, counts])


def _emit_find_in_set(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    place = func("list_position", func("string_split", args[1], text(",")), args[0])
    return cast(case((_present(*args), func("coalesce", place, number(0)))), "INTEGER")


def _bind_elt(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    values = args[1:]
    if not all(isinstance(v.dtype, (t.AtomicType, t.NullType)) for v in values):
        # The message lists all of them.
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex="second...",
            requiredType='"STRING" or "BINARY"',
            inputSql=",".join(binder.quoted(v) for v in values),
            inputType=",".join(f'"{t.sql_name(v.dtype)}"' for v in values),
        )
    dtype: DataType = t.BINARY if all(is_bytes(v) for v in values) else t.STRING
    return Call("elt", (args[0], *(binder.cast(v, dtype) for v in values)), dtype, True)


def _emit_elt(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    place, values = args[0], args[1:]
    branches = [(op("=", place, number(i)), v) for i, v in enumerate(values, 1)]
    if not ctx.ansi:
        return case(*branches, default=cast(null(), physical_type(call.dtype)))
    params: dict[str, Sql | str] = {"indexValue": cast(place, "VARCHAR"), "arraySize": str(len(values))}
    fails = ctx.raise_error("ArrayIndexOutOfBoundsException", "INVALID_ARRAY_INDEX", params, call.dtype, call.context)
    return case(*branches, (is_not_null(place), fails))


def _emit_levenshtein(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB counts bytes: texts that are not ASCII go through a kernel."""
    full = ctx.kernel("levenshtein", distances, [t.STRING, t.STRING], t.INT)
    ascii_ = op("and", is_ascii(args[0]), is_ascii(args[1]))
    distance = case((ascii_, cast(func("levenshtein", *args[:2]), "INTEGER")), default=func(full, *args[:2]))
    if len(args) == 2:
        return distance
    threshold = args[2] if isinstance(call.args[2], Literal) else func("coalesce", args[2], number(0))
    near = case((op("<=", distance, threshold), distance), (_present(*args[:2], threshold), number(-1)))
    return cast(near, "INTEGER")


def distance_between(left: str, right: str) -> int:
    """Levenshtein's distance in code points."""
    if len(left) < len(right):
        left, right = right, left
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def distances(left: pa.Array, right: pa.Array) -> pa.Array:
    """Levenshtein's distance of each row."""
    return by_row(distance_between, pa.int32(), [left, right])


def _bind_decode(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """`decode(bytes, charset)`, or `decode(x, search, result, …, default)` where NULL equals NULL.

    The default that is not given is NULL as a STRING, which the results meet as they meet any text.
    """
    if len(args) < 2:
        raise binder.error(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            functionName="`decode`",
            expectedNum="2",
            actualNum=str(len(args)),
            docroot="https://spark.apache.org/docs/latest",
        )
    if len(args) == 2:
        return binder.call("decode_charset", *args)
    subject, pairs = args[0], args[1:]
    branches: list[Expr] = []
    for search, result in zip(pairs[::2], pairs[1::2], strict=False):
        branches += [binder.call("<=>", subject, search), result]
    default = pairs[-1] if len(pairs) % 2 else Literal(None, t.STRING)
    return binder.call("when", *branches, default)


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    *,
    result: DataType = t.STRING,
    doc: str,
    since: str,
    emit: Emit | None = None,
    nullable: NullRule = any_null,
    bind: Callable[[Binder, tuple[Expr, ...]], Expr] | None = None,
    aliases: tuple[str, ...] = (),
) -> Function:
    return Function(
        name,
        params,
        result,
        nullable,
        emit=emit,
        bind=bind,
        aliases=aliases,
        doc=doc,
        group="string",
        since=since,
    )


def _matched(name: str, duck_name: str, kernel: Callable[..., pa.Array], doc: str) -> Function:
    params = (STRING_EVEN_BINARY, STRING_EVEN_BINARY)
    bind = _bind_matched(name)
    return _row(
        name, params, result=t.BOOLEAN, bind=bind, emit=_emit_matched(duck_name, kernel), doc=doc, since="3.3.0"
    )


register(
    _row(
        "instr",
        (t.STRING, t.STRING),
        result=t.INT,
        emit=_emit_instr,
        doc="Where the second text is first found in the first, from 1; 0 when it is not.",
        since="1.5.0",
    ),
    _row(
        "locate",
        (t.STRING, t.STRING, optional(t.INT, 1)),
        result=t.INT,
        nullable=lambda args: args[0].nullable or args[1].nullable,
        emit=_emit_locate,
        aliases=("position",),
        doc="Where the first text is found in the second at or after a position, from 1; 0 when it is not.",
        since="1.5.0",
    ),
    _matched("contains", "contains", byte_strings.contained, "Whether the first text holds the second."),
    _matched("startswith", "starts_with", byte_strings.started, "Whether the first text starts with the second."),
    _matched("endswith", "ends_with", byte_strings.ended, "Whether the first text ends with the second."),
    _row(
        "split_part",
        (t.STRING, t.STRING, t.INT),
        nullable=always_null,
        emit=_emit_split_part,
        doc="The n-th part between delimiters, from the end when n is negative; empty when there is none.",
        since="3.3.0",
    ),
    _row(
        "substring_index",
        (t.STRING, t.STRING, t.INT),
        emit=_emit_substring_index,
        doc="What stands before the n-th delimiter, or after it from the right when n is negative.",
        since="1.5.0",
    ),
    _row(
        "find_in_set",
        (t.STRING, t.STRING),
        result=t.INT,
        emit=_emit_find_in_set,
        doc="The place of a text in a list separated by commas, from 1; 0 when it is not there.",
        since="1.5.0",
    ),
    _row(
        "elt",
        (t.INT, ANY, rest(ANY)),
        bind=_bind_elt,
        emit=_emit_elt,
        doc="The n-th of the arguments after n.",
        since="2.0.0",
    ),
    _row(
        "levenshtein",
        (t.STRING, t.STRING, optional(t.INT)),
        result=t.INT,
        emit=_emit_levenshtein,
        doc="How many characters must change to make one text of the other; -1 above the threshold.",
        since="1.5.0",
    ),
    _row(
        "decode",
        (rest(ANY),),
        bind=_bind_decode,
        doc="Bytes read in a character set; or the result that goes with the first search value equal to the first.",
        since="1.5.0",
    ),
)
