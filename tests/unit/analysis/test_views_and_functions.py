"""Views, the user's functions and session variables are found and expanded."""

import pytest

from hiveframe.analysis.environment import PythonFunction, SqlFunction, ViewTable
from hiveframe.errors import AnalysisException
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.parser import parse_expression, parse_query
from tests.unit.analysis.environment import TestEnvironment, analyzed, columns_of, schema_table

TABLE = t.StructType((t.StructField("id", t.LONG, False), t.StructField("name", t.STRING)))


def env() -> TestEnvironment:
    made = TestEnvironment()
    made.views["t"] = schema_table(TABLE, "spark_catalog", "default", "t")
    made.views["v"] = ViewTable(parse_query("select id + 1 as n, name from t"), ("v",))
    return made


def test_a_table_s_columns_answer_to_every_part_of_its_name() -> None:
    query = "select id, t.id, default.t.id, spark_catalog.default.t.id from t"
    assert [name for name, _, _ in columns_of(analyzed(query, env()))] == ["id"] * 4


def test_a_view_stands_for_its_query_under_its_name() -> None:
    assert columns_of(analyzed("select v.n, name from v", env())) == [("n", "bigint", False), ("name", "string", True)]


def test_a_view_used_twice_has_columns_of_its_own_each_time() -> None:
    found = analyzed(
        "select a.n, b.n from v a join v b on a.n = b.n where a.n in (select n from v where n = a.n)", env()
    )
    assert [c.name for c in found.output] == ["n", "n"]


def test_a_stored_view_keeps_the_columns_it_promised() -> None:
    made = env()
    schema = t.StructType((t.StructField("x", t.LONG), t.StructField("y", t.STRING)))
    made.views["w"] = ViewTable(parse_query("select cast(id as int), name from t"), ("w",), schema, made)
    assert columns_of(analyzed("select * from w", made)) == [("x", "bigint", False), ("y", "string", True)]


def test_a_view_that_names_itself_is_refused() -> None:
    made = env()
    made.views["w"] = ViewTable(parse_query("select * from w"), ("w",), None, made)
    with pytest.raises(AnalysisException) as caught:
        analyzed("select * from w", made)
    assert caught.value.condition == "RECURSIVE_VIEW"


def test_a_table_that_is_not_there_names_the_search_path() -> None:
    with pytest.raises(AnalysisException) as caught:
        analyzed("select * from nope", env())
    assert caught.value.condition == "TABLE_OR_VIEW_NOT_FOUND"
    assert caught.value.params["relationName"] == "`nope`"


def test_a_sql_function_is_its_body_over_the_arguments() -> None:
    made = env()
    params = (("x", t.LONG, None), ("y", t.LONG, parse_expression("10")))
    made.functions["f"] = SqlFunction(("f",), params, parse_expression("x * 2 + f.y"), t.LONG)
    assert columns_of(analyzed("select f(1), f(id, y => 3) from t", made)) == [
        ("f(1)", "bigint", False),
        ("f(id, 3)", "bigint", False),
    ]
    with pytest.raises(AnalysisException) as caught:
        analyzed("select f()", made)
    assert caught.value.condition == "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"


def test_a_sql_table_function_may_name_its_parameters_anywhere() -> None:
    made = env()
    body = parse_query("select id, n as given from t where id > n")
    made.functions["g"] = SqlFunction(("g",), (("n", t.LONG, None),), body, None)
    assert columns_of(analyzed("select * from g(5)", made)) == [("id", "bigint", False), ("given", "bigint", False)]


def test_a_registered_python_function_is_a_call_of_it() -> None:
    made = env()
    made.functions["p"] = PythonFunction("p", spec.PythonFunction(b"", 100, "int"))
    found = analyzed("select p(id) from t", made)
    assert columns_of(found) == [("p(id)", "int", True)]
    assert isinstance(found, lg.Project)
    assert isinstance(found.items[0].expr, lg.PyUdf)


def test_a_grouped_python_function_is_an_aggregate() -> None:
    made = env()
    made.functions["p"] = PythonFunction("p", spec.PythonFunction(b"", 202, "double"))
    assert columns_of(analyzed("select name, p(id) from t group by name", made))[1] == ("p(id)", "double", True)
    with pytest.raises(AnalysisException) as caught:
        analyzed("select name, p(id) from t", made)
    assert caught.value.condition == "MISSING_GROUP_BY"


def test_a_variable_answers_when_no_column_does() -> None:
    made = env()
    made.variables["limit_id"] = lg.Literal(5, t.LONG)
    made.variables["name"] = lg.Literal("x", t.STRING)
    found = analyzed("select name, limit_id from t where id < limit_id", made)
    assert columns_of(found) == [("name", "string", True), ("limit_id", "bigint", False)]


def test_a_shared_with_entry_stands_once() -> None:
    found = analyzed("with q as (select sum(id) as s from t) select * from q a join q b on a.s = b.s", env())
    assert isinstance(found, lg.WithCtes)
    assert len(found.ctes) == 1
    single = analyzed("with q as (select sum(id) as s from t) select * from q", env())
    assert not isinstance(single, lg.WithCtes)
