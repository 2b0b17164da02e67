"""ORC files, by pyarrow: the engine has no writer for them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pyarrow as pa
from pyarrow import orc


def write_orc(batches: Iterator[pa.RecordBatch], folder: str) -> None:
    """One file of all batches; without any batch there is no file."""
    path = os.path.join(folder, f"part-00000-{uuid.uuid4()}-c000.snappy.orc")
    writer: orc.ORCWriter | None = None
    try:
        for batch in batches:
            if writer is None:
                writer = orc.ORCWriter(path, compression="snappy")
            writer.write(pa.Table.from_batches([batch]))
    finally:
        if writer is not None:
            writer.close()
