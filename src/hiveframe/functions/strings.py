"""Text: joining, cutting, padding, trimming, case. Searching is in `string_search`, words in `string_words`.

Spark counts code points and so does DuckDB, except in `reverse` (grapheme clusters); its case mappings are one to one.
Where that could matter the text is first seen to be ASCII, which costs next to nothing. Bytes go to `byte_strings`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from hiveframe.functions import byte_strings
from hiveframe.functions.binding import wrong_input
from hiveframe.functions.by_row import by_row
from hiveframe.functions.coercion import common_type, implicit_cast
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    ANY,
    ARRAY,
    STRING_EVEN_BINARY,
    STRING_OR_BINARY,
    Binder,
    Emit,
    Function,
    NullRule,
    Param,
    ParamLike,
    ResultRule,
    always_null,
    any_null,
    either,
    optional,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType

INT_MAX = 2**31 - 1
_SPACE = Literal(" ", t.STRING)  # the pad that was not given, told by identity
_TEXTS = ArrayType(t.STRING, True)


def constant_of(expr: Expr) -> object:
    """A literal's value; None for NULL and for anything that is no literal."""
    return expr.value if isinstance(expr, Literal) else None


def is_null_constant(expr: Expr) -> bool:
    """Whether an argument is NULL, of whatever type."""
    while isinstance(expr, Cast):
        expr = expr.child
    return isinstance(expr, Literal) and expr.value is None


def is_ascii(value: Sql) -> Sql:
    """Whether a text has as many bytes as characters."""
    return op("=", func("strlen", value), func("length", value))


def is_bytes(expr: Expr) -> bool:
    """Whether an argument is a string of bytes."""
    return isinstance(expr.dtype, t.BinaryType)


def first_type(args: Sequence[Expr]) -> DataType:
    """The first argument's type."""
    return args[0].dtype


def by_kernel(kernel: Callable[..., pa.Array]) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """An emitter that calls an Arrow kernel with the arguments as they are."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        types = [a.dtype for a in call.args]
        return func(ctx.kernel(call.function, kernel, types, call.dtype), *args)

    return emit


def _bind_concat(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """Arrays in their common type, bytes when all are bytes, else text."""
    if any(isinstance(a.dtype, ArrayType) for a in args):
        return _concat_arrays(binder, args)
    target: DataType = t.BINARY if args and all(is_bytes(a) for a in args) else t.STRING
    for i, arg in enumerate(args):
        if not isinstance(arg.dtype, (t.AtomicType, t.NullType)):
            raise wrong_input(binder, args, i, '("STRING" or "BINARY" or "ARRAY")')
    args = tuple(binder.cast(a, target) for a in args)
    return Call("concat", args, target, any_null(args))


def _concat_arrays(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = common_type([a.dtype for a in args], ansi=binder.ansi)
    if not isinstance(dtype, ArrayType) or any(isinstance(a.dtype, t.NullType) for a in args):
        kinds = [t.STRING if isinstance(a.dtype, t.AtomicType) and not is_bytes(a) else a.dtype for a in args]
        listed = " or ".join(f'"{t.sql_name(d)}"' for d in kinds)
        raise binder.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`concat`", dataType=f"({listed})")
    args = tuple(binder.cast(a, dtype) for a in args)
    holds_null = any(isinstance(a.dtype, ArrayType) and a.dtype.contains_null for a in args)
    return Call("concat", args, ArrayType(dtype.element, holds_null), any_null(args))


def _emit_concat(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if not args:
        return text("")
    joined = args[0]
    for arg in args[1:]:
        joined = op("||", joined, arg)
    return joined


def _emit_concat_ws(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULLs are left out, arrays join element by element."""
    if len(args) == 1:
        return case((is_not_null(args[0]), text("")))
    return func("concat_ws", *args)


def _emit_substring(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB agrees but for position 0 (which is 1 to Spark) and negative lengths (which give nothing)."""
    if is_bytes(call.args[0]):
        return by_kernel(byte_strings.substrings)(call, args, ctx)
    value, position, count = args
    start, length = constant_of(call.args[1]), constant_of(call.args[2])
    if start == 0:
        position = number(1)
    elif start is None:
        position = let(position, ctx, lambda p: case((op("=", p, number(0)), number(1)), default=p))
    if length == INT_MAX:
        return func("substring", value, position)
    return func("substring", value, position, _at_least_zero(count, length, ctx))


def _at_least_zero(count: Sql, known: object, ctx: EmitContext) -> Sql:
    if isinstance(known, int):
        return number(max(known, 0))
    return let(count, ctx, lambda n: case((op("<", n, number(0)), number(0)), default=n))


def _emit_left(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if is_bytes(call.args[0]):
        return by_kernel(byte_strings.lefts)(call, args, ctx)
    return func("left", args[0], _at_least_zero(args[1], constant_of(call.args[1]), ctx))


def _emit_right(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("right", args[0], _at_least_zero(args[1], constant_of(call.args[1]), ctx))


def _emit_length(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(func("octet_length" if is_bytes(call.args[0]) else "length", *args), "INTEGER")


def _octets(call: Call, args: list[Sql]) -> Sql:
    return func("octet_length" if is_bytes(call.args[0]) else "strlen", *args)


def _emit_octet_length(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(_octets(call, args), "INTEGER")


def _emit_bit_length(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(op("*", _octets(call, args), number(8)), "INTEGER")


def _emit_cased(name: str, kernel: Callable[..., pa.Array]) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """DuckDB's mapping for ASCII; Unicode's full one (ß is SS, a last Σ is ς) for the rest."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        full = ctx.kernel(name, kernel, [t.STRING], t.STRING)
        return let(args[0], ctx, lambda s: case((is_ascii(s), func(name, s)), default=func(full, s)))

    return emit


def uppers(values: pa.Array) -> pa.Array:
    """Upper case by Unicode's full mappings."""
    return by_row(str.upper, pa.string(), [values])


def lowers(values: pa.Array) -> pa.Array:
    """Lower case by Unicode's full mappings."""
    return by_row(str.lower, pa.string(), [values])


def _emit_trim(name: str, *, source_first: bool = False) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """Spark trims spaces and nothing else; DuckDB's own default would trim every Unicode space."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        if len(args) == 2:
            source, characters = args if source_first else (args[1], args[0])
            return func(name, source, characters)
        return let(args[0], ctx, lambda s: case((_has_space(name, s), func(name, s, text(" "))), default=s))

    return emit


def _has_space(name: str, value: Sql) -> Sql:
    """Whether there is something to trim: looking is cheaper than trimming."""
    first, last = func("starts_with", value, text(" ")), func("ends_with", value, text(" "))
    return {"ltrim": first, "rtrim": last}.get(name) or op("or", first, last)


def _bind_trim(name: str, side: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """Messages count the text first and the characters second, and show the call as SQL's own TRIM."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        source_first = name == "btrim"
        ordered = args if len(args) == 1 or source_first else args[::-1]
        for i, arg in enumerate(ordered):
            if implicit_cast(arg.dtype, t.STRING, ansi=binder.ansi) is None:
                site = {}
                if len(args) == 2:
                    source, characters = (binder.quoted(a)[1:-1] for a in ordered)
                    site = {"sqlExpr": f'"TRIM({side} {characters} FROM {source})"'}
                raise wrong_input(binder, ordered, i, '"STRING"', **site)
        bound = tuple(binder.cast(a, t.STRING) for a in args)
        return Call(name, bound, t.STRING, any_null(bound))

    return bind


def _trim_shown(side: str) -> Callable[[Sequence[str]], str]:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")

    def shown(args: Sequence[str]) -> str:
        return f"{name}({args[0]})" if len(args) == 1 else f"TRIM({side} {args[0]} FROM {args[1]})"

    return shown


def _bind_pad(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """Bytes are padded with zero bytes, text with spaces; bytes and text meet as text."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        value, length, pad = args
        if pad is _SPACE and is_bytes(value):
            pad = Literal(b"\0", t.BINARY)
        dtype: DataType = t.BINARY if is_bytes(value) and is_bytes(pad) else t.STRING
        bound = (binder.cast(value, dtype), length, binder.cast(pad, dtype))
        return Call(name, bound, dtype, any_null(bound))

    return bind


def _emit_pad(name: str, kernel: Callable[..., pa.Array]) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        if is_bytes(call.args[0]):
            return by_kernel(kernel)(call, args, ctx)
        if constant_of(call.args[2]):
            return func(name, *args)
        # Without characters to pad with DuckDB raises, Spark only cuts.
        cut = func("left", args[0], _at_least_zero(args[1], None, ctx))
        return case((op("=", args[2], text("")), cut), default=func(name, *args))

    return emit


def _emit_reverse(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if isinstance(call.dtype, ArrayType):
        return func("list_reverse", *args)
    if is_bytes(call.args[0]):
        return by_kernel(byte_strings.reversed_bytes)(call, args, ctx)
    full = ctx.kernel("reverse", reversed_texts, [t.STRING], t.STRING)
    return let(args[0], ctx, lambda s: case((is_ascii(s), func("reverse", s)), default=func(full, s)))


def reversed_texts(values: pa.Array) -> pa.Array:
    """Code points in reverse order."""
    return by_row(lambda value: value[::-1], pa.string(), [values])


def _emit_space(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("repeat", text(" "), *args)


def _emit_quote(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    escaped = func("replace", args[0], text("'"), text("\\'"))
    return op("||", op("||", text("'"), escaped), text("'"))


def _bind_overlay(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if is_bytes(args[0]) != is_bytes(args[1]):
        kinds = [t.BINARY if is_bytes(a) else t.STRING for a in args[:2]]
        listed = " or ".join(f'"{t.sql_name(d)}"' for d in kinds)
        raise binder.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`overlay`", dataType=f"({listed})")
    dtype: DataType = t.BINARY if is_bytes(args[0]) else t.STRING
    bound = (binder.cast(args[0], dtype), binder.cast(args[1], dtype), *args[2:])
    return Call("overlay", bound, dtype, any_null(bound))


def _emit_overlay(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """What stands before the position, the replacement, and what stands after the characters replaced."""
    if is_bytes(call.args[0]):
        return by_kernel(byte_strings.overlaid)(call, args, ctx)
    value, new, position, count = args
    position = cast(position, "BIGINT")
    known = constant_of(call.args[3])
    length = (
        func("length", new) if known == -1 else case((op("<", count, number(0)), func("length", new)), default=count)
    )
    before = func("substring", value, number(1), func("greatest", op("-", position, number(1)), number(0)))
    rest_at = op("+", position, length)
    after = func("substring", value, case((op("=", rest_at, number(0)), number(1)), default=rest_at))
    return op("||", op("||", before, new), after)


def _duck(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    return lambda call, args, ctx: func(name, *args)


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    *,
    emit: Emit,
    doc: str,
    since: str = "1.5.0",
    result: DataType | ResultRule = t.STRING,
    nullable: NullRule = any_null,
    bind: Callable[[Binder, tuple[Expr, ...]], Expr] | None = None,
    shows: Callable[[Sequence[str]], str] | None = None,
    aliases: tuple[str, ...] = (),
) -> Function:
    return Function(
        name,
        params,
        result,
        nullable,
        emit=emit,
        bind=bind,
        shows=shows,
        aliases=aliases,
        doc=doc,
        group="string",
        since=since,
    )


register(
    _row(
        "concat",
        (rest(ANY),),
        bind=_bind_concat,
        emit=_emit_concat,
        doc="The arguments joined: text, bytes or arrays; NULL when any is NULL.",
    ),
    _row(
        "concat_ws",
        (
            t.STRING,
            rest(_TEXTS, t.STRING),
        ),
        emit=_emit_concat_ws,
        nullable=lambda args: args[0].nullable,
        doc="The texts and elements of arrays that are not NULL, joined by the separator.",
    ),
    _row(
        "substring",
        (
            either(t.STRING, t.BINARY),
            t.INT,
            optional(t.INT, INT_MAX),
        ),
        result=first_type,
        emit=_emit_substring,
        aliases=("substr",),
        doc="The part from a position (from 1; negative from the end) of at most the given length.",
    ),
    _row(
        "left",
        (
            either(t.STRING, t.BINARY),
            t.INT,
        ),
        result=first_type,
        emit=_emit_left,
        doc="The first n characters.",
        since="2.3.0",
    ),
    _row(
        "right",
        (
            t.STRING,
            t.INT,
        ),
        nullable=always_null,
        emit=_emit_right,
        doc="The last n characters.",
        since="2.3.0",
    ),
    _row(
        "length",
        (STRING_OR_BINARY,),
        result=t.INT,
        emit=_emit_length,
        aliases=("char_length", "character_length", "len"),
        doc="The number of characters of a text, or of bytes.",
    ),
    _row(
        "octet_length",
        (STRING_OR_BINARY,),
        result=t.INT,
        emit=_emit_octet_length,
        doc="The number of bytes.",
        since="2.3.0",
    ),
    _row(
        "bit_length", (STRING_OR_BINARY,), result=t.INT, emit=_emit_bit_length, doc="The number of bits.", since="2.3.0"
    ),
    _row(
        "upper",
        (t.STRING,),
        emit=_emit_cased("upper", uppers),
        aliases=("ucase",),
        doc="The text in upper case.",
        since="1.0.1",
    ),
    _row(
        "lower",
        (t.STRING,),
        emit=_emit_cased("lower", lowers),
        aliases=("lcase",),
        doc="The text in lower case.",
        since="1.0.1",
    ),
    _row(
        "trim",
        (ANY, optional(ANY)),
        bind=_bind_trim("trim", "BOTH"),
        emit=_emit_trim("trim"),
        shows=_trim_shown("BOTH"),
        doc="The text without spaces (or the given characters) at both ends.",
    ),
    _row(
        "ltrim",
        (ANY, optional(ANY)),
        bind=_bind_trim("ltrim", "LEADING"),
        emit=_emit_trim("ltrim"),
        shows=_trim_shown("LEADING"),
        doc="The text without spaces (or the given characters) at its start.",
    ),
    _row(
        "rtrim",
        (ANY, optional(ANY)),
        bind=_bind_trim("rtrim", "TRAILING"),
        emit=_emit_trim("rtrim"),
        shows=_trim_shown("TRAILING"),
        doc="The text without spaces (or the given characters) at its end.",
    ),
    _row(
        "btrim",
        (ANY, optional(ANY)),
        bind=_bind_trim("btrim", "BOTH"),
        emit=_emit_trim("trim", source_first=True),
        doc="The text without spaces (or the given characters) at both ends.",
        since="3.2.0",
    ),
    _row(
        "lpad",
        (
            STRING_EVEN_BINARY,
            t.INT,
            Param((STRING_EVEN_BINARY,), optional=True, default=_SPACE),
        ),
        bind=_bind_pad("lpad"),
        emit=_emit_pad("lpad", byte_strings.left_padded),
        doc="The text padded at its start to a length, or cut to it.",
    ),
    _row(
        "rpad",
        (
            STRING_EVEN_BINARY,
            t.INT,
            Param((STRING_EVEN_BINARY,), optional=True, default=_SPACE),
        ),
        bind=_bind_pad("rpad"),
        emit=_emit_pad("rpad", byte_strings.right_padded),
        doc="The text padded at its end to a length, or cut to it.",
    ),
    _row(
        "repeat",
        (
            t.STRING,
            t.INT,
        ),
        emit=_duck("repeat"),
        doc="The text n times.",
    ),
    _row(
        "reverse",
        (either(t.STRING, t.BINARY, ARRAY),),
        result=first_type,
        emit=_emit_reverse,
        doc="The characters, bytes or elements in reverse order.",
    ),
    _row(
        "replace",
        (
            t.STRING,
            t.STRING,
            optional(t.STRING, ""),
        ),
        emit=_duck("replace"),
        doc="The text with every occurrence of another replaced.",
        since="2.3.0",
    ),
    _row(
        "translate",
        (
            t.STRING,
            t.STRING,
            t.STRING,
        ),
        emit=_duck("translate"),
        doc="Characters of the second text replaced by those of the third at the same place.",
    ),
    _row("space", (t.INT,), emit=_emit_space, doc="n spaces."),
    _row(
        "quote",
        (t.STRING,),
        nullable=always_null,
        emit=_emit_quote,
        doc="The text in single quotes, quotes inside escaped.",
        since="4.1.0",
    ),
    _row(
        "overlay",
        (
            either(t.STRING, t.BINARY),
            either(t.STRING, t.BINARY),
            t.INT,
            Param((t.INT,), optional=True, default=Literal(-1, t.INT)),
        ),
        bind=_bind_overlay,
        emit=_emit_overlay,
        doc="The text with the characters from a position on replaced.",
        since="3.0.0",
    ),
)
