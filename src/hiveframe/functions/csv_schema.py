"""The schema of a CSV record by Spark's rules: int, bigint, decimal, double, date, timestamp, boolean, string.

Source: Spark's `CSVInferSchema`.
"""

from __future__ import annotations

import re
from typing import Final

from hiveframe.functions.csv_options import CsvOptions
from hiveframe.functions.csv_tokens import tokenizer
from hiveframe.functions.text_leaves import decimal_reader
from hiveframe.functions.text_moments import TextMoments
from hiveframe.functions.text_options import TextOptions, java_double, java_long
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, DecimalType, StructField, StructType, sql_name

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def schema_of_csv(record: str, options: TextOptions, time_zone: str, *, ntz: bool) -> str:
    """The DDL of one record's schema, its fields called `_c0` and so on."""
    csv_options = CsvOptions(options)
    types = _Types(csv_options, options, time_zone, ntz=ntz)
    tokens = tokenizer(csv_options)(record) or []
    return sql_name(StructType(tuple(StructField(f"_c{i}", types.of(token)) for i, token in enumerate(tokens))))


class _Types:
    def __init__(self, csv_options: CsvOptions, options: TextOptions, time_zone: str, *, ntz: bool) -> None:
        self._options = csv_options
        self._moments = TextMoments(options, time_zone)
        self._decimal = decimal_reader(options.text("locale", "en-US"))
        self._ntz = ntz

    def of(self, token: str | None) -> DataType:
        """The narrowest type of a field; STRING where nothing stands."""
        if token is None:
            return t.STRING
        for bits, dtype in ((32, t.INT), (64, t.LONG)):
            if java_long(token, bits) is not None:
                return dtype
        number = self._decimal(token)
        if number is not None and number.as_tuple().exponent == 0:
            digits = len(number.as_tuple().digits)
            return DecimalType(digits, 0) if digits <= 38 else t.DOUBLE
        options = self._options
        words = (options.nan, options.positive_infinity, options.negative_infinity)
        if java_double(token) is not None or token in words:
            return t.DOUBLE
        return self._of_moment(token)

    def _of_moment(self, token: str) -> DataType:
        moments = self._moments
        if self._options.prefers_date:
            is_usual = moments.date_format is not None or _DATE.fullmatch(token) is not None
            if is_usual and moments.date(token) is not None:
                return t.DATE
        if self._ntz and moments.timestamp_ntz(token) is not None:
            return t.TIMESTAMP_NTZ
        if moments.timestamp(token) is not None:
            return t.TIMESTAMP
        return t.BOOLEAN if token.lower() in ("true", "false") else t.STRING
