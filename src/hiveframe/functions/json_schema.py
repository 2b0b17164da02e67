"""The schema of JSON values by Spark's rules: BIGINT or DOUBLE numbers, fields sorted by name, text where all is NULL.

Source: Spark's `JsonInferSchema`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hiveframe.errors import NO_CONDITION, JavaException, analysis_error
from hiveframe.functions.json_reader import leniency_of
from hiveframe.functions.json_text import BLANK, Members, NotJson, parse
from hiveframe.functions.text_leaves import decimal_reader
from hiveframe.functions.text_moments import TextMoments
from hiveframe.functions.text_options import TextOptions
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, StructField, StructType, sql_name


def schema_of_json(document: str, options: TextOptions, time_zone: str) -> str:
    """The DDL of one document's schema; STRING for a blank text."""
    inferred = JsonSchemas(options, time_zone)
    if not document.strip(BLANK):
        return "STRING"
    try:
        value = parse(document, leniency_of(options))
    except NotJson as error:
        raise JavaException(NO_CONDITION, {"message": f"Unexpected end-of-input or token in {document}"}) from error
    return inferred.text(value)


class JsonSchemas:
    """Types of JSON values under one call's options."""

    def __init__(self, options: TextOptions, time_zone: str) -> None:
        self._all_text = options.java_flag("primitivesAsString")
        self._prefers_decimal = options.java_flag("prefersDecimal")
        self._infers_timestamp = options.java_flag("inferTimestamp")
        self._drops_nulls = options.java_flag("dropFieldIfAllNull")
        self._moments = TextMoments(options, time_zone)
        self._decimal = decimal_reader(options.text("locale", "en-US"))

    def text(self, value: Any) -> str:
        """The schema of a document as DDL; structs without fields stay only at the top."""
        found = self.infer(value)
        settled = self._settled(found)
        if settled is None:
            settled = StructType() if isinstance(found, StructType) else t.STRING
            if isinstance(found, ArrayType) and isinstance(found.element, StructType):
                settled = ArrayType(StructType())
        return sql_name(settled)

    def infer(self, value: Any) -> DataType:
        """The type of one JSON value; VOID where there is only NULL."""
        if isinstance(value, Members):
            fields = [StructField(name, self.infer(held)) for name, held in value if name]
            return StructType(tuple(sorted(fields, key=lambda f: f.name)))
        if isinstance(value, list):
            element: DataType = t.NULL
            for item in value:
                element = merge(element, self.infer(item))
            return ArrayType(element)
        if value is None or value == "":
            return t.NULL
        if isinstance(value, str):
            return self._of_text(value)
        if self._all_text:
            return t.STRING
        if isinstance(value, bool):
            return t.BOOLEAN
        return self._of_number(value)

    def _of_text(self, value: str) -> DataType:
        if self._prefers_decimal:
            number = self._decimal(value)
            if number is not None and (dtype := _decimal_type(number)) is not None:
                return dtype
        if self._infers_timestamp:
            if self._moments.timestamp_ntz(value) is not None and self._moments.timestamp(value) is None:
                return t.TIMESTAMP_NTZ
            if self._moments.timestamp(value) is not None:
                return t.TIMESTAMP
        return t.STRING

    def _of_number(self, value: Any) -> DataType:
        if isinstance(value, int):
            if -(1 << 63) <= value < 1 << 63:
                return t.LONG
            digits = len(str(abs(value)))
            return DecimalType(digits, 0) if digits <= 38 else t.DOUBLE
        if self._prefers_decimal and isinstance(value, Decimal):
            return _decimal_type(value) or t.DOUBLE
        return t.DOUBLE

    def _settled(self, dtype: DataType) -> DataType | None:
        """The type with VOID read as STRING, as Spark ends its inference; None for what has no fields."""
        match dtype:
            case t.NullType():
                return None if self._drops_nulls else t.STRING
            case ArrayType(element):
                inner = self._settled(element)
                return None if inner is None else ArrayType(inner)
            case StructType(fields):
                kept = [(f.name, made) for f in fields if (made := self._settled(f.dtype)) is not None]
                return StructType(tuple(StructField(name, made) for name, made in kept)) if kept else None
        return dtype


def _decimal_type(number: Decimal) -> DataType | None:
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if exponent > 0:
        conf = '"spark.sql.legacy.allowNegativeScaleOfDecimal"'
        raise analysis_error("NEGATIVE_SCALE_DISALLOWED", scale=str(-exponent), sqlConf=conf)
    precision = max(len(digits), -exponent)
    return DecimalType(precision, -exponent) if precision <= 38 else None


def merge(left: DataType, right: DataType) -> DataType:
    """The type that holds values of both: STRING when nothing closer does."""
    if left == right or isinstance(right, t.NullType):
        return left
    if isinstance(left, t.NullType):
        return right
    match left, right:
        case (StructType(), StructType()):
            by_name = {f.name: f.dtype for f in left.fields}
            for f in right.fields:
                by_name[f.name] = merge(by_name[f.name], f.dtype) if f.name in by_name else f.dtype
            return StructType(tuple(StructField(n, d) for n, d in sorted(by_name.items())))
        case (ArrayType(a), ArrayType(b)):
            return ArrayType(merge(a, b))
        case (t.NumericType(), t.NumericType()):
            return _wider(left, right)
    return t.STRING


def _wider(left: DataType, right: DataType) -> DataType:
    if t.DOUBLE in (left, right):
        return t.DOUBLE
    a, b = (d if isinstance(d, DecimalType) else t.INTEGRAL_DECIMAL[t.LONG] for d in (left, right))
    scale = max(a.scale, b.scale)
    precision = max(a.precision - a.scale, b.precision - b.scale) + scale
    return DecimalType(precision, scale) if precision <= 38 else t.DOUBLE
