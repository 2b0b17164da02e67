"""Which plans may be kept at all, and which give the very same rows each time."""

from datetime import UTC, date, datetime

import pytest

from hiveframe.cache.keys import plan_key
from hiveframe.cache.traits import traits
from hiveframe.sessions.runtime import Process, Session
from hiveframe.settings import Settings
from hiveframe.sql import parse_statement

TABLES = {
    "t": "k INT, v BIGINT, p DECIMAL(10, 2), d DOUBLE, s STRING, c STRING COLLATE UTF8_LCASE, day DATE, at TIMESTAMP",
    "u": "k INT, w INT",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    settings = Settings(
        {"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("traits")), "spark.sql.session.timeZone": "UTC"}
    )
    made = Session.new(Process.of(settings), settings)
    for name, columns in TABLES.items():
        made.run(parse_statement(f"CREATE TABLE {name} ({columns}) USING parquet", conf=settings))
        made.run(parse_statement(f"INSERT INTO {name} (k) VALUES (1), (2)", conf=settings))
    return made


def planned(session, text):
    return session.analyze(parse_statement(text, conf=session.settings))


DETERMINED = (
    "SELECT count(*), sum(v), avg(p), min(s), max(day) FROM t",
    "SELECT k, sum(v) FROM t GROUP BY k ORDER BY k",
    "SELECT s AS a, k AS b, max(at) FROM t GROUP BY s, k ORDER BY b DESC, a NULLS LAST LIMIT 10",
    "SELECT k, n FROM (SELECT k, count(*) AS n FROM t GROUP BY k) ORDER BY n, k LIMIT 3",
    "SELECT DISTINCT k, s FROM t ORDER BY s, k",
    "SELECT t.k, sum(w) FROM t JOIN u ON t.k = u.k GROUP BY t.k ORDER BY t.k",
    "SELECT k, rank() OVER (PARTITION BY s ORDER BY v) AS r FROM t ORDER BY k, r",
    "SELECT k, sum(v) OVER (PARTITION BY k) AS x FROM t ORDER BY k, x",
    "SELECT * FROM (SELECT max(v) FROM t) CROSS JOIN (SELECT min(w) FROM u)",
    "SELECT max(v) FROM t WHERE k IN (SELECT k FROM u) AND v > (SELECT avg(w) FROM u)",
    (
        "WITH x AS (SELECT k, count(*) AS n FROM t GROUP BY k) SELECT a.k FROM x a JOIN x b ON a.k = b.n "
        "GROUP BY a.k ORDER BY a.k"
    ),
    "SELECT k FROM t UNION SELECT k FROM u ORDER BY k",
)

IN_ANY_ORDER = (
    "SELECT * FROM t",
    "SELECT k, sum(v) FROM t GROUP BY k",
    "SELECT k, sum(v) AS x FROM t GROUP BY k ORDER BY x",
    "SELECT k, v FROM t ORDER BY k",
    "SELECT k FROM t LIMIT 1",
    "SELECT count(*) FROM (SELECT k FROM t LIMIT 1)",
    "SELECT sum(d) FROM t",
    "SELECT avg(d) FROM t",
    "SELECT max(d) FROM t",
    "SELECT first(k) FROM t",
    "SELECT collect_list(k) FROM t",
    "SELECT d, count(*) FROM t GROUP BY d ORDER BY d",
    "SELECT c, count(*) FROM t GROUP BY c ORDER BY c",
    "SELECT k, row_number() OVER (ORDER BY k) AS r FROM t ORDER BY k, r",
    "SELECT k, sum(v) OVER (ORDER BY k ROWS UNBOUNDED PRECEDING) AS x FROM t ORDER BY k, x",
    "SELECT max(k) FROM (SELECT k FROM t ORDER BY v LIMIT 2)",
    "SELECT count(*) FROM t WHERE k = (SELECT k FROM u LIMIT 1)",
    "SELECT count(*) FROM t TABLESAMPLE (50 PERCENT) REPEATABLE (1)",
)

NEVER = (
    "SELECT v + rand() FROM t",
    "SELECT max(at) FROM t WHERE at < now()",
    "SELECT count(*) FROM t WHERE day = current_date()",
    "SELECT count(*) FROM t WHERE CAST(concat('to', 'day') AS DATE) = day",
    "SELECT uuid() FROM t ORDER BY 1",
    "SELECT max(aes_encrypt(CAST(s AS BINARY), '0123456789012345')) FROM t",
    "SELECT count(*) FROM t JOIN VALUES (1) AS x(k) ON t.k = x.k AND monotonically_increasing_id() > 0",
)


@pytest.mark.parametrize("text", DETERMINED)
def test_rows_that_are_the_same_each_time(session, text):
    assert traits(planned(session, text)).is_determined


@pytest.mark.parametrize("text", IN_ANY_ORDER)
def test_rows_that_may_come_otherwise(session, text):
    found = traits(planned(session, text))
    assert found.is_repeatable
    assert not found.is_determined


@pytest.mark.parametrize("text", NEVER)
def test_rows_of_a_moment_or_of_chance(session, text):
    assert not traits(planned(session, text)).is_repeatable


DATED = (
    "CAST(s AS TIMESTAMP)",
    "try_cast(s AS TIMESTAMP)",
    "to_timestamp(s)",
    "at < s",
    "at >= '10:00'",
    "hour(s)",
    "date_trunc('hour', s)",
    "months_between(s, day)",
    "CAST(array(s) AS ARRAY<TIMESTAMP>)",
    "transform(array(s), x -> CAST(x AS TIMESTAMP))",
    "from_json(s, 'a TIMESTAMP')",
    "from_csv(s, 'a TIMESTAMP')",
    "CAST(parse_json(s) AS TIMESTAMP)",
    "variant_get(parse_json(s), '$.a', 'timestamp')",
    "to_date(s, 'yy-MM-dd')",
    "to_timestamp(s, s)",
    "unix_timestamp(s, 'dd.MM.yy')",
)


@pytest.mark.parametrize("expression", DATED)
def test_a_time_alone_is_a_moment_of_today_and_a_short_year_one_of_this_century(session, expression):
    found = traits(planned(session, f"SELECT {expression} FROM t"))
    assert found.is_repeatable
    assert found.is_dated


NOT_DATED = (
    "day >= '2020-01-01'",
    "at BETWEEN '2020-01-01' AND '2020-01-02 10:00'",
    "date_trunc('month', day)",
    "date_trunc('hour', at)",
    "trunc(day, 'year')",
    "add_months(day, 1)",
    "months_between(day, '2020-01-01')",
    "next_day(day, 'MO')",
    "from_utc_timestamp(at, 'PST')",
    "timestampadd(HOUR, 1, at)",
    "convert_timezone('CET', 'UTC', CAST(day AS TIMESTAMP_NTZ))",
    "struct(s, at)",
    "element_at(map(s, at), 'a')",
)


@pytest.mark.parametrize("expression", NOT_DATED)
def test_moments_of_columns_are_of_no_day_of_their_own(session, expression):
    assert not traits(planned(session, f"SELECT {expression} FROM t")).is_dated


OF_NO_DAY = {
    "try_cast(s AS DATE)": None,
    "try_cast(s AS TIMESTAMP_NTZ)": None,
    "try_to_date(s)": None,
    "to_date(s, 'HH:mm')": date(1970, 1, 1),
    "to_timestamp(s, 'HH:mm')": datetime(1970, 1, 1, 12, 34, tzinfo=UTC),
    "unix_timestamp(s, 'HH:mm')": 12 * 3600 + 34 * 60,
    "from_json(concat('{\"a\": \"', s, '\"}'), 'a DATE').a": None,
    "from_csv(s, 'a TIMESTAMP_NTZ').a": None,
    "try_variant_get(to_variant_object(struct(s AS a)), '$.a', 'date')": None,
}


@pytest.mark.parametrize("expression", OF_NO_DAY)
def test_a_time_alone_is_of_no_day_elsewhere(session, expression):
    found = planned(session, f"SELECT {expression} AS found FROM (SELECT '12:34' AS s FROM t LIMIT 1)")
    assert not traits(found).is_dated
    assert session.compute(found).column(0)[0].as_py() == OF_NO_DAY[expression]


@pytest.mark.parametrize("text", DETERMINED + IN_ANY_ORDER)
def test_two_analyses_have_one_key(session, text):
    keys = {plan_key(planned(session, text), session.settings).digest for _ in range(2)}
    assert len(keys) == 1


def test_other_plans_have_other_keys(session):
    digests = [plan_key(planned(session, text), session.settings).digest for text in DETERMINED + IN_ANY_ORDER]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    ("name", "value", "counts"),
    [
        ("spark.sql.ansi.enabled", "false", True),
        ("spark.sql.session.timeZone", "Asia/Tokyo", True),
        ("spark.some.setting", "x", True),
        ("spark.app.name", "x", False),
        ("spark.hiveframe.cache.results", "true", False),
    ],
)
def test_settings_that_may_have_a_say_are_part_of_the_key(session, name, value, counts):
    plan = planned(session, DETERMINED[0])
    other = session.settings.copy()
    other._values[name] = value
    assert (plan_key(plan, other).digest != plan_key(plan, session.settings).digest) is counts


@pytest.mark.parametrize("text", ["SELECT * FROM VALUES (1)", "SELECT id FROM range(3)"])
def test_rows_that_come_with_the_plan_have_keys_too(session, text):
    assert plan_key(planned(session, text), session.settings) is not None
