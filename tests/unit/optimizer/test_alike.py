"""When two plans give the same rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hiveframe.lake.options import Options
from hiveframe.lake.scan import METADATA_POSITION, ScanFile, ScanSource
from hiveframe.optimizer.alike import Likeness
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t

SCHEMA = t.StructType((t.StructField("a", t.LONG, True), t.StructField("b", t.LONG, True)))
SOURCE = ScanSource("parquet", ("/t",), (ScanFile("/t/f", 1, 1),), SCHEMA, Options({}))


def column(number: int) -> lg.Column:
    return lg.Column(number, f"c{number}", t.LONG, True)


def scan(first_id: int, source: ScanSource = SOURCE, positions: tuple[int, ...] = (0, 1)) -> lg.Scan:
    return lg.Scan(tuple(column(first_id + i) for i in range(len(positions))), source, positions)


def filtered(first_id: int, condition: lg.Expr) -> lg.Relation:
    return lg.Filter(scan(first_id), condition)


def equals(number: int, value: lg.Expr) -> lg.Expr:
    return lg.Call("=", (column(number), value), t.BOOLEAN)


ONE = lg.Literal(1, t.LONG)


def test_plans_that_differ_in_numbers_and_names_alone_are_alike() -> None:
    likeness = Likeness()
    renamed = filtered(11, lg.Call("=", (replace(column(12), name="x"), ONE), t.BOOLEAN))
    assert likeness.of(filtered(1, equals(2, ONE)), renamed)
    assert {number: known.id for number, known in likeness.columns.items()} == {11: 1, 12: 2}
    assert likeness.of(column(2), column(12))
    assert not likeness.of(column(1), column(12))


@pytest.mark.parametrize(
    "other",
    [
        equals(11, ONE),
        equals(99, ONE),  # a column from outside
        equals(12, lg.Literal(2, t.LONG)),
        equals(12, lg.Literal(1, t.INT)),
        equals(12, lg.Literal(True, t.LONG)),
        equals(12, column(11)),
        lg.Call("!=", (column(12), ONE), t.BOOLEAN),
        lg.Call("=", (column(12), ONE, ONE), t.BOOLEAN),
    ],
)
def test_other_conditions_are_not(other: lg.Expr) -> None:
    assert not Likeness().of(filtered(1, equals(2, ONE)), filtered(11, other))


@pytest.mark.parametrize(
    "other",
    [
        scan(11, positions=(1, 0)),
        scan(11, positions=(0,)),
        scan(11, replace(SOURCE, files=(ScanFile("/t/f", 1, 2),))),
        scan(11, replace(SOURCE, options=Options({"mergeSchema": "true"}))),
        scan(11, replace(SOURCE, format="orc")),
        scan(11, replace(SOURCE, state=object())),
        lg.Range((column(11), column(12)), 0, 1, 1),
    ],
)
def test_other_scans_are_not(other: lg.Relation) -> None:
    assert Likeness().of(scan(1), scan(11, replace(SOURCE)))
    assert not Likeness().of(scan(1), other)


def test_scans_that_tell_of_their_files_are_not() -> None:
    assert not Likeness().of(scan(1, positions=(0, METADATA_POSITION)), scan(11, positions=(0, METADATA_POSITION)))


def test_sources_without_files_may_give_other_rows_each_time() -> None:
    nothing = replace(SOURCE, files=())
    assert not Likeness().of(scan(1, nothing), scan(11, replace(nothing)))
    assert Likeness().of(scan(1, nothing), scan(11, nothing))


def test_uses_of_one_common_table_are_alike() -> None:
    assert Likeness().of(lg.CteRef((column(1),), 7), lg.CteRef((column(2),), 7))
    assert not Likeness().of(lg.CteRef((column(1),), 7), lg.CteRef((column(2),), 8))
