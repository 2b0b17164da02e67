"""JSON text to values of a schema, row by row: `from_json`.

A field whose value does not fit is NULL, and its record is malformed: kept with what does fit (PERMISSIVE) or an error
(FAILFAST). Source: Spark's `JacksonParser` and `FailureSafeParser`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import SparkException, SparkRuntimeException
from hiveframe.functions.json_lenient import Leniency
from hiveframe.functions.json_text import BLANK, Members, NotJson, parse, text_of
from hiveframe.functions.text_leaves import Leaf, decimal_reader, fitted, moment_leaf
from hiveframe.functions.text_moments import TextMoments
from hiveframe.functions.text_options import TextOptions
from hiveframe.functions.variant_builder import DuplicateKey, InvalidJson, TooLarge, VariantBuilder
from hiveframe.functions.variant_builder import parse as parse_variant
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

Convert = Callable[[Any], Any]
_BITS: Final[Mapping[type[DataType], int]] = {t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}
_NON_NUMBERS: Final = {
    "NaN": "nan",
    "Infinity": "inf",
    "+Infinity": "inf",
    "INF": "inf",
    "+INF": "inf",
    "-Infinity": "-inf",
    "-INF": "-inf",
}


class Misfit(ValueError):
    """A JSON value that is not of the wanted type."""


def leniency_of(options: TextOptions) -> Leniency:
    """What the options let pass."""
    return Leniency(
        comments=options.java_flag("allowComments"),
        unquoted_names=options.java_flag("allowUnquotedFieldNames"),
        single_quotes=options.java_flag("allowSingleQuotes", True),
        leading_zeros=options.java_flag("allowNumericLeadingZeros"),
        non_numbers=options.java_flag("allowNonNumericNumbers", True),
        any_escape=options.java_flag("allowBackslashEscapingAnyCharacter"),
        control_characters=options.java_flag("allowUnquotedControlChars"),
        most_nested=_limit(options, "maxNestingDepth"),
        most_digits=_limit(options, "maxNumLen"),
        most_characters=_limit(options, "maxStringLen"),
    )


def _limit(options: TextOptions, name: str) -> int | None:
    return options.java_integer(name, 0) if name in options else None


class JsonReader:
    """Reads texts as `dtype`; values are as pyarrow takes them for the physical type.

    `corrupt`: the name of the top field that is given a malformed record's text.
    """

    def __init__(self, dtype: DataType, options: TextOptions, time_zone: str, corrupt: str) -> None:
        self._dtype = dtype
        self._fails = options.text("mode", "").upper() == "FAILFAST"
        self._leniency = leniency_of(options)
        self._moments = TextMoments(options, time_zone)
        self._decimal = decimal_reader(options.text("locale", "en-US"))
        for name in ("primitivesAsString", "prefersDecimal", "multiLine", "dropFieldIfAllNull", "ignoreNullFields"):
            options.java_flag(name)
        options.check_charset("JSONOptions")
        options.check_line_separator()
        self._bad = False
        self._corrupt: int | None = None
        self._root: Convert
        if isinstance(dtype, StructType):
            names = [f.name for f in dtype.fields]
            self._corrupt = names.index(corrupt) if corrupt in names else None
            self._root = self._struct(dtype, skipped=self._corrupt)
        else:
            self._root = self._converter(dtype)

    def column(self, texts: pa.Array, arrow_type: pa.DataType) -> pa.Array:
        """The values of a column of texts."""
        return pa.array([None if x is None else self.convert(x) for x in texts.to_pylist()], arrow_type)

    def convert(self, document: str) -> Any:
        """One text's value; NULL for a blank one."""
        if not document.strip(BLANK):
            return None
        self._bad = False
        try:
            value = self._top(document)
        except (NotJson, Misfit):
            self._bad = True
            value = None
        if self._bad:
            return self._malformed(document, value)
        return value

    def _top(self, document: str) -> Any:
        if isinstance(self._dtype, t.VariantType):
            return _variant(document)
        value = parse(document, self._leniency)
        if isinstance(self._dtype, StructType):
            if isinstance(value, list) and not isinstance(value, Members) and self._fails:
                raise SparkRuntimeException(
                    "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS",
                    {"badRecord": document, "failFastMode": "FAILFAST"},
                )
            if not isinstance(value, Members):
                raise Misfit(document)
        is_row = isinstance(self._dtype, t.ArrayType) and isinstance(self._dtype.element, StructType)
        if is_row and isinstance(value, Members):
            value = [value]
        return None if value is None else self._root(value)

    def _malformed(self, document: str, value: Any) -> Any:
        is_row = isinstance(self._dtype, StructType)
        if is_row:
            assert isinstance(self._dtype, StructType)
            kept = list(value) if value is not None else [None] * len(self._dtype.fields)
            if self._corrupt is not None:
                kept[self._corrupt] = document
            value = tuple(kept)
        if not self._fails:
            return value
        shown = _row_text(value) if is_row else "[null]"
        params = {"badRecord": shown, "failFastMode": "FAILFAST"}
        raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params)

    def _struct(self, dtype: StructType, *, skipped: int | None = None) -> Convert:
        """An object's members by name, the last one of a name; a field that does not fit spoils the record."""
        count = len(dtype.fields)
        places: dict[str, list[tuple[int, Convert]]] = {}
        for i, f in enumerate(dtype.fields):
            if i != skipped:
                places.setdefault(f.name, []).append((i, self._converter(f.dtype)))
        targets = {name: found[0] for name, found in places.items()}

        def convert(value: Any) -> Any:
            if not isinstance(value, Members):
                raise Misfit(value)
            row: list[Any] = [None] * count
            for name, held in value:
                target = targets.get(name)
                if target is None:
                    continue
                try:
                    row[target[0]] = None if held is None else target[1](held)
                except Misfit:
                    row[target[0]] = None
                    self._bad = True
            return tuple(row)

        return convert

    def _converter(self, dtype: DataType) -> Convert:
        """What makes a value that is not null; a Misfit where it does not fit."""
        match dtype:
            case t.StringType() | t.CharType() | t.VarcharType():
                return _string
            case StructType():
                return self._struct(dtype)
            case t.ArrayType(element):
                item = self._converter(element)
                return lambda value: [None if x is None else item(x) for x in _list(value)]
            case t.MapType(_, held):
                entry = self._converter(held)
                # Of members of one name the last one counts: DuckDB's maps hold a key once.
                return lambda value: [
                    (name, None if x is None else entry(x)) for name, x in dict(_members(value)).items()
                ]
            case t.UserDefinedType(storage):
                return self._converter(storage)
            case t.DecimalType():
                return lambda value: self._as_decimal(value, dtype)
            case t.DateType():
                return self._as_date
            case t.TimestampType():
                return self._as_timestamp
        if isinstance(dtype, t.IntegralType):
            return _integer(dtype)
        leaf = moment_leaf(dtype, self._moments)
        return _ATOMS[type(dtype)] if leaf is None else _of_text(leaf)

    def _as_decimal(self, value: Any, dtype: t.DecimalType) -> Decimal:
        if isinstance(value, str):
            value = self._decimal(value)
        if isinstance(value, (bool, float)) or not isinstance(value, (int, Decimal)):
            raise Misfit(value)
        made: Decimal = _found(fitted(Decimal(value), dtype))
        return made

    def _as_date(self, value: Any) -> int:
        if not isinstance(value, str):
            raise Misfit(value)
        found = self._moments.date(value)
        if found is None and self._moments.date_format is None and value.lstrip("+-").isdigit():
            found = int(value)  # days since the epoch, as Spark 1.5 wrote dates
        days: int = _found(found)
        return days

    def _as_timestamp(self, value: Any) -> int:
        """Text, or whole seconds since the epoch."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value * 1_000_000
        micros: int = _of_text(self._moments.timestamp)(value)
        return micros


def _string(value: Any) -> str:
    return text_of(value).encode("utf-8", "replace").decode()  # half of a surrogate pair is `?`


def _found(value: Any) -> Any:
    if value is None:
        raise Misfit(value)
    return value


def _of_text(leaf: Leaf) -> Convert:
    def convert(value: Any) -> Any:
        if not isinstance(value, str):
            raise Misfit(value)
        return _found(leaf(value))

    return convert


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or isinstance(value, Members):
        raise Misfit(value)
    return value


def _members(value: Any) -> Members:
    if not isinstance(value, Members):
        raise Misfit(value)
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit(value)
    return value


def _integer(dtype: t.IntegralType) -> Convert:
    """A whole number that fits; a TINYINT takes 128 to 255 too, as its bits (Jackson's `getByteValue`)."""
    if isinstance(dtype, t.ByteType):
        low, high, wraps = -128, 255, True
    else:
        half = 1 << _BITS[type(dtype)] - 1
        low, high, wraps = -half, half - 1, False

    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Misfit(value)
        return value - 256 if wraps and value > 127 else value

    return convert


def _floating(value: Any) -> float:
    if isinstance(value, str) and value in _NON_NUMBERS:
        return float(_NON_NUMBERS[value])
    if isinstance(value, (str, bool)) or not isinstance(value, (int, float, Decimal)):
        raise Misfit(value)
    return float(value)


def _binary(value: Any) -> bytes:
    if not isinstance(value, str):
        raise Misfit(value)
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error as error:
        raise Misfit(value) from error


def _as_variant(value: Any) -> tuple[bytes, bytes]:
    builder = VariantBuilder()
    try:
        return builder.finished(builder.json(value))
    except (InvalidJson, DuplicateKey, TooLarge) as error:
        raise Misfit(value) from error


def _variant(document: str) -> tuple[bytes, bytes]:
    try:
        return _as_variant(parse_variant(document))
    except InvalidJson as error:
        raise Misfit(document) from error


def _nothing(value: Any) -> None:
    return None


_ATOMS: Final[Mapping[type[DataType], Convert]] = {
    t.NullType: _nothing,
    t.BooleanType: _boolean,
    t.FloatType: _floating,
    t.DoubleType: _floating,
    t.BinaryType: _binary,
    t.VariantType: _as_variant,
}


def _row_text(value: Any) -> str:
    """A row as Java's `InternalRow` prints it: `[1,null]`."""
    return "[" + ",".join("null" if x is None else _cell_text(x) for x in value) + "]"


def _cell_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _row_text(value) if isinstance(value, tuple) else str(value)
