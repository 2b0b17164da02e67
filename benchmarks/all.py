"""The short or the full form of all benchmarks: every part in a process of its own, then one report.

python -m benchmarks.all short                    some minutes, beside DuckDB alone
python -m benchmarks.all full                     hours: larger scales, more rounds, all peers
python -m benchmarks.all full --only tpch,tpcds   parts of it

Each part's result is written as it ends, and the report anew: bars.md, report.json and bars.svg beside the parts' JSON
files. A run that was stopped goes on where it stopped; after one that ended, the next begins anew.
"""

import argparse
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.summary import write_report

FINISHED = "finished"
PEERS = "sail,spark,polars,daft"


@dataclass(frozen=True)
class Part:
    """One benchmark with its arguments; the name is its file's."""

    name: str
    benchmark: str
    arguments: str = ""


SHORT = (
    Part("start", "start"),
    Part("latency", "latency"),
    Part("compile", "compile"),
    Part("tpch-sf1", "tpch", "--sf 1 --rounds 3"),
    Part("tpcds-sf1", "tpcds", "--sf 1 --rounds 3"),
    Part("clickbench-1m", "clickbench", "--hits 1 --rounds 3"),
    Part("dashboard", "dashboard", "--questions 500"),
)
FULL = (
    Part("start", "start", "--peers spark"),
    Part("latency", "latency", "--peers sail,spark"),
    Part("compile", "compile", "--peers sail,spark"),
    Part("tpch-sf1", "tpch", f"--sf 1 --rounds 5 --peers {PEERS}"),
    Part("tpcds-sf1", "tpcds", f"--sf 1 --rounds 5 --peers {PEERS}"),
    Part("clickbench-10m", "clickbench", "--hits 10 --rounds 5"),
    Part("dashboard", "dashboard", "--sf 10 --questions 2000"),
    Part("repeated", "repeated", "--sf 1 --rounds 5"),
    Part("learning", "learning"),
    Part("adaptive", "adaptive", "--rounds 5"),
    Part("honey", "honey", "--rounds 5 --peers lance"),
    Part("delta", "delta", "--rounds 5"),
    Part("overload", "overload", "--rounds 3"),
    Part("memory", "memory"),
    Part("caching", "caching"),
    Part("kernels", "kernels", "--rounds 3 --peers sail,spark"),
    Part("tpch-sf10", "tpch", f"--sf 10 --rounds 5 --peers {PEERS}"),
    Part("tpcds-sf5", "tpcds", f"--sf 5 --rounds 5 --peers {PEERS}"),
)
FORMS = {"short": SHORT, "full": FULL}


def main() -> int:
    """Run the parts that have no result yet; 1 when a bar was missed or a part failed."""
    args = parse_args()
    folder: Path = args.output or Path("benchmark-results") / args.form
    if (folder / FINISHED).exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = args.only.split(",") if args.only else None
    parts = [part for part in FORMS[args.form] if wanted is None or part.benchmark in wanted]
    for number, part in enumerate(parts, start=1):
        print(f"[{number} of {len(parts)}] {part.name}", flush=True)
        run(part, folder)
        write_report(folder, args.form, [part.name for part in parts])
    (folder / FINISHED).touch()
    is_good = write_report(folder, args.form, [part.name for part in parts])
    print(f"Written to {folder}: bars.md, bars.svg, report.json")
    return 0 if is_good else 1


def run(part: Part, folder: Path) -> None:
    """Run the part unless its result is there."""
    file = folder / f"{part.name}.json"
    if file.exists():
        print(f"  kept from the run before: {file}", flush=True)
        return
    peers = [] if "--peers" in part.arguments else ["--peers", "none"]
    command = [sys.executable, "-m", "benchmarks", "--only", part.benchmark, *part.arguments.split(), *peers]
    start = time.monotonic()
    subprocess.run([*command, "--output", str(file)], check=False)  # 1 where a bar was missed
    outcome = "done" if file.exists() else "FAILED, left out of the report"
    print(f"  {part.name}: {outcome} after {(time.monotonic() - start) / 60:.1f} min", flush=True)


def parse_args() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.all", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("--only", default=None, metavar="NAMES", help="benchmarks, such as tpch,dashboard")
    parser.add_argument("--output", type=Path, default=None, help="the folder (default: benchmark-results/FORM)")
    args = parser.parse_args()
    known = {part.benchmark for part in FORMS[args.form]}
    unknown = set(args.only.split(",")) - known if args.only else set()
    if unknown:
        parser.error(f"{args.form} has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    return args


if __name__ == "__main__":
    sys.exit(main())
