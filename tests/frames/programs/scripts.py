"""SQL scripts, each with what it answers."""

from functools import partial

from tests.frames.cases import rows


def _answer(text, spark):
    return rows(spark.sql(text))


def case_parameter(spark):
    return rows(spark.sql("BEGIN DECLARE x INT DEFAULT :a; SELECT x + :a AS y; END", {"a": 4}))


def case_variable_twice(spark):
    from pyspark.errors import AnalysisException

    try:
        spark.sql("BEGIN DECLARE x INT; DECLARE x INT; END")
    except AnalysisException as error:
        return error.getCondition()
    return None


SCRIPTS = {
    "last_query": "BEGIN SELECT 1; SELECT 2 AS x; END",
    "no_query": "BEGIN DECLARE x INT DEFAULT 3; SET x = x + 1; END",
    "variable": "BEGIN DECLARE x INT DEFAULT 3; SET x = x * 2; SELECT x; END",
    "several_variables": "BEGIN DECLARE a, b INT DEFAULT 1; SET (a, b) = (SELECT 5, 6); SELECT a, b; END",
    "branch": (
        "BEGIN DECLARE x INT DEFAULT 3; IF x > 5 THEN SELECT 'big'; ELSEIF x > 2 THEN SELECT 'mid'; ELSE "
        "SELECT 'small'; END IF; END"
    ),
    "branch_on_null": "BEGIN IF NULL THEN SELECT 'a'; ELSE SELECT 'b'; END IF; END",
    "branch_on_a_number": "BEGIN IF 1 THEN SELECT 'a'; END IF; END",
    "branch_on_a_subquery": "BEGIN IF (SELECT count(*) > 2 FROM range(5)) THEN SELECT 'a'; END IF; END",
    "branch_on_exists": "BEGIN IF EXISTS (SELECT * FROM range(5)) THEN SELECT 'a'; END IF; END",
    "while": (
        "BEGIN DECLARE i, s INT DEFAULT 0; WHILE i < 5 DO SET i = i + 1; SET s = s + i; END WHILE; SELECT i, s; END"
    ),
    "repeat": "BEGIN DECLARE i INT DEFAULT 0; REPEAT SET i = i + 1; UNTIL i >= 3 END REPEAT; SELECT i; END",
    "loop": (
        "BEGIN DECLARE i INT DEFAULT 0; l: LOOP SET i = i + 1; IF i = 2 THEN ITERATE l; END IF; IF i > 4 THEN"
        " LEAVE l; END IF; END LOOP l; SELECT i; END"
    ),
    "for": (
        "BEGIN DECLARE s BIGINT DEFAULT 0; FOR r AS SELECT id, id * 2 AS d FROM range(4) DO SET s = s + r.d +"
        " id; END FOR; SELECT s; END"
    ),
    "for2": "BEGIN DECLARE s BIGINT DEFAULT 0; FOR SELECT id FROM range(4) DO SET s = s + id; END FOR; SELECT s; END",
    "case": (
        "BEGIN DECLARE x INT DEFAULT 2; CASE x WHEN 1 THEN SELECT 'one'; WHEN 2 THEN SELECT 'two'; ELSE "
        "SELECT 'other'; END CASE; END"
    ),
    "case2": (
        "BEGIN DECLARE x INT DEFAULT 7; CASE WHEN x < 5 THEN SELECT 'low'; WHEN x > 5 THEN SELECT 'high'; END CASE; END"
    ),
    "case3": "BEGIN CASE 1 WHEN 2 THEN SELECT 'two'; END CASE; END",
    "qual": (
        "outer: BEGIN DECLARE x INT DEFAULT 1; inner: BEGIN DECLARE x INT DEFAULT 2; SELECT outer.x, inner.x,"
        " x; END inner; END outer"
    ),
    "exit": (
        "BEGIN DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO BEGIN SELECT 'handled'; END; SELECT 1/0; SELECT 'after'; END"
    ),
    "continue": (
        "BEGIN DECLARE x INT DEFAULT 0; DECLARE CONTINUE HANDLER FOR DIVIDE_BY_ZERO SET x = 9; SELECT 1/0; "
        "SELECT x; END"
    ),
    "sqlstate": "BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '22012' SELECT 'state'; SELECT 1/0; END",
    "sqlexception": "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'any'; SELECT * FROM no_such_table; END",
    "inner": (
        "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'outer'; BEGIN DECLARE EXIT HANDLER FOR "
        "DIVIDE_BY_ZERO SELECT 'inner'; SELECT 1/0; END; SELECT 'next'; END"
    ),
    "inner2": (
        "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'outer'; BEGIN DECLARE EXIT HANDLER FOR "
        "DIVIDE_BY_ZERO SELECT 'inner'; SELECT * FROM no_such_table; END; SELECT 'next'; END"
    ),
    "raise": "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'r'; SELECT raise_error('x'); END",
    "uncaught": "BEGIN SELECT 1; SELECT 1/0; END",
    "condname": (
        "BEGIN DECLARE mine CONDITION FOR SQLSTATE '22012'; DECLARE EXIT HANDLER FOR mine SELECT 'mine'; "
        "SELECT 1/0; END"
    ),
    "ddl": "BEGIN CREATE OR REPLACE TEMP VIEW fr_sv AS SELECT 4 AS q; SELECT q FROM fr_sv; END",
    "declafter": "BEGIN SELECT 1; DECLARE x INT; END",
    "novar": "BEGIN SET nope = 1; END",
    "labelmismatch": "a: BEGIN SELECT 1; END b",
    "nolabel": "BEGIN LEAVE nope; END",
    "exec": "BEGIN DECLARE x INT DEFAULT 1; EXECUTE IMMEDIATE 'SELECT 5' INTO x; SELECT x; END",
    "notatomic": "BEGIN NOT ATOMIC SELECT 1; END",
    "sessvar": "BEGIN DECLARE y INT DEFAULT 1; SET y = 2; SELECT session.y; END",
    "forleave": (
        "BEGIN DECLARE n INT DEFAULT 0; l: FOR r AS SELECT id FROM range(5) DO IF r.id = 2 THEN LEAVE l; END "
        "IF; SET n = n + 1; END FOR l; SELECT n; END"
    ),
    "cursor": (
        "BEGIN DECLARE x BIGINT; DECLARE c CURSOR FOR SELECT id FROM range(3); OPEN c; FETCH c INTO x; FETCH "
        "c INTO x; CLOSE c; SELECT x; END"
    ),
    "handlererr": "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1/0; SELECT * FROM nope_t; END",
    "duphandler": (
        "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1; DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT "
        "2; SELECT 1; END"
    ),
    "emptyblock": "BEGIN END",
    "noend": "BEGIN SELECT 1;",
    "nosemi": "BEGIN SELECT 1 END",
    "lastset": "BEGIN DECLARE x INT; SELECT 1 AS a; SET x = 2; END",
    "lastddl": "BEGIN SELECT 1 AS a; CREATE OR REPLACE TEMP VIEW fr_sv AS SELECT 4 AS q; END",
    "show": "BEGIN SHOW CURRENT NAMESPACE; END",
    "ifnullb": "BEGIN IF CAST(NULL AS BOOLEAN) THEN SELECT 'a'; ELSE SELECT 'b'; END IF; END",
    "ifempty": "BEGIN IF (SELECT id > 1 FROM range(0)) THEN SELECT 'a'; END IF; END",
    "iftwo": "BEGIN IF (SELECT id > 1 FROM range(2)) THEN SELECT 'a'; END IF; END",
    "nested": "BEGIN DECLARE x INT DEFAULT 1; b1: BEGIN DECLARE x INT DEFAULT 2; SELECT x, b1.x AS y; END b1; END",
    "nested2": (
        "BEGIN l1: BEGIN DECLARE x INT DEFAULT 1; l2: BEGIN DECLARE x INT DEFAULT 2; SET l1.x = 7; SELECT x, "
        "l1.x AS y; END l2; END l1; END"
    ),
    "mismatch": "BEGIN a: BEGIN SELECT 1; END b; END",
    "endlabel": "BEGIN BEGIN SELECT 1; END b; END",
    "iterblock": "BEGIN a: BEGIN ITERATE a; END a; END",
    "duplabel": "BEGIN a: BEGIN a: BEGIN SELECT 1; END a; END a; END",
    "leaveblock": "BEGIN a: BEGIN SELECT 1; LEAVE a; SELECT 2; END a; END",
    "replace": "BEGIN DECLARE OR REPLACE x INT; END",
    "qualdecl": "BEGIN DECLARE a.x INT; END",
    "condcase": "BEGIN DECLARE EXIT HANDLER FOR divide_by_zero SELECT 'lower'; SELECT 1/0; END",
    "conds": (
        "BEGIN DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO, SQLSTATE '42P01' SELECT 'either'; SELECT * FROM nope_t; END"
    ),
    "sub": "BEGIN DECLARE EXIT HANDLER FOR UNRESOLVED_COLUMN SELECT 'main'; SELECT nope; END",
    "sub2": "BEGIN DECLARE EXIT HANDLER FOR UNRESOLVED_COLUMN.WITHOUT_SUGGESTION SELECT 'sub'; SELECT nope; END",
    "badcond": "BEGIN DECLARE EXIT HANDLER FOR NO_SUCH_THING SELECT 1; SELECT 2; END",
    "badstate": "BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '12' SELECT 1; SELECT 2; END",
    "dupstate": (
        "BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '42P01' SELECT 1; DECLARE EXIT HANDLER FOR SQLSTATE '42P01' "
        "SELECT 1; SELECT 2; END"
    ),
    "handlervar": (
        "BEGIN DECLARE x INT DEFAULT 4; DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET x = x + 1; SELECT x; "
        "END; SET x = 8; SELECT 1/0; END"
    ),
    "handlerorder": "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1; DECLARE x INT; SELECT 2; END",
    "handlerlate": "BEGIN SELECT 1; DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1; END",
    "prec": (
        "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'any'; DECLARE EXIT HANDLER FOR SQLSTATE '22012' "
        "SELECT 'state'; DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO SELECT 'name'; SELECT 1/0; END"
    ),
    "notfound": "BEGIN DECLARE EXIT HANDLER FOR NOT FOUND SELECT 'nf'; SELECT 1/0; END",
    "setvar": "BEGIN DECLARE x, y INT; SET x = 1, y = 2; SET VAR x = x + 1; SELECT x, y; END",
    "setdefault": "BEGIN DECLARE x INT DEFAULT 5; SET x = 6; SET x = DEFAULT; SELECT x; END",
    "session": "BEGIN DECLARE x INT DEFAULT 1; SET x = 2; EXECUTE IMMEDIATE 'SELECT x'; END",
    "inif": (
        "BEGIN DECLARE i INT DEFAULT 0; WHILE TRUE DO SET i = i + 1; IF i = 3 THEN BEGIN DECLARE k INT "
        "DEFAULT i; SELECT k; END; END IF; IF i > 3 THEN SELECT i; SET i = i / 0; END IF; END WHILE; END"
    ),
    "casenomatch": "BEGIN CASE WHEN FALSE THEN SELECT 1; ELSE SELECT 'else'; END CASE; END",
    "casenull": "BEGIN CASE NULL WHEN NULL THEN SELECT 'eq'; ELSE SELECT 'else'; END CASE; END",
    "insert": (
        "BEGIN DROP TABLE IF EXISTS fr_st; CREATE TABLE fr_st (a INT) USING parquet; INSERT INTO fr_st VALUES"
        " (1), (2); FOR r AS SELECT a FROM fr_st DO INSERT INTO fr_st VALUES (r.a + 10); END FOR; SELECT "
        "sum(a) AS s FROM fr_st; END"
    ),
    "comment": "BEGIN -- a comment\n /* more */ SELECT 1 AS a; END;",
    "lower": "begin declare x int = 3; while x > 0 do set x = x - 1; end while; select x; end",
    "repeatlabel": (
        "BEGIN DECLARE i INT DEFAULT 0; r: REPEAT SET i = i + 1; IF i = 2 THEN LEAVE r; END IF; UNTIL FALSE "
        "END REPEAT r; SELECT i; END"
    ),
    "cond2": "BEGIN DECLARE mine CONDITION; SELECT 1; END",
    "vartype": "BEGIN DECLARE x DEFAULT 1.5; SELECT x; END",
    "for3": (
        "BEGIN FOR r AS SELECT array(1,2) AS l, named_struct('a', 5) AS st DO SELECT r.l[0] AS f, r.st.a AS "
        "g; END FOR; END"
    ),
    "forempty": "BEGIN FOR r AS SELECT 1 AS a WHERE FALSE DO SELECT r.a; END FOR; END",
}

globals().update({f"case_{name}": partial(_answer, text) for name, text in SCRIPTS.items()})
