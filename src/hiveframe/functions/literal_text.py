"""Constants as Spark shows them in column names and messages. Source: `Literal.sql` and `usePrettyExpression`."""

from __future__ import annotations

import datetime as dt
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from hiveframe.functions.datetime_text import civil_from_days
from hiveframe.functions.time_zones import zone
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_EPOCH: Final = dt.datetime(1970, 1, 1)
_UTC: Final = dt.UTC
_DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_MINUTE_US: Final = 60_000_000
_CYCLE_US: Final = 146_097 * _DAY_US  # 400 years
_FIRST_US: Final = -62_135_510_400_000_000  # where Python's calendar begins and ends, a day inside
_LAST_US: Final = 253_402_214_400_000_000


def literal_text(value: Any, dtype: DataType, time_zone: str = "UTC") -> str:
    """`value` (storage form) as it stands in a generated column name: strings without quotes."""
    if value is None:
        return "NULL"
    writer = _WRITERS.get(type(dtype))
    return writer(value, dtype, time_zone) if writer else str(value)


def literal_sql(value: Any, dtype: DataType, time_zone: str = "UTC") -> str:
    """`value` as SQL that reads back with its type: `'text'`, `7L`, `2.5BD`, `ARRAY('a')`, `MAP('k', 1)`."""
    if value is None:
        has_own = isinstance(dtype, (t.NullType, t.ArrayType, t.MapType, t.StructType))
        return "NULL" if has_own else f"CAST(NULL AS {t.sql_name(dtype)})"
    match dtype:
        case t.StringType():
            escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
            return f"'{escaped}'"
        case t.ArrayType(element):
            return f"ARRAY({_listed([(v, element) for v in value], time_zone)})"
        case t.MapType(key, item):
            return f"MAP({_listed([pair for k, v in value for pair in ((k, key), (v, item))], time_zone)})"
        case t.StructType(fields):
            named = [pair for f, v in zip(fields, value, strict=True) for pair in ((f.name, t.STRING), (v, f.dtype))]
            return f"NAMED_STRUCT({_listed(named, time_zone)})"
    text = literal_text(value, dtype, time_zone)
    if isinstance(dtype, t.FloatType) or (isinstance(dtype, t.DoubleType) and not math.isfinite(value)):
        return f"CAST('{text}' AS {t.sql_name(dtype)})"
    return text + _SUFFIXES.get(type(dtype), "")


def _listed(values: Sequence[tuple[Any, DataType]], time_zone: str) -> str:
    return ", ".join(literal_sql(value, dtype, time_zone) for value, dtype in values)


_SUFFIXES: Final[Mapping[type[DataType], str]] = {
    t.ByteType: "Y",
    t.ShortType: "S",
    t.LongType: "L",
    t.DoubleType: "D",
    t.DecimalType: "BD",
}


def java_double(value: float) -> str:
    """A double as Java's `Double.toString` writes it."""
    return _java_floating(value, repr(value))


def java_float(value: float) -> str:
    """A float as Java's `Float.toString` writes it."""
    narrow = struct.unpack("f", struct.pack("f", value))[0]
    shortest = next((s for s in (f"{narrow:.{n}g}" for n in range(1, 10)) if _as_float(s) == narrow), repr(narrow))
    return _java_floating(narrow, shortest)


_LEAST: Final = {"5e-324": "4.9e-324", "-5e-324": "-4.9e-324", "1e-45": "1.4e-45", "-1e-45": "-1.4e-45"}  # two digits


def _as_float(text: str) -> float:
    return float(struct.unpack("f", struct.pack("f", float(text)))[0])


def _java_floating(value: float, shortest: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    shortest = _LEAST.get(shortest, shortest)
    sign, digits, exponent = Decimal(shortest).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    minus = "-" if sign else ""
    if not text:
        return minus + "0.0"
    point = len(text) + exponent
    if -3 < point <= 7:
        if point <= 0:
            return f"{minus}0.{'0' * -point}{text.rstrip('0') or '0'}"
        whole, fraction = text[:point].ljust(point, "0"), text[point:].rstrip("0")
        return f"{minus}{whole}.{fraction or '0'}"
    fraction = text[1:].rstrip("0") or "0"
    return f"{minus}{text[0]}.{fraction}E{point - 1}"


def decimal_text(value: Decimal) -> str:
    """A decimal as Java's `BigDecimal.toString` writes it."""
    text = str(value)
    return text.replace("E+", "E+")


def date_text(days: int) -> str:
    """`2020-01-01`; years beyond 9999 have a sign, those before 1 count down from 0 as in ISO 8601."""
    year, month, day = civil_from_days(days)
    if 0 <= year <= 9999:
        return f"{year:04d}-{month:02d}-{day:02d}"
    return f"{year:+05d}-{month:02d}-{day:02d}"


def timestamp_text(microseconds: int, time_zone: str | None) -> str:
    """`2020-01-01 00:00:00.123` in the zone (None: as it is)."""
    if time_zone is not None:
        # Beyond Python's calendar the clocks are those of the years 400, 800 … nearer: the same weekdays.
        too_early, too_late = max(_FIRST_US - microseconds, 0), max(microseconds - _LAST_US, 0)
        cycles = -(-too_early // _CYCLE_US) - -(-too_late // _CYCLE_US)
        near = _EPOCH + dt.timedelta(microseconds=microseconds + cycles * _CYCLE_US)
        moment = near.replace(tzinfo=_UTC).astimezone(zone(time_zone))
        microseconds += (moment.utcoffset() or dt.timedelta()) // dt.timedelta(microseconds=1)
    days, rest = divmod(microseconds, _DAY_US)
    return f"{date_text(days)} {time_text(rest * 1000)}"


def _fraction(microseconds: int) -> str:
    return f".{microseconds:06d}".rstrip("0") if microseconds else ""


def time_text(nanoseconds: int) -> str:
    """`12:30:00.5`."""
    seconds, fraction = divmod(nanoseconds // 1000, 1_000_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{_fraction(fraction)}"


def year_month_text(months: int, dtype: t.YearMonthIntervalType) -> str:
    """`INTERVAL '1-2' YEAR TO MONTH`."""
    sign, size = ("-", -months) if months < 0 else ("", months)
    if dtype.start == dtype.end == t.YEAR:
        return f"INTERVAL '{sign}{size // 12}' YEAR"
    if dtype.start == dtype.end == t.MONTH:
        return f"INTERVAL '{sign}{size}' MONTH"
    return f"INTERVAL '{sign}{size // 12}-{size % 12}' YEAR TO MONTH"


_DT_NAMES: Final = ("DAY", "HOUR", "MINUTE", "SECOND")


def day_time_text(microseconds: int, dtype: t.DayTimeIntervalType) -> str:
    """`INTERVAL '1 02:03:04.5' DAY TO SECOND`."""
    sign, rest = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    start, end = dtype.start, dtype.end
    text = ""
    sizes = (_DAY_US, _HOUR_US, _MINUTE_US, 1_000_000)
    for unit in range(start, end + 1):
        count, rest = divmod(rest, sizes[unit])
        if unit == t.SECOND:
            text += f"{count:02d}{_fraction(rest)}"
        elif unit == start and unit == t.DAY:
            text += str(count)
        else:
            text += f"{count:02d}"
        if unit < end:
            text += " " if unit == t.DAY else ":"
    unit_text = _DT_NAMES[start] if start == end else f"{_DT_NAMES[start]} TO {_DT_NAMES[end]}"
    return f"INTERVAL '{sign}{text}' {unit_text}"


def calendar_text(value: tuple[int, int, int]) -> str:
    """`1 years 2 months 3 days 4 hours`."""
    months, days, microseconds = value
    parts: list[str] = []
    years, months = int(months / 12), int(math.fmod(months, 12))
    for count, unit in ((years, "years"), (months, "months"), (days, "days")):
        if count:
            parts.append(f"{count} {unit}")
    hours = int(microseconds / _HOUR_US)
    rest = microseconds - hours * _HOUR_US
    minutes = int(rest / _MINUTE_US)
    rest -= minutes * _MINUTE_US
    if hours:
        parts.append(f"{hours} hours")
    if minutes:
        parts.append(f"{minutes} minutes")
    if rest:
        sign = "-" if rest < 0 else ""
        parts.append(f"{sign}{abs(rest) // 1_000_000}{_fraction(abs(rest) % 1_000_000)} seconds")
    return " ".join(parts) or "0 seconds"


def _array(value: Any, dtype: DataType, zone: str) -> str:
    assert isinstance(dtype, t.ArrayType)
    return "ARRAY(" + ", ".join(literal_text(v, dtype.element, zone) for v in value) + ")"


def _map(value: Any, dtype: DataType, zone: str) -> str:
    assert isinstance(dtype, t.MapType)
    keys = ", ".join(literal_text(k, dtype.key, zone) for k, _ in value)
    values = ", ".join(literal_text(v, dtype.value, zone) for _, v in value)
    return f"MAP_FROM_ARRAYS(ARRAY({keys}), ARRAY({values}))"


def _struct(value: Any, dtype: DataType, zone: str) -> str:
    assert isinstance(dtype, t.StructType)
    pairs = [f"{f.name}, {literal_text(v, f.dtype, zone)}" for f, v in zip(dtype.fields, value, strict=True)]
    return "NAMED_STRUCT(" + ", ".join(pairs) + ")"


_WRITERS: Final[Mapping[type[DataType], Callable[[Any, Any, str], str]]] = {
    t.StringType: lambda v, d, z: v if d.collation == "UTF8_BINARY" else f"'{v}' collate {d.collation}",
    t.BooleanType: lambda v, d, z: "true" if v else "false",
    t.FloatType: lambda v, d, z: java_float(v),
    t.DoubleType: lambda v, d, z: java_double(v),
    t.DecimalType: lambda v, d, z: decimal_text(v),
    t.BinaryType: lambda v, d, z: "X'" + bytes(v).hex().upper() + "'",
    t.DateType: lambda v, d, z: f"DATE '{date_text(v)}'",
    t.TimestampType: lambda v, d, z: f"TIMESTAMP '{timestamp_text(v, z)}'",
    t.TimestampNTZType: lambda v, d, z: f"TIMESTAMP_NTZ '{timestamp_text(v, None)}'",
    t.TimeType: lambda v, d, z: f"TIME '{time_text(v)}'",
    t.YearMonthIntervalType: lambda v, d, z: year_month_text(v, d),
    t.DayTimeIntervalType: lambda v, d, z: day_time_text(v, d),
    t.CalendarIntervalType: lambda v, d, z: f"INTERVAL '{calendar_text(v)}'",
    t.ArrayType: _array,
    t.MapType: _map,
    t.StructType: _struct,
}
