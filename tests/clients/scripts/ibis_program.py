"""A program on Ibis' pyspark backend with pyspark-client, no JVM. Its argument is the server's address."""

import logging
import sys
import warnings

import ibis
import pandas as pd
from pyspark.sql import SparkSession

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
con = ibis.pyspark.connect(SparkSession.builder.remote(sys.argv[1]).getOrCreate())
days = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-02-01"])
table = con.create_table("ibis_t", pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3], "t": days}), overwrite=True)


def same(expression, expected):
    found = expression.execute()
    found = found.to_dict("list") if isinstance(found, pd.DataFrame) else found
    found = found.tolist() if isinstance(found, pd.Series) else found
    assert found == expected, (found, expected)


assert "ibis_t" in con.list_tables()
assert dict(table.schema().items()) == {
    "k": ibis.dtype("string"),
    "v": ibis.dtype("int64"),
    "t": ibis.dtype("timestamp"),
}
groups = table.group_by("k").agg(n=table.count(), s=table.v.sum(), m=table.v.mean()).order_by("k")
same(groups, {"k": ["a", "b"], "n": [2, 1], "s": [4, 2], "m": [2.0, 2.0]})
same(
    table.filter(table.v > 1).mutate(w=table.v * 2, y=table.t.year()).order_by("v")[["w", "y"]],
    {"w": [4, 6], "y": [2024] * 2},
)
ranked = table.mutate(r=ibis.row_number().over(group_by="k", order_by="v"), c=table.v.cumsum(order_by="v"))
same(ranked.order_by("v")[["r", "c"]], {"r": [0, 0, 1], "c": [1, 3, 6]})
same(table.join(table.view(), "k").count(), 5)
text = table.mutate(u=table.k.upper() + table.v.cast("string"), x=table.k.re_replace("a", "A")).order_by("v")
same(text[["u", "x"]], {"u": ["A1", "B2", "A3"], "x": ["A", "b", "A"]})
same(table.mutate(c=ibis.cases((table.v == 1, "one"), else_="many")).order_by("v").c, ["one", "many", "many"])
same(con.sql("select max(v) m from ibis_t"), {"m": [3]})
assert con.execute(ibis.memtable({"a": [1, 2]}).a.sum()) == 3
con.insert("ibis_t", pd.DataFrame({"k": ["z"], "v": [9], "t": pd.to_datetime(["2024-05-01"])}))
same(table.count(), 4)
same(con.create_view("ibis_v", table.filter(table.v > 2), overwrite=True).count(), 2)
assert table.order_by("v").to_pyarrow().column("v").to_pylist() == [1, 2, 3, 9]
assert sum(batch.num_rows for batch in con.to_pyarrow_batches(table)) == 4
same(table.agg(n=table.k.nunique(), med=table.v.median()), {"n": [3], "med": [2.5]})
same(
    table.pivot_wider(names_from="k", values_from="v", values_agg="sum", id_cols=[], names_sort=True),
    {"a": [4], "b": [2], "z": [9]},
)
same(con.sql("select array(1, 2) a").a.unnest(), [1, 2])
same(con.sql("select named_struct('x', 1, 'y', 'b') s").s.lift(), {"x": [1], "y": ["b"]})
same(
    table.mutate(m=table.t.truncate("M").date().strftime("%Y-%m-%d")).order_by("v").m,
    ["2024-01-01", "2024-01-01", "2024-02-01", "2024-05-01"],
)
same(table.union(table).count(), 8)


@ibis.udf.scalar.python
def plus(x: int) -> int:
    return x + 1


@ibis.udf.scalar.pyarrow
def doubled(x: int) -> int:
    import pyarrow.compute as pc

    return pc.multiply(x, 2)


same(table.mutate(p=plus(table.v)).order_by("v").p, [2, 3, 4, 10])
same(table.mutate(p=doubled(table.v)).order_by("v").p, [2, 4, 6, 18])
con.raw_sql("drop view ibis_v")
con.raw_sql("drop table ibis_t")
assert "ibis_t" not in con.list_tables()
print("done")
