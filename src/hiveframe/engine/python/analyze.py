"""The static `analyze` of a Python table function, called through PySpark's own worker module."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, Final

from hiveframe.analysis.environment import AnalyzedArgument, TableFunctionAnalysis
from hiveframe.engine.python.failures import user_traceback
from hiveframe.engine.python.printing import printing_to_stderr
from hiveframe.errors import AnalysisException
from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json

_NULLS_FIRST: Final = {0: None, 1: True, 2: False}


def analyze(name: str, command: bytes, args: Sequence[AnalyzedArgument]) -> TableFunctionAnalysis:
    """What the function says of a call; TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON when it fails."""
    from pyspark.errors import PySparkValueError
    from pyspark.sql.worker.analyze_udtf import _main

    request, response = io.BytesIO(), io.BytesIO()
    _write(name, command, args, request)
    request.seek(0)
    try:
        with printing_to_stderr():
            _main(request, response)
    except Exception as failure:
        # what the worker itself says of a call is shown without a traceback
        text = str(failure).strip() if isinstance(failure, PySparkValueError) else user_traceback(failure).rstrip("\n")
        raise AnalysisException("TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON", {"msg": text}) from failure
    response.seek(0)
    return _read(response)


def _write(name: str, command: bytes, args: Sequence[AnalyzedArgument], out: io.BytesIO) -> None:
    from pyspark.serializers import CPickleSerializer, write_int, write_with_length

    write_with_length(name.encode(), out)
    write_with_length(command, out)
    write_int(len(args), out)
    for arg in args:
        write_with_length(json.dumps(t.json_value(arg.dtype)).encode(), out)
        out.write(b"\x01" if arg.is_constant else b"\x00")
        if arg.is_constant:
            CPickleSerializer()._write_with_length(_internal(arg.value, arg.dtype), out)
        out.write(b"\x01" if arg.is_table else b"\x00")
        out.write(b"\x00" if arg.name is None else b"\x01")
        if arg.name is not None:
            write_with_length(arg.name.encode(), out)


def _internal(value: Any, dtype: t.DataType) -> Any:
    """A value in storage form as PySpark's `fromInternal` takes it."""
    if value is None:
        return None
    match dtype:
        case t.ArrayType(element):
            return [_internal(v, element) for v in value]
        case t.MapType(key, item):
            return {_internal(k, key): _internal(v, item) for k, v in value}
        case t.StructType(fields):
            return tuple(_internal(v, f.dtype) for v, f in zip(value, fields, strict=True))
    return value


def _read(response: io.BytesIO) -> TableFunctionAnalysis:
    from pyspark.serializers import read_int

    def text() -> str:
        return response.read(read_int(response)).decode()

    schema = type_from_json(text())
    assert isinstance(schema, t.StructType)
    pickled = response.read(read_int(response))
    single = bool(read_int(response))
    partition_by = tuple(text() for _ in range(read_int(response)))
    order_by = tuple(
        (text(), bool(read_int(response)), _NULLS_FIRST[read_int(response)]) for _ in range(read_int(response))
    )
    select = tuple((text(), text()) for _ in range(read_int(response)))
    return TableFunctionAnalysis(schema, pickled, single, partition_by, order_by, select)
