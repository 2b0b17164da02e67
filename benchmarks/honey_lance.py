"""Lance in the HoneyStore benchmark, run by the peer's own Python: a dataset, and the best seconds of one measure."""

import json
import os
import sys
import time
from pathlib import Path

import duckdb
import lance
import pyarrow.parquet as pq


def main() -> None:
    """Arguments: the Parquet file, the dataset's folder, the JSON file of what to run."""
    source, folder, job = map(Path, sys.argv[1:])
    if not folder.exists():
        lance.write_dataset(pq.ParquetFile(source).iter_batches(), folder, schema=pq.read_schema(source))
        lance.dataset(folder).create_scalar_index("id", "BTREE")
    wanted = json.loads(job.read_text())
    dataset = lance.dataset(folder)
    connection = duckdb.connect(config={"threads": os.cpu_count()})
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("t", dataset)

    def best(work: object, rounds: int = 3) -> float:
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        return min(seconds)

    ids = ", ".join(map(str, wanted["ids"]))
    ways = {
        "scan": lambda: connection.execute(wanted["scan"]).fetchall(),
        "keys": lambda: dataset.to_table(filter=f"id in ({ids})"),
        "filters": lambda: [connection.execute(query).fetchall() for query in wanted["filters"]],
    }
    measure = wanted["measure"]
    print(best(ways[measure], 1 if measure == "filters" else 3))


main()
