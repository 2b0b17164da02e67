"""CSV records to values of a schema, row by row: `from_csv`.

A field that does not fit is NULL and its record malformed, as is a record with too few or too many fields. Source:
Spark's `UnivocityParser` and `FailureSafeParser`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from hiveframe.errors import SparkException, UnsupportedOperationException
from hiveframe.functions.csv_options import CsvOptions
from hiveframe.functions.csv_tokens import tokenizer
from hiveframe.functions.text_leaves import Leaf, decimal_reader, fitted, moment_leaf
from hiveframe.functions.text_moments import TextMoments
from hiveframe.functions.text_options import TextOptions, java_double, java_long
from hiveframe.functions.variant_builder import (
    NULL,
    VariantBuilder,
    boolean,
    date,
    decimal,
    long,
    string,
    timestamp,
)
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_BITS = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}


class CsvReader:
    """Reads records as rows of `schema`; `corrupt` names the field that takes a malformed record's text."""

    def __init__(
        self, schema: StructType, options: TextOptions, time_zone: str, corrupt: str, *, legacy_times: bool
    ) -> None:
        self._options = CsvOptions(options, legacy_times=legacy_times)
        self._tokens = tokenizer(self._options)
        self._kinds: Sequence[Callable[[str], bytes | None]] = (
            self._long_node,
            self._decimal_node,
            self._date_node,
            self._timestamp_node,
            self._boolean_node,
        )
        self._fails = options.text("mode", "").upper() == "FAILFAST"
        self._moments = TextMoments(options, time_zone)
        self._decimal = decimal_reader(options.text("locale", "en-US"))
        names = [f.name for f in schema.fields]
        self._corrupt = names.index(corrupt) if corrupt in names else None
        self._width = len(names)
        self._leaves = [(i, self._leaf(f.dtype)) for i, f in enumerate(schema.fields) if i != self._corrupt]

    def column(self, texts: pa.Array, arrow_type: pa.DataType) -> pa.Array:
        """The rows of a column of records."""
        return pa.array([None if x is None else self.convert(x) for x in texts.to_pylist()], arrow_type)

    def convert(self, record: str) -> tuple[Any, ...]:
        """One record's row."""
        row: list[Any] = [None] * self._width
        tokens = self._tokens(record)
        if tokens is None:
            return self._malformed(row, None)
        is_bad = len(tokens) != len(self._leaves)
        for (place, leaf), token in zip(self._leaves, tokens, strict=False):
            value = leaf(token)
            is_bad = is_bad or (value is None and token is not None)
            row[place] = value
        return self._malformed(row, record) if is_bad else tuple(row)

    def _malformed(self, row: list[Any], record: str | None) -> tuple[Any, ...]:
        if self._corrupt is not None:
            row[self._corrupt] = record
        if self._fails:
            shown = "[" + ",".join("null" if x is None else _shown(x) for x in row) + "]"
            params = {"badRecord": shown, "failFastMode": "FAILFAST"}
            raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params)
        return tuple(row)

    def _leaf(self, dtype: DataType) -> Callable[[str | None], Any]:
        """What reads a field; NULL stays NULL, but for a VARIANT."""
        if isinstance(dtype, t.VariantType):
            return self._variant
        read = self._atom(dtype)
        return lambda token: None if token is None else read(token)

    def _atom(self, dtype: DataType) -> Leaf:
        moment = moment_leaf(dtype, self._moments)
        if moment is not None:
            return moment
        if isinstance(dtype, t.IntegralType):
            bits = _BITS[type(dtype)]
            return lambda token: java_long(token, bits)
        match dtype:
            case t.StringType():
                return str
            case t.BooleanType():
                return _boolean
            case t.FloatType() | t.DoubleType():
                return self._floating
            case t.DecimalType():
                return lambda token: self._as_decimal(token, dtype)
            case t.BinaryType():
                return str.encode
            case t.UserDefinedType(storage):
                return self._atom(storage)
        raise UnsupportedOperationException("UNSUPPORTED_DATATYPE", {"typeName": f'"{t.sql_name(dtype)}"'})

    def _floating(self, token: str) -> float | None:
        options = self._options
        if token == options.nan:
            return float("nan")
        if token == options.positive_infinity:
            return float("inf")
        return float("-inf") if token == options.negative_infinity else java_double(token)

    def _as_decimal(self, token: str, dtype: t.DecimalType) -> Decimal | None:
        found = self._decimal(token)
        return None if found is None else fitted(found, dtype)

    def _variant(self, token: str | None) -> tuple[bytes, bytes]:
        return VariantBuilder().finished(self.node(token)[0])

    def node(self, token: str | None, least: int = 0) -> tuple[bytes, int]:
        """A VARIANT's bytes, of the narrowest kind from the `least`-th on that a field's text shows; and that kind."""
        if token is None:
            return NULL, least
        for kind, read in enumerate(self._kinds[least:], least):
            found = read(token)
            if found is not None:
                return found, kind
        return string(token), len(self._kinds)

    def _long_node(self, token: str) -> bytes | None:
        whole = java_long(token, 64)
        return None if whole is None else long(whole)

    def _decimal_node(self, token: str) -> bytes | None:
        number = self._decimal(token)
        exact = None if number is None else _plain(number)
        return None if exact is None else decimal(exact)

    def _date_node(self, token: str) -> bytes | None:
        days = self._moments.date(token) if self._options.prefers_date and len(token) == 10 else None
        return None if days is None else date(days)

    def _timestamp_node(self, token: str) -> bytes | None:
        micros = self._moments.timestamp(token)
        return None if micros is None else timestamp(micros)

    def _boolean_node(self, token: str) -> bytes | None:
        truth = _boolean(token)
        return None if truth is None else boolean(truth)


class CsvVariants:
    """Makes objects of records: members called `names`, as many as both have.

    Of a field that once was text, say, all later ones are text: each place remembers the widest kind it has met.
    """

    def __init__(self, options: TextOptions, time_zone: str) -> None:
        self._kinds: dict[int, int] = {}
        self._reader = CsvReader(StructType(()), options, time_zone, "", legacy_times=False)

    def of(self, names: Sequence[str], tokens: Sequence[str | None]) -> tuple[bytes, bytes]:
        """The VARIANT of one record."""
        builder = VariantBuilder()
        members: list[tuple[str, int, bytes]] = []
        for place, (name, token) in enumerate(zip(names, tokens, strict=False)):
            node, self._kinds[place] = self._reader.node(token, self._kinds.get(place, 0))
            members.append((name, builder.key(name), node))
        return builder.finished(builder.object(members))


def _plain(number: Decimal) -> Decimal | None:
    """The number without an exponent; None where that takes more than 38 digits."""
    try:
        plain = Decimal(format(number, "f"))
    except InvalidOperation:
        return None
    _, digits, exponent = plain.as_tuple()
    assert isinstance(exponent, int)
    return plain if len(digits) <= 38 and -exponent <= 38 else None


def _boolean(token: str) -> bool | None:
    return {"true": True, "false": False}.get(token.lower())


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
