"""A star of sales: three years of a fact table in Delta's format, four dimensions as Parquet, drawn by DuckDB."""

import shutil
from pathlib import Path

import duckdb
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from benchmarks.tpc.data import cache_folder

FIRST_DAY, DAYS = "2023-01-01", 1096
LAST_DAY = "2025-12-31"
STORES, PRODUCTS, CUSTOMERS, PROMOTIONS = 200, 5_000, 100_000, 40
ROWS_A_FILE = 250_000
REGIONS = ("north", "south", "west", "east", "centre", "islands", "coast", "abroad")
CATEGORIES = tuple(f"category {n}" for n in range(1, 21))
SEGMENTS = ("home", "office", "school", "trade", "public")
CHANNELS = ("shop", "web", "phone", "market")

DRAWS = """
CREATE MACRO drawn(i, salt) AS hash(hash(i, salt));
CREATE MACRO unit(i, salt) AS (drawn(i, salt) >> 11)::DOUBLE / 9007199254740992;
CREATE MACRO below(i, salt, n) AS (drawn(i, salt) % n)::INTEGER;
CREATE MACRO zipf(i, salt, n) AS floor(exp(unit(i, salt) * ln(n)))::INTEGER;
"""
DIMENSIONS = {
    "stores": f"SELECT i::INTEGER store_id, 'store ' || i store, {list(REGIONS)}[1 + below(i, 1, 8)] region "
    f"FROM range(1, {STORES} + 1) r(i)",
    "products": f"SELECT i::INTEGER product_id, 'product ' || i product, 'brand ' || (1 + below(i, 2, 300)) brand, "
    f"{list(CATEGORIES)}[1 + below(i, 3, 20)] category FROM range(1, {PRODUCTS} + 1) r(i)",
    "customers": f"SELECT i::INTEGER customer_id, 'customer ' || i customer, "
    f"{list(SEGMENTS)}[1 + below(i, 4, 5)] segment FROM range(1, {CUSTOMERS} + 1) r(i)",
    "promotions": "SELECT i::INTEGER promotion_id, "
    "if(i = 0, 'none', ['price', 'gift', 'coupon'][1 + below(i, 5, 3)]) kind "
    f"FROM range({PROMOTIONS} + 1) r(i)",
}
SALES = f"""
SELECT *, (quantity * price)::DECIMAL(12, 2) amount FROM (
    SELECT i sale_id, DATE '{FIRST_DAY}' + (i * {DAYS} // {{rows}})::INTEGER AS day, zipf(i, 6, {STORES}) store_id,
    zipf(i, 7, {PRODUCTS}) product_id, zipf(i, 8, {CUSTOMERS}) customer_id,
    if(unit(i, 9) < 0.7, 0, 1 + below(i, 10, {PROMOTIONS})) promotion_id,
    {list(CHANNELS)}[least(zipf(i, 11, 8), 4)] channel, 1 + below(i, 12, 9) quantity,
    (5 + below(zipf(i, 7, {PRODUCTS}), 13, 20000) / 100.0)::DECIMAL(10, 2) price FROM range({{rows}}) r(i))
"""


def star(rows: int) -> dict[str, Path]:
    """Each table's Parquet file, the sales' before any change; made where the cache lacks them."""
    folder = cache_folder() / f"star-{rows}"
    if not folder.exists():
        aside = folder.with_name(f".{folder.name}")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(DRAWS)
            for name, query in {**DIMENSIONS, "sales": SALES.format(rows=rows)}.items():
                connection.execute(f"COPY ({query}) TO '{aside / name}.parquet' (FORMAT parquet)")
        aside.rename(folder)
    return {file.stem: file for file in sorted(folder.glob("*.parquet"))}


class Sales:
    """The fact table at `place`, as HiveFrame changes it and as files that DuckDB can read."""

    def __init__(self, spark: SparkSession, place: Path, source: Path) -> None:
        """A new table with the source's rows; changes copy files, so that a version is the rows of its files."""
        self._spark = spark
        self._place = place
        self._commits = 0
        rows = spark.read.parquet(str(source))
        self._next_id = rows.count()
        writer = rows.write.format("delta").option("maxRecordsPerFile", ROWS_A_FILE)
        writer.option("delta.enableDeletionVectors", "false").save(str(place))

    def commit(self) -> None:
        """A small change: a thousand sales of the last day, or the correction of one store's last day, by turns."""
        if self._commits % 2:
            self._spark.sql(
                f"UPDATE delta.`{self._place}` SET quantity = quantity + 1, amount = amount + price "
                f"WHERE day = DATE'{LAST_DAY}' AND store_id = {1 + self._commits % 7}"
            )
        else:
            self._spark.sql(
                f"INSERT INTO delta.`{self._place}` SELECT sale_id + {self._next_id}, DATE'{LAST_DAY}', store_id, "
                "product_id, customer_id, promotion_id, channel, quantity, price, amount "
                f"FROM delta.`{self._place}` WHERE sale_id < 1000"
            )
            self._next_id += 1000
        self._commits += 1

    def files(self) -> list[str]:
        """The files of the latest version."""
        return sorted(DeltaTable(str(self._place)).file_uris())
