"""The pandas API on Spark as analysts use it: made, indexed, changed, grouped, joined, reshaped, read back."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyspark.pandas as ps
from pyspark.sql import SparkSession

warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark.pandas")


def _sales() -> ps.DataFrame:
    return ps.DataFrame(
        {
            "shop": ["a", "b", "a", "c", "b", "a"],
            "item": ["x", "x", "y", "y", "x", "x"],
            "count": [3, 1, 4, 1, 5, 9],
            "price": [2.5, np.nan, 1.0, 4.0, 3.5, 2.0],
        },
        index=[10, 11, 12, 13, 14, 15],
    )


def _days() -> ps.DataFrame:
    index = pd.date_range("2024-01-01", periods=6, freq="D")
    return ps.DataFrame({"v": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0], "n": [1, 2, 3, 4, 5, 6]}, index=index)


def case_made_in_every_way(spark: SparkSession):
    spark_frame = spark.createDataFrame([(1, "a"), (2, "b")], ["id", "s"])
    return [
        ps.from_pandas(pd.DataFrame({"a": [1, 2], "b": pd.Series(["x", None], dtype="object")})),
        ps.range(2, 8, 3),
        spark_frame.pandas_api(),
        spark_frame.pandas_api(index_col="id"),
        ps.Series([1.5, None, 2.5], name="s"),
        ps.date_range("2024-02-27", periods=4, freq="D"),
        ps.to_datetime(ps.Series(["2024-01-02", "2024-03-04"])),
        ps.Index([3, 1, 2], name="i"),
        ps.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["l", "n"]),
        ps.DataFrame({"t": pd.to_timedelta(["1 days", "2 hours"])}),
    ]


def case_every_default_index(spark: SparkSession):
    found = []
    for kind in ("sequence", "distributed-sequence", "distributed"):
        with ps.option_context("compute.default_index_type", kind):
            frame = spark.range(5, 9).coalesce(1).pandas_api()
            found.append(frame if kind != "distributed" else frame.index.is_monotonic_increasing)
    return found


def case_files_come_back(spark: SparkSession, folder: Path):
    frame = _sales()
    found = []
    for kind in ("csv", "parquet", "json", "orc"):
        path = str(folder / kind)
        if kind == "csv":
            frame.to_csv(path, index_col="i")
        else:
            getattr(frame, f"to_{kind}")(path, index_col="i")
        read = getattr(ps, f"read_{kind}")(path, index_col="i")
        found.append(read.sort_index())
    frame.spark.to_spark_io(str(folder / "io"), format="parquet", index_col="i")
    found.append(ps.read_spark_io(str(folder / "io"), format="parquet", index_col="i").sort_index())
    return found


def case_a_table_comes_back(spark: SparkSession):
    spark.sql("drop table if exists pandas_sales")
    _sales().to_table("pandas_sales", index_col="i")
    found = [ps.read_table("pandas_sales", index_col="i").sort_index(), ps.sql("select max(price) m from pandas_sales")]
    found = [frame.to_pandas() for frame in found]
    spark.sql("drop table pandas_sales")
    return found


def case_loc_and_iloc(spark: SparkSession):
    frame = _sales()
    return [
        frame.loc[12],
        frame.loc[[11, 14], ["item", "count"]],
        frame.loc[11:13, "shop":"count"],
        frame.loc[frame["count"] > 3, "price"],
        frame.iloc[1],
        frame.iloc[1:4, 0:2],
        frame.iloc[:, -1],
        frame.at[13, "price"],
        frame.iat[0, 2],
        frame[frame.price.isna()],
        frame.head(2),
        frame.tail(2),
        frame["shop"].iloc[-2:],
    ]


def case_rows_and_columns_set(spark: SparkSession):
    frame = _sales()
    frame["total"] = frame["count"] * frame["price"]
    frame.loc[frame["count"] == 1, "price"] = 0.0
    frame = frame.assign(half=lambda f: f["count"] / 2, flag=frame["shop"] == "a")
    frame = frame.rename(columns={"item": "what"}).drop(columns=["half"])
    frame.insert(0, "first", 1)
    series = ps.Series([1, 2, 3], index=["a", "b", "c"])
    series.loc["b"] = 20
    return [frame, series, frame.dtypes.astype(str), list(frame.columns), frame.shape, frame.size]


def case_arithmetic(spark: SparkSession):
    a = ps.Series([7, -7, 0, 5], name="a")
    frame = ps.DataFrame({"a": [7, -7, 0, 5], "b": [2, 2, 0, -3], "c": [1.5, np.nan, 0.0, -2.0]})
    return [
        frame.a + frame.b,
        frame.a / frame.b,
        frame.a // frame.b,
        frame.a % frame.b,
        frame.b**2,
        frame.c - frame.a,
        -frame.c,
        abs(frame.c),
        a.add(1).mul(2).rsub(10),
        frame.a.div(2),
        frame.a > frame.b,
        (frame.a > 0) & ~(frame.b > 0),
        frame.a.eq(frame.b),
        np.sqrt(frame.a.abs()),
        frame.c.round(0),
        frame.clip(lower=-1, upper=3),
        frame.a.isin([7, 5]),
        frame.a.between(0, 6),
    ]


def case_two_frames_meet(spark: SparkSession):
    with ps.option_context("compute.ops_on_diff_frames", True):
        left = ps.Series([1, 2, 3], index=[0, 1, 2])
        right = ps.Series([10, 20, 30], index=[1, 2, 3])
        frame = ps.DataFrame({"a": [1, 2]})
        frame["b"] = ps.Series([5.5, 6.5])
        return [(left + right).sort_index(), frame.sort_index()]


def case_aggregates(spark: SparkSession):
    frame = _sales()
    return [
        frame.agg({"count": ["min", "max"], "price": ["sum", "mean"]}).sort_index(),
        frame[["count", "price"]].mean(),
        frame.describe(),
        frame["count"].describe(),
        frame.quantile([0.25, 0.5], numeric_only=True),
        frame.price.median(),
        frame["count"].mode(),
        frame[["count", "price"]].var(),
        frame[["count", "price"]].std(ddof=0),
        frame[["count", "price"]].skew(),
        frame[["count", "price"]].kurt(),
        frame[["count", "price"]].sem(),
        frame[["count", "price"]].prod(),
        frame[["count", "price"]].corr(),
        frame[["count", "price"]].cov(),
        frame["count"].corr(frame["price"]),
        frame.nunique(),
        frame.count(),
        frame["count"].idxmax(),
        frame["count"].argmin(),
        frame["price"].any(),
        frame[["count"]].all(),
        frame["shop"].value_counts().sort_index(),
        frame["shop"].unique().sort_values(),
        frame["price"].value_counts(normalize=True, dropna=False).sort_index(),
    ]


def case_groups(spark: SparkSession):
    frame = _sales()
    groups = frame.groupby("shop")
    return [
        groups["count"].sum().sort_index(),
        groups.agg({"count": ["min", "max"], "price": "mean"}).sort_index(),
        groups.agg(total=("count", "sum"), top=("price", "max")).sort_index(),
        frame.groupby(["shop", "item"])["count"].mean().sort_index(),
        frame.groupby("shop", as_index=False)["count"].max().sort_values("shop"),
        groups.size().sort_index(),
        groups["count"].cumsum().sort_index(),
        groups["count"].rank().sort_index(),
        groups["count"].shift().sort_index(),
        groups["price"].fillna(method="ffill").sort_index(),
        groups.head(1).sort_index(),
        groups["count"].nlargest(1).sort_index(),
        groups["count"].std().sort_index(),
        groups["price"].nunique().sort_index(),
        groups["item"].value_counts().sort_index(),
        groups["count"].median().sort_index(),
        groups[["count"]].first().sort_index(),
        groups.count().sort_index(),
        groups["count"].rolling(2).sum().sort_index(),
        groups["count"].expanding().max().sort_index(),
        groups["count"].idxmax().sort_index(),
        groups["count"].quantile(0.5).sort_index(),
        groups["count"].get_group("a"),
        groups["count"].cumcount().sort_index(),
        groups["count"].diff().sort_index(),
    ]


def case_functions_of_groups(spark: SparkSession):
    def span(frame):
        return frame[["count"]].max() - frame[["count"]].min()

    def centred(series) -> ps.Series[float]:
        return series - series.mean()

    frame = _sales()[["shop", "count"]]
    return [
        frame.groupby("shop").apply(span).sort_index(),
        frame.groupby("shop").transform(centred).sort_index(),
        frame.groupby("shop").filter(lambda f: f["count"].sum() > 5).sort_index(),
        frame.groupby("shop")["count"].apply(lambda s: s.sort_values().head(1)).sort_index(),
    ]


def case_functions_of_rows_and_batches(spark: SparkSession):
    def doubled(frame) -> ps.DataFrame[int, [int, float]]:
        return pd.DataFrame({"a": frame.a * 2, "b": frame.b * 0.5}, index=frame.index)

    def scaled(series) -> ps.Series[float]:
        return series * 1.5

    frame = ps.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0]})
    return [
        frame.apply(lambda column: column + 1),
        frame.apply(lambda row: row.sum(), axis=1).sort_index(),
        frame.transform(scaled),
        frame.pandas_on_spark.apply_batch(doubled),
        frame.pandas_on_spark.transform_batch(lambda f: f + 10),
        frame.a.pandas_on_spark.transform_batch(scaled),
        frame.a.apply(lambda v: v * 2),
        frame.a.map({1: 10.5, 2: 20.5, 3: 30.5}),
        frame.map(lambda v: v + 0.5) if hasattr(frame, "map") else frame.applymap(lambda v: v + 0.5),
    ]


def case_joins(spark: SparkSession):
    left = ps.DataFrame({"k": [1, 2, 3], "v": ["a", "b", "c"]})
    right = ps.DataFrame({"k": [2, 3, 4], "w": [20.0, 30.0, 40.0]})
    by_index = right.set_index("k")
    return [
        *(
            left.merge(right, on="k", how=how).sort_values("k", ignore_index=True)
            for how in ("inner", "left", "right", "outer")
        ),
        left.merge(right, left_on="k", right_index=True, suffixes=("_l", "_r")).sort_index(),
        left.set_index("k").join(by_index, how="left").sort_index(),
        ps.concat([left, left.assign(v="z")], ignore_index=True),
        ps.concat([left.v, right.w.rename("w")], axis=1).sort_index(),
    ]


def case_a_join_on_the_nearest_time(spark: SparkSession):
    at = pd.to_datetime(["2024-01-01 10:00", "2024-01-01 10:05", "2024-01-01 10:10"])
    trades = ps.DataFrame({"t": at, "s": ["a", "b", "a"], "p": [1.0, 2.0, 3.0]})
    quotes = ps.DataFrame({"t": at - pd.Timedelta("1min"), "s": ["a", "b", "b"], "bid": [0.9, 1.9, 2.9]})
    return [
        ps.merge_asof(trades, quotes, on="t", by="s").sort_values("t"),
        ps.merge_asof(trades, quotes, on="t", by="s", tolerance=pd.Timedelta("2min")).sort_values("t"),
        ps.merge_asof(trades, quotes[["t", "bid"]], on="t", direction="nearest").sort_values("t"),
    ]


def case_reshaped(spark: SparkSession):
    frame = _sales()
    wide = ps.DataFrame({"id": ["p", "q"], "m1": [1, 2], "m2": [3, 4]})
    return [
        frame.pivot_table(values="count", index=["shop"], columns="item", aggfunc="sum").sort_index(),
        wide.melt(id_vars="id").sort_values(["id", "variable"]),
        wide.set_index("id").stack().sort_index(),
        wide.set_index("id").T.sort_index(),
        wide.set_index(["id", "m1"]).unstack().sort_index(),
        ps.get_dummies(frame["shop"]).sort_index(),
        ps.DataFrame({"l": [[1, 2], [3]], "k": [0, 1]}).explode("l"),
        frame.set_index("shop", append=True).swaplevel().sort_index().index,
        frame.reset_index().head(2),
    ]


def case_rolling_expanding_and_decaying(spark: SparkSession):
    frame = _days()
    return [
        frame.rolling(2).sum(),
        frame.rolling(3, min_periods=1).mean(),
        frame.v.rolling(2).std(),
        frame.expanding(2).max(),
        frame.v.expanding().var(),
        frame.ewm(com=1).mean(),
        frame.v.ewm(alpha=0.3, ignore_na=True).mean(),
        frame.v.rolling(3).quantile(0.5),
        frame.v.cumsum(),
        frame.n.cumprod(),
        frame.v.cummax(),
        frame.v.pct_change().sort_index(),
        frame.n.diff(2),
        frame.n.shift(-1),
        frame.v.interpolate().sort_index(),
    ]


def case_resampled(spark: SparkSession):
    frame = _days()
    return [
        frame.resample("2D").sum().sort_index(),
        frame.v.resample("3D").mean().sort_index(),
        frame.resample("4D", closed="right", label="right").max().sort_index(),
        frame.v.resample("12h").sum().sort_index(),
    ]


def case_text(spark: SparkSession):
    text = ps.Series(["Ab c", "xyz", None, "a1b22"], name="t")
    return [
        text.str.upper(),
        text.str.len(),
        text.str.contains("b"),
        text.str.replace(r"\d+", "#", regex=True),
        text.str.split(),
        text.str.get(0),
        text.str.slice(1, 3),
        text.str.pad(6, fillchar="*"),
        text.str.startswith("x"),
        text.str.findall(r"\d"),
        text.str.count("b"),
        text.str.strip(),
        text.str.title(),
        text.str.zfill(5),
        text.str.isalpha(),
        text.str.find("b"),
    ]


def case_times(spark: SparkSession):
    times = ps.Series(pd.to_datetime(["2024-02-29 13:45:10", "2023-12-31 00:00:00", None]), name="t")
    index = ps.DatetimeIndex(["2024-02-29 13:45:10", "2023-12-31 00:00:00"])
    return [
        times.dt.year,
        times.dt.month,
        times.dt.dayofweek,
        times.dt.hour,
        times.dt.date,
        times.dt.is_leap_year,
        times.dt.is_month_end,
        times.dt.strftime("%Y/%m/%d"),
        times.dt.floor("h"),
        times.dt.normalize(),
        times.dt.month_name(),
        times.dt.days_in_month,
        times - pd.Timestamp("2024-01-01"),
        index.dayofyear,
        index.indexer_between_time("13:00", "14:00"),
        times.astype("str"),
    ]


def case_categories(spark: SparkSession):
    kinds = ps.Series(["b", "a", "b", None], dtype="category")
    return [
        kinds.cat.codes,
        list(kinds.cat.categories),
        kinds.cat.add_categories("c").cat.categories.tolist(),
        kinds.cat.rename_categories({"a": "A"}).astype(str),
        kinds.cat.remove_unused_categories().cat.ordered,
        kinds.value_counts().sort_index().tolist(),
    ]


def case_sorted_and_ranked(spark: SparkSession):
    frame = _sales()
    return [
        frame.sort_values(["item", "count"], ascending=[False, True]),
        frame.sort_values("price", na_position="first"),
        frame.sort_values("count", ignore_index=True),
        frame.sort_index(ascending=False),
        frame["count"].rank().sort_index(),
        frame["count"].rank(method="min", ascending=False).sort_index(),
        frame["count"].rank(method="dense").sort_index(),
        frame.nlargest(2, "count"),
        frame["price"].nsmallest(2),
        frame["count"].argsort().sort_index(),
        frame["count"].is_monotonic_increasing,
        frame["count"].sort_values().searchsorted(4),
    ]


def case_missing_values(spark: SparkSession):
    frame = ps.DataFrame({"a": [1.0, np.nan, 3.0, np.nan], "b": ["x", None, "y", None], "c": [1, 2, 3, 4]})
    return [
        frame.fillna({"a": 0.0, "b": "-"}),
        frame.fillna(method="ffill").sort_index(),
        frame.bfill().sort_index(),
        frame.dropna(),
        frame.dropna(how="all", subset=["a", "b"]),
        frame.isna(),
        frame.notnull().sum(),
        frame.replace({"a": {1.0: 100.0}}),
        frame.replace("x", "z"),
        frame.a.interpolate().sort_index(),
        frame.a.interpolate(limit=1, limit_direction="both").sort_index(),
        frame.a.where(frame.c > 2, -1.0),
        frame.a.mask(frame.c > 2),
        frame.first_valid_index(),
        frame.b.hasnans,
    ]


def case_duplicates(spark: SparkSession):
    frame = ps.DataFrame({"a": [1, 1, 2, 2], "b": ["x", "x", "y", "z"]})
    return [
        frame.drop_duplicates().sort_index(),
        frame.drop_duplicates("a", keep="last").sort_index(),
        frame.duplicated().sort_index(),
        frame.a.drop_duplicates(keep=False).sort_index(),
        frame.sample(frac=1.0, random_state=1).sort_index(),
        frame.filter(items=["b"]).head(1),
        frame.select_dtypes(include=["number"]).columns.tolist(),
        frame.isin([1, "z"]),
        frame.equals(frame),
        frame.eval("c = a + 1"),
        frame.query("a > 1 and b == 'z'"),
        frame.pop("b"),
    ]


def case_there_and_back(spark: SparkSession):
    frame = _sales()
    return [
        frame.to_spark(index_col="i").orderBy("i"),
        frame.to_pandas(),
        frame.to_numpy()[0].tolist(),
        frame.to_dict("records")[1],
        frame["count"].to_list(),
        frame.spark.schema(),
        frame.spark.apply(lambda s: s.selectExpr("shop", "count + 1 as c")).sort_values(["shop", "c"]).c.tolist(),
        frame["count"].spark.transform(lambda c: c * 10),
        frame.to_string(),
        frame.astype({"count": "float64", "shop": "category"}).dtypes.astype(str),
        repr(frame),
    ]


def case_sql_over_frames(spark: SparkSession):
    frame = _sales()
    return [
        ps.sql("select shop, sum(count) c from {f} group by shop order by shop", f=frame),
        ps.sql("select {f.item} from {f} where count > {n}", f=frame, n=4),
        ps.sql("select * from range(5) where id > :low", args={"low": 3}),
    ]


def case_data_for_plots(spark: SparkSession):
    from pyspark.pandas.plot import HistogramPlotBase, SampledPlotBase, TopNPlotBase

    frame = ps.DataFrame({"a": [1.0, 2.0, 2.5, 4.0, 9.0], "b": [1, 1, 2, 3, 5]})
    data, bins = HistogramPlotBase.prepare_hist_data(frame, 4)
    return [
        bins,
        list(HistogramPlotBase.compute_hist(data, bins)),
        TopNPlotBase().get_top_n(frame),
        SampledPlotBase().get_sampled(frame),
    ]


def case_options(spark: SparkSession):
    ps.set_option("display.max_rows", 3)
    found = [ps.get_option("display.max_rows"), repr(ps.range(6))]
    ps.reset_option("display.max_rows")
    return found
