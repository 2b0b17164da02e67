"""Avro files written here, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.functions.avro_types import avro_schema, parse_schema
from hiveframe.functions.avro_values import fastavro, to_datum
from hiveframe.lake.options import Options
from hiveframe.plan.types import StructField, StructType


class AvroFileWriter:
    """An Avro file whose records are the rows; `avroSchema`, `recordName` and `recordNamespace` as in Spark."""

    def __init__(self, path: str, fields: Sequence[StructField], options: Options, codec: str) -> None:
        library = fastavro()
        self._fields = fields
        if "avroSchema" in options:
            schema = parse_schema(options["avroSchema"])
        else:
            name = options.get("recordName", "topLevelRecord")
            schema = avro_schema(StructType(tuple(fields)), False, name, options.get("recordNamespace", ""))
        self._file = open(path, "wb")  # noqa: SIM115  closed by close()
        self._writer: Any = library.write.Writer(self._file, library.parse_schema(schema), codec=codec)

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds rows."""
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            pairs = zip(self._fields, row, strict=True)
            record = {f.name: to_datum(value, f.dtype) for f, value in pairs}
            try:
                self._writer.write(record)
            except (ValueError, TypeError, AttributeError) as error:
                raise SparkException("TASK_WRITE_FAILED", {"path": "Avro"}, detail=f" {error}") from error

    def close(self) -> None:
        """Completes the file."""
        self._writer.flush()
        self._file.close()
