"""First rows of an order are right whichever of the tied rows they hold, and wrong when no rows of the answer."""

import duckdb
import pyarrow as pa
import pytest

from benchmarks.clickbench.questions import in_duckdb, questions
from benchmarks.clickbench.ties import answer_difference

TOP = "select name, count(*) as n from t group by name order by n desc limit 2"


@pytest.fixture
def raw():
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest(['a', 'a', 'a', 'b', 'c', 'd']) AS name")
        yield connection


def judged(raw, names, counts):
    answer = pa.table({"name": names, "n": counts, "sort_key_0": counts})
    return answer_difference(TOP, lambda _: answer, in_duckdb, raw)


@pytest.mark.parametrize("tied", ["b", "c", "d"])
def test_any_of_the_tied_rows_is_right(raw, tied):
    assert judged(raw, ["a", tied], [3, 1]) is None


@pytest.mark.parametrize(
    ("names", "counts"), [(["a", "b"], [3, 2]), (["a", "x"], [3, 1]), (["a", "a"], [3, 1]), (["b"], [1])]
)
def test_other_rows_are_wrong(raw, names, counts):
    assert judged(raw, names, counts) is not None


def test_a_sort_key_that_is_not_selected_counts(raw):
    raw.execute("ALTER TABLE t ADD COLUMN n INTEGER; UPDATE t SET n = if(name = 'a', 0, 1)")
    first = "select name from t order by n limit 3"
    answers = {0: None, 1: "row 2 is at (1,) in the order, not at (0,)"}
    for last, difference in answers.items():
        ours = pa.table(
            {"name": ["a", "a", "a" if last == 0 else "b"], "sort_key_0": pa.array([0, 0, last], pa.int32())}
        )
        assert answer_difference(first, lambda _, ours=ours: ours, in_duckdb, raw) == difference


def test_there_are_43_questions_and_90_sums():
    assert len(questions()) == 43
    assert questions()["q29"].count("sum(") == 90
