"""All benchmarks or some of them, each beside its peers in the same run.

python -m benchmarks                              everything at scale factor 1
python -m benchmarks --only latency,start         some
python -m benchmarks --only tpch --sf 0.1         small
python -m benchmarks --only tpch --peers sail,spark,polars,daft    beside peers, which are installed when first named
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.adaptive import adaptive
from benchmarks.caching import caching
from benchmarks.clickbench.bench import clickbench
from benchmarks.compile_time import compile_time
from benchmarks.dashboard.bench import dashboard
from benchmarks.delta import delta
from benchmarks.honey import honey
from benchmarks.kernels.bench import kernels
from benchmarks.latency import latency
from benchmarks.learning import learning
from benchmarks.memory import memory
from benchmarks.options import Options
from benchmarks.overload.bench import overload
from benchmarks.peers.environments import PACKAGES, installed, make
from benchmarks.repeated import repeated
from benchmarks.report import Table, save
from benchmarks.start_time import start_time
from benchmarks.tpc.suite import tpcds, tpch
from hiveframe.cli.failures import quiet_client_log

BENCHMARKS: dict[str, Callable[[Options], list[Table]]] = {
    "start": start_time,
    "latency": latency,
    "compile": compile_time,
    "tpch": tpch,
    "tpcds": tpcds,
    "clickbench": clickbench,
    "dashboard": dashboard,
    "memory": memory,
    "kernels": kernels,
    "caching": caching,
    "honey": honey,
    "delta": delta,
    "repeated": repeated,
    "learning": learning,
    "adaptive": adaptive,
    "overload": overload,
}


def main() -> int:
    """Run what was asked for; 1 when a bar was missed."""
    args = parse_args()
    options = Options(
        args.sf,
        args.rounds,
        peers(args),
        args.rows,
        args.hits,
        args.questions,
        tuple(filter(None, args.queries.split(","))),
    )
    quiet_client_log()
    tables = []
    for name in args.only.split(","):
        for table in BENCHMARKS[name](options):
            print(f"\n{table.text()}\n", flush=True)
            tables.append(table)
    save(args.output, tables, vars(args))
    print(f"Written to {args.output}")
    missed = [bar for table in tables for bar in table.bars if not bar.met]
    return 1 if missed else 0


def parse_args() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(BENCHMARKS), metavar="NAMES", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--sf", type=float, default=1, help="scale factor of TPC-H and TPC-DS (default: 1)")
    parser.add_argument("--queries", default="", metavar="NAMES", help="only these queries, such as q01,q18")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each query (default: 3)")
    parser.add_argument("--rows", type=int, default=100, help="million rows of the memory benchmark (default: 100)")
    parser.add_argument("--hits", type=float, default=1, help="million rows of ClickBench's table (default: 1)")
    parser.add_argument("--questions", type=int, default=2000, help="that dashboards ask (default: 2000)")
    parser.add_argument(
        "--peers", default=None, metavar="NAMES", help=f"of {', '.join(PACKAGES)}; default: those installed; none"
    )
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    parser.add_argument("--output", type=Path, default=Path(f"benchmark-results/{stamp}.json"), help="the JSON file")
    args = parser.parse_args()
    unknown = set(args.only.split(",")) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    unknown = set((args.peers or "none").split(",")) - {*PACKAGES, "none", ""}
    if unknown:
        parser.error(f"no peer is named {', '.join(sorted(unknown))}; there are {', '.join(PACKAGES)}, or none")
    return args


def peers(args: argparse.Namespace) -> tuple[str, ...]:
    """The peers that take part, installed."""
    if args.peers is None:
        return tuple(installed())
    named = tuple(name for name in args.peers.split(",") if name not in ("", "none"))
    make(named)
    return named


if __name__ == "__main__":
    sys.exit(main())
