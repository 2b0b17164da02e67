"""The AnalyzePlan RPC: fourteen questions about a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyspark.sql.connect.proto import base_pb2 as pb
from pyspark.sql.connect.proto import common_pb2, relations_pb2

from hiveframe.connect.decode.invalid import bad_enum, invalid_plan
from hiveframe.connect.decode.plan import unwrap
from hiveframe.connect.encode.types import encode_type, fill_type
from hiveframe.connect.seam import StorageLevel
from hiveframe.connect.sessions import Session
from hiveframe.errors import AnalysisException
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json

SPARK_VERSION: Final = "4.2.0"


def analyze(session: Session, request: pb.AnalyzePlanRequest, response: pb.AnalyzePlanResponse) -> None:
    """Answer `request` into `response`."""
    kind = request.WhichOneof("analyze")
    if kind is None:
        raise invalid_plan("UNKNOWN_ANALYZE_METHOD", other="ANALYZE_NOT_SET")
    QUESTIONS[kind](session, getattr(request, kind), response)


def _plan(session: Session, message: pb.Plan) -> spec.Relation:
    """The relation of a plan; a command has nothing to analyse."""
    operation = unwrap(message)
    if not isinstance(operation, relations_pb2.Relation):
        raise invalid_plan("INVALID_ONE_OF_FIELD_NOT_SET", fullName="spark.connect.Relation", name="RELTYPE_NOT_SET")
    return session.relation(operation)


def _schema(session: Session, m: pb.AnalyzePlanRequest.Schema, response: pb.AnalyzePlanResponse) -> None:
    fill_type(response.schema.schema, session.runtime.analyze_schema(_plan(session, m.plan)))


def _explain(session: Session, m: pb.AnalyzePlanRequest.Explain, response: pb.AnalyzePlanResponse) -> None:
    mode = _EXPLAIN_MODES.get(m.explain_mode)
    if mode is None:
        raise bad_enum(m, "explain_mode")
    response.explain.explain_string = session.runtime.explain(_plan(session, m.plan), mode)


def _tree_string(session: Session, m: pb.AnalyzePlanRequest.TreeString, response: pb.AnalyzePlanResponse) -> None:
    schema = session.runtime.analyze_schema(_plan(session, m.plan))
    response.tree_string.tree_string = t.tree_string(schema, m.level if m.HasField("level") else None)


def _is_local(session: Session, m: pb.AnalyzePlanRequest.IsLocal, response: pb.AnalyzePlanResponse) -> None:
    response.is_local.is_local = session.runtime.is_local(_plan(session, m.plan))


def _is_streaming(session: Session, m: pb.AnalyzePlanRequest.IsStreaming, response: pb.AnalyzePlanResponse) -> None:
    response.is_streaming.is_streaming = session.runtime.is_streaming(_plan(session, m.plan))


def _input_files(session: Session, m: pb.AnalyzePlanRequest.InputFiles, response: pb.AnalyzePlanResponse) -> None:
    response.input_files.files.extend(session.runtime.input_files(_plan(session, m.plan)))


def _spark_version(_: Session, __: pb.AnalyzePlanRequest.SparkVersion, response: pb.AnalyzePlanResponse) -> None:
    response.spark_version.version = SPARK_VERSION


def _ddl_parse(session: Session, m: pb.AnalyzePlanRequest.DDLParse, response: pb.AnalyzePlanResponse) -> None:
    response.ddl_parse.parsed.CopyFrom(encode_type(session.runtime.parse_ddl(m.ddl_string)))


def _same_semantics(session: Session, m: pb.AnalyzePlanRequest.SameSemantics, response: pb.AnalyzePlanResponse) -> None:
    target, other = _plan(session, m.target_plan), _plan(session, m.other_plan)
    response.same_semantics.result = session.runtime.same_semantics(target, other)


def _semantic_hash(session: Session, m: pb.AnalyzePlanRequest.SemanticHash, response: pb.AnalyzePlanResponse) -> None:
    response.semantic_hash.result = session.runtime.semantic_hash(_plan(session, m.plan))


def _persist(session: Session, m: pb.AnalyzePlanRequest.Persist, response: pb.AnalyzePlanResponse) -> None:
    level = _storage_level(m.storage_level) if m.HasField("storage_level") else None
    session.runtime.persist(session.relation(m.relation), level)
    response.persist.SetInParent()


def _unpersist(session: Session, m: pb.AnalyzePlanRequest.Unpersist, response: pb.AnalyzePlanResponse) -> None:
    session.runtime.unpersist(session.relation(m.relation), m.blocking)
    response.unpersist.SetInParent()


def _get_storage_level(
    session: Session, m: pb.AnalyzePlanRequest.GetStorageLevel, response: pb.AnalyzePlanResponse
) -> None:
    level = session.runtime.storage_level(session.relation(m.relation))
    target = response.get_storage_level.storage_level
    target.use_disk, target.use_memory, target.use_off_heap = level.use_disk, level.use_memory, level.use_off_heap
    target.deserialized, target.replication = level.deserialized, level.replication


def _json_to_ddl(_: Session, m: pb.AnalyzePlanRequest.JsonToDDL, response: pb.AnalyzePlanResponse) -> None:
    dtype = type_from_json(m.json_string)
    if not isinstance(dtype, t.StructType):
        raise AnalysisException("INVALID_JSON_DATA_TYPE", {"invalidType": m.json_string})
    response.json_to_ddl.ddl_string = table_ddl(dtype)


def table_ddl(schema: t.StructType) -> str:
    """The row type as a column list: `a INT NOT NULL,b STRING COMMENT 'x'` (Spark's `StructType.toDDL`)."""
    return ",".join(_column_ddl(f) for f in schema.fields)


def _column_ddl(field: t.StructField) -> str:
    name = field.name if _is_plain_name(field.name) else "`" + field.name.replace("`", "``") + "`"
    text = f"{name} {t.sql_name(field.dtype)}"
    if not field.nullable:
        text += " NOT NULL"
    comment = field.metadata.get("comment")
    if comment:
        text += " COMMENT '" + str(comment).replace("\\", "\\\\").replace("'", "\\'") + "'"
    return text


def _is_plain_name(name: str) -> bool:
    return name.isascii() and name.replace("_", "a").isalnum() and not name.isdigit()


def _storage_level(m: common_pb2.StorageLevel) -> StorageLevel:
    return StorageLevel(m.use_disk, m.use_memory, m.use_off_heap, m.deserialized, m.replication)


_EXPLAIN_MODES: Final[Mapping[int, str]] = {
    pb.AnalyzePlanRequest.Explain.EXPLAIN_MODE_SIMPLE: "simple",
    pb.AnalyzePlanRequest.Explain.EXPLAIN_MODE_EXTENDED: "extended",
    pb.AnalyzePlanRequest.Explain.EXPLAIN_MODE_CODEGEN: "codegen",
    pb.AnalyzePlanRequest.Explain.EXPLAIN_MODE_COST: "cost",
    pb.AnalyzePlanRequest.Explain.EXPLAIN_MODE_FORMATTED: "formatted",
}

QUESTIONS: Final[Mapping[str, Callable[[Session, Any, pb.AnalyzePlanResponse], None]]] = {
    "schema": _schema,
    "explain": _explain,
    "tree_string": _tree_string,
    "is_local": _is_local,
    "is_streaming": _is_streaming,
    "input_files": _input_files,
    "spark_version": _spark_version,
    "ddl_parse": _ddl_parse,
    "same_semantics": _same_semantics,
    "semantic_hash": _semantic_hash,
    "persist": _persist,
    "unpersist": _unpersist,
    "get_storage_level": _get_storage_level,
    "json_to_ddl": _json_to_ddl,
}
