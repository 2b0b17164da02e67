"""Texts as bytes and bytes as texts: Base64, charsets, formats."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hiveframe.errors import NO_CONDITION, IllegalArgumentException, PlainIllegalArgument, SparkRuntimeException
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.by_row import by_row
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.literal_text import literal_sql
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    NullRule,
    ParamLike,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, null, number, op, text
from hiveframe.functions.strings import by_kernel, constant_of
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal

_CHARSETS: Final = {
    "iso-8859-1": "latin-1",
    "us-ascii": "ascii",
    "utf-8": "utf-8",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
}
_MARKED: Final = {"utf-16": ("utf-16-be", "utf-16-le"), "utf-32": ("utf-32-be", "utf-32-le")}
_MARKS: Final = {
    "utf-16-be": b"\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-32-be": b"\0\0\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
}
_ALL_CHARSETS: Final = ", ".join(sorted((*_CHARSETS, *_MARKED)))
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_SPACED_BASE64: Final = re.compile(r"(?P<digits>[A-Za-z0-9+/ \t\r\n]*)(?P<padding>=*)")
_HEX: Final = r"\A[0-9A-Fa-f]*\z"


def _encoded(value: str, charset: str) -> bytes:
    name = charset.lower()
    try:
        if name == "utf-16":
            return b"\xfe\xff" + value.encode("utf-16-be")
        if name == "utf-32":
            return value.encode("utf-32-be")
        return value.encode(_codec(name, charset, "encode"))
    except UnicodeError:
        raise _malformed(charset, "encode") from None


def _decoded(value: bytes, charset: str) -> str:
    name = charset.lower()
    try:
        if name not in _MARKED:
            return value.decode(_codec(name, charset, "decode"))
        for codec in _MARKED[name]:
            if value.startswith(_MARKS[codec]):
                return value[len(_MARKS[codec]) :].decode(codec)
        return value.decode(_MARKED[name][0])
    except UnicodeError:
        raise _malformed(charset, "decode") from None


def _codec(name: str, charset: str, function: str) -> str:
    if name not in _CHARSETS:
        params = {"functionName": f"`{function}`", "parameter": "`charset`", "charset": charset}
        raise IllegalArgumentException("INVALID_PARAMETER_VALUE.CHARSET", {**params, "charsets": _ALL_CHARSETS})
    return _CHARSETS[name]


def _malformed(charset: str, function: str) -> SparkRuntimeException:
    return SparkRuntimeException("MALFORMED_CHARACTER_CODING", {"function": f"`{function}`", "charset": charset})


def _base64(value: bytes) -> str:
    """MIME's Base64: lines of 76 characters."""
    whole = base64.b64encode(value).decode("ascii")
    return "\r\n".join(whole[i : i + 76] for i in range(0, len(whole), 76))


def _from_base64(value: str) -> bytes:
    """What stands before the first padding, as Java's MIME decoder reads it: foreign characters are passed over."""
    before, padding, after = value.partition("=")
    digits = _NOT_BASE64.sub("", before)
    left = len(digits) % 4
    if padding and (left == 0 or (left == 2 and not after.startswith("="))):
        raise _refused("Input byte array has wrong 4-byte ending unit")
    if left == 1:
        raise _refused("Last unit does not have enough valid bits")
    more = _BASE64.search(after)
    if more is not None:
        raise _refused(f"Input byte array has incorrect ending byte at {len(before) + 1 + more.end()}")
    return binascii.a2b_base64(digits + "=" * (-left % 4))


def _refused(message: str) -> PlainIllegalArgument:
    return PlainIllegalArgument(NO_CONDITION, {"message": message})


def _from_hex(value: str) -> bytes:
    digits = "0" + value if len(value) % 2 else value
    try:
        return binascii.unhexlify(digits)
    except ValueError:
        raise _not_convertible(value, "HEX") from None


def _not_convertible(value: str, form: str) -> IllegalArgumentException:
    params = {"str": f"'{value}'", "fmt": f"'{form}'", "targetType": '"BINARY"', "suggestion": "`try_to_binary`"}
    return IllegalArgumentException("CONVERSION_INVALID_INPUT", params)


def _strict_base64(value: str) -> bytes | None:
    """Base64 that ends in its padding, if it has any, with white space between its digits; None for anything else."""
    found = _SPACED_BASE64.fullmatch(value)
    if found is None:
        return None
    digits = _NOT_BASE64.sub("", found["digits"])
    padding = -len(digits) % 4
    if padding == 3 or len(found["padding"]) not in (0, padding):
        return None
    return binascii.a2b_base64(digits + "=" * padding)


def _checked_base64(value: str) -> bytes:
    """`_strict_base64`; an error for anything else."""
    found = _strict_base64(value)
    if found is None:
        raise _not_convertible(value, "BASE64")
    return found


def encode_each(values: pa.Array, charsets: pa.Array) -> pa.Array:
    """Texts in a charset."""
    return by_row(_encoded, pa.binary(), [values, charsets])


def decode_each(values: pa.Array, charsets: pa.Array) -> pa.Array:
    """Bytes of a charset as texts."""
    return by_row(_decoded, pa.string(), [values, charsets])


def base64_each(values: pa.Array) -> pa.Array:
    """Bytes in Base64."""
    return by_row(_base64, pa.string(), [values])


def unbase64_each(values: pa.Array) -> pa.Array:
    """The bytes of Base64 texts."""
    return by_row(_from_base64, pa.binary(), [values])


def strict_unbase64_each(values: pa.Array) -> pa.Array:
    """The bytes of well-formed Base64 texts, NULL for others."""
    return by_row(_strict_base64, pa.binary(), [values])


def checked_unbase64_each(values: pa.Array) -> pa.Array:
    """The bytes of well-formed Base64 texts; an error for others."""
    return by_row(_checked_base64, pa.binary(), [values])


def strict_unhex_each(values: pa.Array) -> pa.Array:
    """The bytes of hexadecimal texts; an error for others."""
    return by_row(_from_hex, pa.binary(), [values])


def _emit_unhex(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL for what is not hexadecimal."""

    def build(value: Sql) -> Sql:
        return case((func("regexp_matches", value, text(_HEX)), func("unhex", value)), default=cast(null(), "BLOB"))

    return let(args[0], ctx, build)


def _emit_base64(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB knows no lines: it does for up to 57 bytes."""
    lines = ctx.kernel("base64", base64_each, [t.BINARY], t.STRING)

    def build(value: Sql) -> Sql:
        short = op("<=", func("octet_length", value), number(57))
        return case((short, func("to_base64", value)), default=func(lines, value))

    return let(args[0], ctx, build)


def _emit_encode(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if str(constant_of(call.args[1])).lower() == "utf-8":
        return func("encode", args[0])
    return by_kernel(encode_each)(call, args, ctx)


def _bind_to_binary(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """By the format: `hex` (the usual one), `utf-8`, `base64`."""
    form, args = _with_format(binder, args)
    if form is None:
        return binder.cast(Literal(None, t.NULL), t.BINARY)
    match form.lower():
        case "hex":
            return Call("to_binary", args, t.BINARY, True)
        case "utf-8" | "utf8":
            return Call("to_binary", args, t.BINARY, True)
        case "base64":
            return Call("to_binary", args, t.BINARY, any_null(args))
    raise _no_format(binder, f"'{form.lower()}'")


def _with_format(binder: Binder, args: tuple[Expr, ...]) -> tuple[str | None, tuple[Expr, ...]]:
    """The constant format in letters as given (None for NULL), and the arguments with it as a text."""
    if len(args) < 2:
        return "hex", args
    form = args[1]
    if not is_foldable(form):
        raise binder.error(
            "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
            inputName="`fmt`",
            inputType='"STRING"',
            inputExpr=binder.quoted(form),
        )
    if implicit_cast(form.dtype, t.STRING, ansi=binder.ansi) is None:
        raise _no_format(binder, literal_sql(binder.fold(form), form.dtype, binder.time_zone))
    cast_form = binder.cast(form, t.STRING)
    value = binder.fold(cast_form)
    return None if value is None else str(value), (args[0], cast_form)


def _no_format(binder: Binder, shown: str) -> Exception:
    return binder.error(
        "DATATYPE_MISMATCH.INVALID_ARG_VALUE",
        inputName="fmt",
        requireType='case-insensitive "STRING"',
        validValues="'hex', 'utf-8', 'utf8', or 'base64'",
        inputValue=shown,
    )


def _bind_try_to_binary(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """NULL where `to_binary` raises, and for a format that there is not."""
    return Call("try_to_binary", _with_format(binder, args)[1], t.BINARY, True)


_READERS: Final[dict[str, Callable[[pa.Array], pa.Array]]] = {
    "hex": strict_unhex_each,
    "base64": checked_unbase64_each,
}


def _named_format(call: Call) -> str:
    return str(constant_of(call.args[1])).lower() if len(call.args) > 1 else "hex"


def _emit_to_binary(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    form = _named_format(call)
    if form in ("utf-8", "utf8"):
        return func("encode", args[0])
    return func(ctx.kernel("to_binary", _READERS[form], [t.STRING], t.BINARY), args[0])


def _emit_try_to_binary(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    match _named_format(call):
        case "utf-8" | "utf8":
            return func("encode", args[0])
        case "hex":
            return _emit_unhex(call, args, ctx)
        case "base64":
            return func(ctx.kernel("try_to_binary", strict_unbase64_each, [t.STRING], t.BINARY), args[0])
    return cast(null(), "BLOB")


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    result: t.DataType,
    emit: Callable[[Call, list[Sql], EmitContext], Sql],
    doc: str,
    *,
    since: str = "1.5.0",
    nullable: NullRule = any_null,
    bind: Callable[[Binder, tuple[Expr, ...]], Expr] | None = None,
    label: str = "",
    is_internal: bool = False,
) -> Function:
    return Function(
        name,
        params,
        result,
        nullable,
        emit=emit,
        bind=bind,
        label=label,
        site=name.removeprefix("try_") if name.startswith("try_") else "",
        is_internal=is_internal,
        doc=doc,
        group="string",
        since=since,
    )


register(
    _row("base64", (t.BINARY,), t.STRING, _emit_base64, "Bytes in Base64."),
    _row("unbase64", (t.STRING,), t.BINARY, by_kernel(unbase64_each), "The bytes of a Base64 text."),
    _row("encode", (t.STRING, t.STRING), t.BINARY, _emit_encode, "A text in a charset.", nullable=always_null),
    _row(
        "decode_charset",
        (t.BINARY, t.STRING),
        t.STRING,
        by_kernel(decode_each),
        "Bytes of a charset as a text.",
        nullable=always_null,
        label="decode",
        is_internal=True,
    ),
    _row(
        "to_binary",
        (t.STRING, optional(ANY)),
        t.BINARY,
        _emit_to_binary,
        "The bytes that a text stands for in a format.",
        since="3.3.0",
        bind=_bind_to_binary,
    ),
    _row(
        "try_to_binary",
        (t.STRING, optional(ANY)),
        t.BINARY,
        _emit_try_to_binary,
        "The bytes that a text stands for in a format, NULL when it does not.",
        since="3.3.0",
        bind=_bind_try_to_binary,
    ),
)
