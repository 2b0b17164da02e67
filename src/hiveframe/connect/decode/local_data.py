"""Rows that travel with the plan, or were uploaded before it, as Arrow tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from google.protobuf.message import DecodeError
from pyspark.sql.connect.proto import relations_pb2 as pb

from hiveframe.connect.decode.invalid import invalid_plan
from hiveframe.connect.decode.schema_text import schema_or_text
from hiveframe.plan import spec

if TYPE_CHECKING:
    from hiveframe.connect.decode.plan import Decoder


def local_relation(_: Decoder, m: pb.LocalRelation) -> spec.Relation:
    """Rows in the message itself; without rows there must be a schema."""
    schema = schema_or_text(m.schema) if m.HasField("schema") else None
    if not m.HasField("data"):
        if schema is None:
            raise invalid_plan("SCHEMA_REQUIRED_FOR_LOCAL_RELATION")
        return spec.LocalRelation(None, schema)
    return spec.LocalRelation(read_table([m.data]), schema)


def cached_local_relation(d: Decoder, m: pb.CachedLocalRelation) -> spec.Relation:
    """Rows uploaded as one serialized `LocalRelation`, found by its SHA-256."""
    blob = d.artifact(m.hash)
    if blob is None:
        raise invalid_plan("NOT_FOUND_CACHED_LOCAL_RELATION", hash=m.hash, sessionUUID=d.session_id)
    try:
        inner = pb.LocalRelation.FromString(bytes(blob))
    except DecodeError as error:
        raise invalid_plan("CANNOT_PARSE", errorMsg=str(error)) from error
    return local_relation(d, inner)


def chunked_local_relation(d: Decoder, m: pb.ChunkedCachedLocalRelation) -> spec.Relation:
    """Rows uploaded as several Arrow streams, each found by its SHA-256."""
    if not m.dataHashes:
        raise invalid_plan("CHUNKED_CACHED_LOCAL_RELATION_WITHOUT_DATA")
    chunks = [_chunk(d, name) for name in m.dataHashes]
    schema = bytes(_chunk(d, m.schemaHash)).decode() if m.HasField("schemaHash") else ""
    return spec.LocalRelation(read_table(chunks), schema_or_text(schema))


def _chunk(d: Decoder, name: str) -> bytes | memoryview:
    blob = d.artifact(name)
    if blob is None:
        raise invalid_plan("NOT_FOUND_CHUNKED_CACHED_LOCAL_RELATION", hash=name, sessionUUID=d.session_id)
    return blob


def read_table(streams: list[bytes | memoryview]) -> pa.Table:
    """One table over all streams, without copying; data that is not an Arrow stream is CANNOT_PARSE."""
    try:
        tables = [pa.ipc.open_stream(pa.py_buffer(s)).read_all() for s in streams]
        return tables[0] if len(tables) == 1 else pa.concat_tables(tables)
    except (pa.ArrowInvalid, OSError) as error:
        raise invalid_plan("CANNOT_PARSE", errorMsg=f"not an Arrow stream: {error}") from error
