"""XPath over XML texts. NULL for an empty text or path; numbers are cut as Java cuts a double."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from hiveframe.errors import NO_CONDITION, JavaException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.registry import TYPED_STRING, Binder, Function, always_null, register
from hiveframe.functions.strings import by_kernel
from hiveframe.functions.xml_tree import BadXml, parse_xml
from hiveframe.functions.xpath_language import BadPath, Context, Value, compile_path, number_of, text_of, truth_of
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr
from hiveframe.plan.types import ArrayType, DataType

_INT = (-(2**31), 2**31 - 1)
_LONG = (-(2**63), 2**63 - 1)


def _value(document: str, path: str) -> Value | None:
    if not document or not path:
        return None
    try:
        return compile_path(path)(Context(parse_xml(document)))
    except BadPath as reason:
        raise _failure(f"Invalid XPath '{path}': {reason}") from None
    except BadXml as reason:
        raise _failure(f"Error loading expression '{path}': the text is not well-formed XML ({reason})") from None


def _failure(message: str) -> JavaException:
    return JavaException(NO_CONDITION, {"message": message})


def _kernel(convert: Callable[[Value], object], result: pa.DataType) -> Callable[..., pa.Array]:
    def row(document: str, path: str) -> object:
        value = _value(document, path)
        return None if value is None else convert(value)

    def kernel(documents: pa.Array, paths: pa.Array) -> pa.Array:
        return by_row(row, result, [documents, paths])

    return kernel


def _whole(low: int, high: int) -> Callable[[Value], int]:
    """The number cut to an integer within bounds; 0 for none."""

    def convert(value: Value) -> int:
        number = number_of(value)
        if math.isnan(number):
            return 0
        return high if number >= high else low if number <= low else int(number)

    return convert


def _short(value: Value) -> int:
    """Java goes over int and drops the high bits."""
    whole = _whole(*_INT)(value)
    return (whole + 2**15) % 2**16 - 2**15


def _texts(value: Value) -> list[str | None]:
    """The texts of text nodes and attributes; elements have none."""
    if not isinstance(value, list):
        raise BadPath(f"the value of the path is no NodeList: {value!r}")
    return [node.text if node.kind in ("text", "attribute") else None for node in value]


def _texts_of(documents: pa.Array, paths: pa.Array) -> pa.Array:
    def row(document: str, path: str) -> list[str | None] | None:
        value = _value(document, path)
        try:
            return None if value is None else _texts(value)
        except BadPath as reason:
            raise _failure(f"Invalid XML document: {reason}\n{document}") from None

    return by_row(row, pa.list_(pa.string()), [documents, paths])


def _check_path(binder: Binder, args: tuple[Expr, ...]) -> None:
    binder.fold(args[1], "path")


def _row(name: str, result: DataType, kernel: Callable[..., pa.Array], doc: str, *, alias: str = "") -> Function:
    return Function(
        name,
        (TYPED_STRING, TYPED_STRING),
        result,
        always_null,
        emit=by_kernel(kernel),
        aliases=(alias,) if alias else (),
        checks=(_check_path,),
        doc=doc,
        group="xml",
        since="2.0.0",
    )


_doubles = _kernel(number_of, pa.float64())

register(
    _row("xpath", ArrayType(t.STRING, True), _texts_of, "The texts that a path leads to."),
    _row("xpath_boolean", t.BOOLEAN, _kernel(truth_of, pa.bool_()), "Whether a path leads anywhere or is true."),
    _row("xpath_double", t.DOUBLE, _doubles, "The number that a path leads to.", alias="xpath_number"),
    _row(
        "xpath_float",
        t.FLOAT,
        _kernel(lambda value: float(np.float32(number_of(value))), pa.float32()),
        "The number that a path leads to.",
    ),
    _row("xpath_int", t.INT, _kernel(_whole(*_INT), pa.int32()), "The integer that a path leads to."),
    _row("xpath_long", t.LONG, _kernel(_whole(*_LONG), pa.int64()), "The integer that a path leads to."),
    _row("xpath_short", t.SHORT, _kernel(_short, pa.int16()), "The integer that a path leads to."),
    _row("xpath_string", t.STRING, _kernel(text_of, pa.string()), "The text of the first node that a path leads to."),
)
