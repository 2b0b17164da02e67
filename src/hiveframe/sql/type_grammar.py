"""Data types in text: `array<struct<a: int>>`, `decimal(10, 2)`, `interval day to second`.

Source: rules dataType, primitiveType and colTypeList of SqlBaseParser.g4; Spark's `DataTypeAstBuilder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiveframe.errors import IllegalArgumentException, SparkException
from hiveframe.plan import types as t
from hiveframe.plan.collations import UnknownCollation, collation
from hiveframe.plan.decimal_type import decimal_type
from hiveframe.sql.cursor import Cursor


class TypeGrammar(Cursor):
    """Reads types and lists of typed columns."""

    __slots__ = ()

    def data_type(self) -> t.DataType:
        """A type; UNSUPPORTED_DATATYPE for a name that is none."""
        start = self.i
        kind = self.kind
        simple = _SIMPLE.get(kind)
        if simple is not None and self.peek() != "(":
            self.advance()
            return simple
        if kind in _NESTED:
            return self._nested_type(start)
        if kind == "STRING" and self.peek() != "(":
            self.advance()
            return t.StringType(self.collation()) if self.kind == "COLLATE" else t.STRING
        if kind == "TIMESTAMP" and self.peek() != "(":
            return self._timestamp_type()
        if kind == "INTERVAL" and self.peek() != "(":
            self.advance()
            return self._interval_type()
        if kind in ("GEOMETRY", "GEOGRAPHY") and self.peek() == "(":
            return self._spatial_type(kind)
        if kind not in self.identifiers:
            self.fail("a type")
        return self._sized_type(start)

    def _spatial_type(self, kind: str) -> t.DataType:
        """`GEOMETRY(srid)` or `(ANY)`."""
        self.skip(2)
        srid = None if self.accept("ANY") else self.integer()
        self.expect(")")
        known = t.GEOMETRY_SRIDS if kind == "GEOMETRY" else t.GEOGRAPHY_SRIDS
        if srid is not None and srid not in known:
            raise IllegalArgumentException("ST_INVALID_SRID_VALUE", {"srid": str(srid)})
        return t.GeometryType(srid) if kind == "GEOMETRY" else t.GeographyType(srid)

    def column_types(self) -> tuple[t.StructField, ...]:
        """`name type [NOT NULL] [COMMENT text], …`."""
        fields = [self.column_type()]
        while self.accept(","):
            fields.append(self.column_type())
        return tuple(fields)

    def column_type(self) -> t.StructField:
        """`name type [NOT NULL] [COMMENT text]`."""
        return self._field(self.name())

    def collation(self) -> str:
        """`COLLATE name` as Spark writes the name."""
        self.expect("COLLATE")
        return self._collation_name(self.multipart_name()[-1])

    def _collation_name(self, name: str) -> str:
        try:
            return collation(name).name
        except UnknownCollation as unknown:
            params = {"collationName": name, "proposals": ", ".join(unknown.proposals)}
            raise SparkException("COLLATION_INVALID_NAME", params) from None

    def default_collation(self) -> str:
        """`DEFAULT COLLATION name` as Spark writes the name."""
        self.expect("DEFAULT", "COLLATION")
        return self._collation_name(self.identifier())

    def accept_not_null(self) -> bool:
        """Step over `NOT NULL` if it is there."""
        if self.kind not in ("NOT", "!") or self.peek() != "NULL":
            return False
        self.expect_not()
        self.advance()
        return True

    def _field(self, name: str) -> t.StructField:
        dtype = self.data_type()
        nullable = not self.accept_not_null()
        metadata: Mapping[str, Any] = {"comment": self.string()} if self.accept("COMMENT") else {}
        return t.StructField(name, dtype, nullable, metadata)

    def _nested_type(self, start: int) -> t.DataType:
        kind = self.kind
        self.advance()
        if kind == "STRUCT" and self.accept("<>"):
            return t.StructType(())
        if self.kind != "<":
            params = {"elementType": "<INT>"} if kind == "ARRAY" else {}
            raise self.error(f"INCOMPLETE_TYPE_DEFINITION.{kind}", start, **params)
        self.advance()
        if kind == "ARRAY":
            element = self.data_type()
            self.expect(">")
            return t.ArrayType(element)
        if kind == "MAP":
            key = self.data_type()
            self.expect(",")
            value = self.data_type()
            self.expect(">")
            return t.MapType(key, value)
        fields: list[t.StructField] = []
        if self.kind != ">":
            fields.append(self._struct_field())
            while self.accept(","):
                fields.append(self._struct_field())
        self.expect(">")
        return t.StructType(tuple(fields))

    def _struct_field(self) -> t.StructField:
        name = self.name()
        self.accept(":")
        return self._field(name)

    def _timestamp_type(self) -> t.DataType:
        self.advance()
        if self.accept("WITHOUT", "TIME", "ZONE"):
            return t.TIMESTAMP_NTZ
        if self.accept("WITH", "LOCAL", "TIME", "ZONE"):
            return t.TIMESTAMP
        without_zone = self.conf is not None and self.conf.get("spark.sql.timestampType") == "TIMESTAMP_NTZ"
        return t.TIMESTAMP_NTZ if without_zone else t.TIMESTAMP

    def _interval_type(self) -> t.DataType:
        start = self.kind
        if start in ("YEAR", "MONTH"):
            self.advance()
            first = _YEAR_MONTH[start]
            if start == "YEAR" and self.accept("TO", "MONTH"):
                return t.YearMonthIntervalType(first, t.MONTH)
            return t.YearMonthIntervalType(first, first)
        if start in _DAY_TIME:
            self.advance()
            first = _DAY_TIME[start]
            if self.kind == "TO" and _DAY_TIME.get(self.peek(), -1) > first:
                self.advance()
                return t.DayTimeIntervalType(first, _DAY_TIME[self.expect_any(*_DAY_TIME)])
            return t.DayTimeIntervalType(first, first)
        return t.CALENDAR_INTERVAL

    def _sized_type(self, start: int) -> t.DataType:
        """A type that may have numbers in parentheses, or an unknown name."""
        kind = self.kind
        written = self.identifier()
        sizes: list[int] = []
        if self.accept("("):
            sizes.append(self.integer())
            while self.accept(","):
                sizes.append(self.integer())
            self.expect(")")
        if kind in ("CHAR", "CHARACTER", "VARCHAR") and len(sizes) < 2:
            if not sizes:
                raise self.error("DATATYPE_MISSING_SIZE", start, type=f'"{written.upper()}"')
            if self.kind == "COLLATE":
                self.collation()
            return t.VarcharType(sizes[0]) if kind == "VARCHAR" else t.CharType(sizes[0])
        if kind in ("DECIMAL", "DEC", "NUMERIC") and len(sizes) < 3:
            return decimal_type(*sizes)
        if kind == "TIME" and len(sizes) < 2:
            self.accept("WITHOUT", "TIME", "ZONE")
            return self._time_type(sizes[0] if sizes else 6)
        name = self.text_from(start).upper().replace(" ", "")
        raise self.error("UNSUPPORTED_DATATYPE", start, typeName=f'"{name}"')

    def _time_type(self, precision: int) -> t.DataType:
        if precision > 6:
            raise SparkException("UNSUPPORTED_TIME_PRECISION", {"precision": str(precision)})
        return t.TimeType(precision)


def without_char(dtype: t.DataType) -> t.DataType:
    """`dtype` with CHAR and VARCHAR, inside it too, as STRING: what a cast to it means in Spark."""
    match dtype:
        case t.CharType() | t.VarcharType():
            return t.STRING
        case t.ArrayType(element, contains_null):
            return t.ArrayType(without_char(element), contains_null)
        case t.MapType(key, value, value_null):
            return t.MapType(without_char(key), without_char(value), value_null)
        case t.StructType(fields):
            plain = (t.StructField(f.name, without_char(f.dtype), f.nullable, f.metadata) for f in fields)
            return t.StructType(tuple(plain))
    return dtype


_NESTED: Final = frozenset(("ARRAY", "MAP", "STRUCT"))
_YEAR_MONTH: Final = {"YEAR": t.YEAR, "MONTH": t.MONTH}
_DAY_TIME: Final = {"DAY": t.DAY, "HOUR": t.HOUR, "MINUTE": t.MINUTE, "SECOND": t.SECOND}

_SIMPLE: Final[Mapping[str, t.DataType]] = {
    "BOOLEAN": t.BOOLEAN,
    "TINYINT": t.BYTE,
    "BYTE": t.BYTE,
    "SMALLINT": t.SHORT,
    "SHORT": t.SHORT,
    "INT": t.INT,
    "INTEGER": t.INT,
    "BIGINT": t.LONG,
    "LONG": t.LONG,
    "FLOAT": t.FLOAT,
    "REAL": t.FLOAT,
    "DOUBLE": t.DOUBLE,
    "DATE": t.DATE,
    "TIMESTAMP_LTZ": t.TIMESTAMP,
    "TIMESTAMP_NTZ": t.TIMESTAMP_NTZ,
    "BINARY": t.BINARY,
    "VOID": t.NULL,
    "VARIANT": t.VARIANT,
}
