"""How `partitionColumn` divides a table: the conditions that Spark 4.2 logs for the same bounds."""

from __future__ import annotations

import pytest

from hiveframe.lake.jdbc.strides import stride_conditions
from hiveframe.plan import types as t

LOGGED = [
    (
        ("a", t.LONG, "0", "100", 4),
        '"a" < 25 or "a" is null, "a" >= 25 AND "a" < 50, "a" >= 50 AND "a" < 75, "a" >= 75',
    ),
    (("a", t.LONG, "0", "10", 3), '"a" < 3 or "a" is null, "a" >= 3 AND "a" < 6, "a" >= 6'),
    (("a", t.LONG, "0", "3", 10), '"a" < 1 or "a" is null, "a" >= 1 AND "a" < 2, "a" >= 2'),
    (("a", t.LONG, "5", "5", 3), ""),
    (("a", t.LONG, "0", "100", 1), ""),
    (
        ("a", t.LONG, "0", "1000003", 7),
        (
            '"a" < 142859 or "a" is null, "a" >= 142859 AND "a" < 285716, "a" >= 285716 AND "a" < 428573, '
            '"a" >= 428573 AND "a" < 571430, "a" >= 571430 AND "a" < 714287, "a" >= 714287 AND "a" < 857144, '
            '"a" >= 857144'
        ),
    ),
    (
        ("d", t.DATE, "2020-01-01", "2020-03-01", 3),
        '"d" < \'2020-01-21\' or "d" is null, "d" >= \'2020-01-21\' AND "d" < \'2020-02-10\', "d" >= \'2020-02-10\'',
    ),
    (
        ("d", t.DATE, "2020-01-01", "2020-01-03", 8),
        '"d" < \'2020-01-02\' or "d" is null, "d" >= \'2020-01-02\'',
    ),
    (
        ("t", t.TIMESTAMP, "1970-01-01 00:00:00", "1970-01-03 12:00:00", 5),
        (
            '"t" < \'1970-01-01 12:00:00\' or "t" is null, '
            "\"t\" >= '1970-01-01 12:00:00' AND \"t\" < '1970-01-02 00:00:00', "
            "\"t\" >= '1970-01-02 00:00:00' AND \"t\" < '1970-01-02 12:00:00', "
            "\"t\" >= '1970-01-02 12:00:00' AND \"t\" < '1970-01-03 00:00:00', \"t\" >= '1970-01-03 00:00:00'"
        ),
    ),
]


@pytest.mark.parametrize(("asked", "logged"), LOGGED)
def test_a_table_is_divided_as_spark_divides_it(asked: tuple[str, t.DataType, str, str, int], logged: str) -> None:
    name, *rest = asked
    assert ", ".join(stride_conditions(f'"{name}"', *rest)) == logged
