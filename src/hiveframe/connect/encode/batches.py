"""Arrow batches to the messages that carry them: one stream of rows in pieces of a bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.dataclass import dataclass

END_OF_STREAM: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"
MIN_CHUNK_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """`max_bytes`: what one message should not exceed; `chunk_bytes`: where a batch is cut if it does (None: never)."""

    max_bytes: int
    chunk_bytes: int | None = None


def chunk_limit(options: pb.ResultChunkingOptions, max_bytes: int) -> int | None:
    """The size in which the client takes pieces of one batch; None when it takes whole batches only."""
    if not options.allow_arrow_batch_chunking:
        return None
    preferred = options.preferred_arrow_chunk_size if options.HasField("preferred_arrow_chunk_size") else max_bytes
    return preferred if MIN_CHUNK_BYTES <= preferred <= max_bytes else max_bytes


def encode_batches(
    batches: Iterator[pa.RecordBatch], limits: BatchLimits
) -> Iterator[pb.ExecutePlanResponse.ArrowBatch]:
    """Each batch as Arrow stream bytes, split by rows and, where one row is too long, by bytes; read lazily."""
    schema: pa.Schema | None = None
    header = b""
    offset = 0
    for batch in batches:
        if batch.schema is not schema:
            schema = batch.schema
            header = schema.serialize().to_pybytes()
        for part in split_rows(batch, limits.max_bytes):
            data = b"".join((header, part.serialize(), END_OF_STREAM))
            yield from _messages(data, part.num_rows, offset, limits)
            offset += part.num_rows


def split_rows(batch: pa.RecordBatch, max_bytes: int) -> Iterator[pa.RecordBatch]:
    """Slices of about `max_bytes`, at least one row each; an empty batch is one slice."""
    size = batch.nbytes
    if size <= max_bytes or batch.num_rows <= 1:
        yield batch
        return
    rows = max(1, batch.num_rows * max_bytes // size)
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _messages(
    data: bytes, row_count: int, offset: int, limits: BatchLimits
) -> Iterator[pb.ExecutePlanResponse.ArrowBatch]:
    limit = limits.chunk_bytes
    if limit is None or len(data) <= limit:
        yield pb.ExecutePlanResponse.ArrowBatch(row_count=row_count, data=data, start_offset=offset)
        return
    count = -(-len(data) // limit)
    for index in range(count):
        yield pb.ExecutePlanResponse.ArrowBatch(
            row_count=row_count,
            data=data[index * limit : (index + 1) * limit],
            start_offset=offset,
            chunk_index=index,
            num_chunks_in_batch=count,
        )
