"""The kinds of join."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pyspark.sql.connect.proto import relations_pb2 as pb

from hiveframe.connect.decode.invalid import bad_enum, invalid_plan
from hiveframe.errors import AnalysisException
from hiveframe.plan import spec

if TYPE_CHECKING:
    from hiveframe.connect.decode.plan import Decoder


def join(d: Decoder, m: pb.Join, left: spec.Relation, right: spec.Relation) -> spec.Relation:
    """A join by condition or by shared columns, never both."""
    if m.using_columns and m.HasField("join_condition"):
        raise invalid_plan("USING_COLUMNS_OR_JOIN_CONDITION_SET_IN_JOIN")
    kind = _KINDS.get(m.join_type)
    if kind is None:
        raise bad_enum(m, "join_type")
    condition = d.expression(m.join_condition) if m.HasField("join_condition") else None
    structs = None
    if m.HasField("join_data_type"):
        structs = (m.join_data_type.is_left_struct, m.join_data_type.is_right_struct)
    return spec.Join(left, right, kind, condition, tuple(m.using_columns), structs=structs)


def lateral_join(d: Decoder, m: pb.LateralJoin, left: spec.Relation, right: spec.Relation) -> spec.Relation:
    """A join whose right side may name the left side's columns."""
    kind = _KINDS.get(m.join_type)
    if kind is None:
        raise bad_enum(m, "join_type")
    condition = d.expression(m.join_condition) if m.HasField("join_condition") else None
    return spec.Join(left, right, kind, condition, is_lateral=True)


def as_of_join(d: Decoder, m: pb.AsOfJoin, left: spec.Relation, right: spec.Relation) -> spec.Relation:
    """An as-of join as pandas has it."""
    kind = _NAMED_KINDS.get(m.join_type.replace("_", "").lower())
    if kind is None:
        supported = "'" + "', '".join(_NAMED_KINDS) + "'"
        raise AnalysisException("UNSUPPORTED_JOIN_TYPE", {"typ": m.join_type, "supported": supported})
    return spec.AsOfJoin(
        left,
        right,
        d.expression(m.left_as_of),
        d.expression(m.right_as_of),
        d.expression(m.join_expr) if m.HasField("join_expr") else None,
        tuple(m.using_columns),
        kind,
        d.expression(m.tolerance) if m.HasField("tolerance") else None,
        m.allow_exact_matches,
        m.direction,
    )


def nearest_by_join(d: Decoder, m: pb.NearestByJoin, left: spec.Relation, right: spec.Relation) -> spec.Relation:
    """A nearest-by join; the searches `approx` and `exact` are one here."""
    kind = _NEAREST_KINDS.get(m.join_type.replace("_", "").lower())
    if kind is None:
        params = {"joinType": m.join_type, "supported": "'INNER', 'LEFT OUTER'"}
        raise AnalysisException("NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE", params)
    if m.mode.lower() not in _NEAREST_MODES:
        params = {"mode": m.mode, "supported": _listed(_NEAREST_MODES)}
        raise AnalysisException("NEAREST_BY_JOIN.UNSUPPORTED_MODE", params)
    if m.direction.lower() not in _NEAREST_DIRECTIONS:
        params = {"direction": m.direction, "supported": _listed(_NEAREST_DIRECTIONS)}
        raise AnalysisException("NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION", params)
    return spec.NearestByJoin(left, right, d.expression(m.ranking_expression), m.num_results, kind, m.direction.lower())


def _listed(names: tuple[str, ...]) -> str:
    return "'" + "', '".join(names) + "'"


_NEAREST_KINDS: Final[Mapping[str, str]] = {"inner": "inner", "left": "left", "leftouter": "left"}
_NEAREST_MODES: Final = ("approx", "exact")
_NEAREST_DIRECTIONS: Final = ("distance", "similarity")

_KINDS: Final[Mapping[int, str]] = {
    pb.Join.JOIN_TYPE_INNER: "inner",
    pb.Join.JOIN_TYPE_FULL_OUTER: "full",
    pb.Join.JOIN_TYPE_LEFT_OUTER: "left",
    pb.Join.JOIN_TYPE_RIGHT_OUTER: "right",
    pb.Join.JOIN_TYPE_LEFT_ANTI: "anti",
    pb.Join.JOIN_TYPE_LEFT_SEMI: "semi",
    pb.Join.JOIN_TYPE_CROSS: "cross",
}

_NAMED_KINDS: Final[Mapping[str, str]] = {
    "inner": "inner",
    "outer": "full",
    "full": "full",
    "fullouter": "full",
    "leftouter": "left",
    "left": "left",
    "rightouter": "right",
    "right": "right",
    "leftsemi": "semi",
    "semi": "semi",
    "leftanti": "anti",
    "anti": "anti",
    "cross": "cross",
}
