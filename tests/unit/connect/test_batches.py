from __future__ import annotations

import pyarrow as pa
import pyspark.sql.connect.proto as pb
import pytest

from hiveframe.connect.encode.arrow_schema import empty_batch
from hiveframe.connect.encode.batches import BatchLimits, chunk_limit, encode_batches, split_rows
from hiveframe.plan import types as t


def read(messages):
    data = b"".join(m.data for m in messages)
    return pa.ipc.open_stream(data).read_all()


def test_a_batch_is_split_by_rows_at_the_limit():
    batch = pa.record_batch({"n": pa.array(range(1000), pa.int64())})
    parts = list(split_rows(batch, 800))
    assert [p.num_rows for p in parts] == [100] * 10
    assert all(p.nbytes <= 800 for p in parts)


def test_offsets_and_counts_add_up():
    batch = pa.record_batch({"n": pa.array(range(1000), pa.int64())})
    messages = list(encode_batches(iter([batch, batch]), BatchLimits(4000)))
    assert [m.start_offset for m in messages] == [0, 500, 1000, 1500]
    assert [m.row_count for m in messages] == [500] * 4
    assert read(messages[1:2]).column(0).to_pylist() == list(range(500, 1000))


def test_one_long_row_is_cut_into_chunks_where_the_client_takes_them():
    batch = pa.record_batch({"s": ["x" * 10_000]})
    whole = list(encode_batches(iter([batch]), BatchLimits(2000)))
    assert len(whole) == 1
    assert not whole[0].HasField("num_chunks_in_batch")
    chunks = list(encode_batches(iter([batch]), BatchLimits(2000, 2000)))
    assert [c.chunk_index for c in chunks] == list(range(chunks[0].num_chunks_in_batch))
    assert all(len(c.data) <= 2000 for c in chunks)
    assert read(chunks).column(0)[0].as_py() == "x" * 10_000


def test_batches_are_read_one_at_a_time():
    taken = []

    def source():
        for n in range(3):
            taken.append(n)
            yield pa.record_batch({"n": [n]})

    messages = encode_batches(source(), BatchLimits(1000))
    next(messages)
    assert taken == [0]


@pytest.mark.parametrize(("preferred", "limit"), [(None, 5000), (2048, 2048), (10, 5000), (9000, 5000)])
def test_the_clients_chunk_size_counts_within_bounds(preferred, limit):
    options = pb.ResultChunkingOptions(allow_arrow_batch_chunking=True, preferred_arrow_chunk_size=preferred)
    assert chunk_limit(options, 5000) == limit
    assert chunk_limit(pb.ResultChunkingOptions(), 5000) is None


def test_an_empty_batch_has_the_columns_of_its_schema():
    schema = t.StructType(
        (
            t.StructField("a", t.ArrayType(t.StructType((t.StructField("x", t.DATE),)), False), False),
            t.StructField("m", t.MapType(t.STRING, t.DecimalType(5, 2))),
            t.StructField("a", t.TIMESTAMP),
        )
    )
    batch = empty_batch(schema)
    assert batch.num_rows == 0
    assert [str(f.type) for f in batch.schema] == [
        "list<element: struct<x: date32[day]> not null>",
        "map<string, decimal128(5, 2)>",
        "timestamp[us, tz=UTC]",
    ]
