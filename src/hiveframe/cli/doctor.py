"""`hiveframe doctor`: what is installed, which limits hold, and whether the engine answers."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path

from hiveframe import __version__
from hiveframe.cli.failures import plain_message
from hiveframe.cli.settings_options import add_conf_option, parse_conf

SUMMARY = "Print versions, engine, memory and disk limits, and which optional parts are present."

EXAMPLES = """\
  hiveframe doctor
  hiveframe doctor --json
"""

REQUIRED = ("pyspark-client", "duckdb", "pyarrow", "pandas", "numpy", "grpcio", "sqlglot", "sqlalchemy")

# extra: a module that it brings, and what it is for
OPTIONAL = {
    "postgres": ("psycopg", "the metastore in PostgreSQL"),
    "delta": ("deltalake", "checkpoints of Delta tables"),
    "iceberg": ("pyiceberg", "Iceberg tables and catalogs"),
    "avro": ("fastavro", "Avro files and messages"),
    "xml": ("xmlschema", "XML held against an XSD"),
    "honey": ("vortex", "HoneyStore's bitmaps and its segments for point reads"),
    "sketches": ("datasketches", "HLL sketches"),
    "example": ("matplotlib", "the chart of examples/flights.py"),
}

LOW_DISK_BYTES = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One line of the report; `advice` is set where something should be done."""

    section: str
    name: str
    value: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    add_conf_option(parser)


def execute(args: argparse.Namespace) -> int:
    """Print the findings; 1 when one of them needs something done."""
    conf = parse_conf(args.conf)
    findings = [*versions(), *limits(conf), *optional_parts(), *engine(conf)]
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        print_report(findings)
    return 1 if any(finding.advice for finding in findings) else 0


def versions() -> Iterator[Finding]:
    """HiveFrame, Python and the libraries that it stands on."""
    yield Finding("versions", "hiveframe", __version__)
    yield Finding("versions", "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in REQUIRED:
        try:
            yield Finding("versions", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding("versions", name, "missing", f"pip install {name}")
    if util.find_spec("pyspark.core") is not None:
        advice = "pip uninstall pyspark pyspark-client && pip install pyspark-client"
        yield Finding("versions", "pyspark", "the full package is mixed with pyspark-client", advice)


def limits(conf: dict[str, str]) -> Iterator[Finding]:
    """Processors, memory and disk that the engine may use."""
    from hiveframe.settings import Settings, scratch_dir

    settings = Settings(conf)
    yield Finding("limits", "processors", str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0))
    yield Finding("limits", "memory of the machine", gib(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    container = container_memory()
    if container is not None:
        yield Finding("limits", "memory of the container", gib(container))
    yield disk("warehouse", settings.require("spark.sql.warehouse.dir"), "spark.sql.warehouse.dir")
    yield disk("spilled data", settings.get("spark.local.dir") or scratch_dir(), "spark.local.dir")


def container_memory() -> int | None:
    """The control group's memory limit in bytes, where there is one."""
    file = Path("/sys/fs/cgroup/memory.max")
    text = file.read_text().strip() if file.exists() else "max"
    return None if text == "max" else int(text)


def disk(name: str, folder: str, setting: str) -> Finding:
    """How much room is left where the folder is or would be."""
    place = Path(folder).absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    advice = ""
    if not os.access(place, os.W_OK):
        advice = f"{place} cannot be written: set {setting}"
    elif free < LOW_DISK_BYTES:
        advice = f"little room is left: set {setting}"
    return Finding("limits", f"disk for {name}", f"{gib(free)} free at {folder}", advice)


def optional_parts() -> Iterator[Finding]:
    """The extras and what they are for."""
    for extra, (module, purpose) in OPTIONAL.items():
        present = util.find_spec(module) is not None
        value = "present" if present else f"absent: pip install 'hiveframe[{extra}]'"
        yield Finding("optional parts", f"{extra}: {purpose}", value)


def engine(conf: dict[str, str]) -> Iterator[Finding]:
    """The engine's own account, and a query's way through all of HiveFrame."""
    import duckdb

    with duckdb.connect() as connection:
        threads, memory = connection.execute(
            "SELECT current_setting('threads'), current_setting('memory_limit')"
        ).fetchall()[0]
        names = "SELECT extension_name FROM duckdb_extensions() WHERE installed ORDER BY extension_name"
        extensions = [name for (name,) in connection.execute(names).fetchall()]
    yield Finding("engine", "DuckDB", f"{threads} threads, {memory} of memory unless set otherwise")
    yield Finding("engine", "extensions", ", ".join(extensions))
    yield trial(conf)


def trial(conf: dict[str, str]) -> Finding:
    """Whether a session starts and answers, and how fast."""
    import hiveframe
    from hiveframe.cli.sql import failures

    start = time.perf_counter()
    try:
        spark = hiveframe.session(**conf)
        rows = spark.range(3).collect()
        spark.stop()
    except failures() as error:
        return Finding("engine", "first query", "failed", plain_message(error))
    return Finding("engine", "first query", f"{len(rows)} rows in {time.perf_counter() - start:.2f} s, start included")


def print_report(findings: list[Finding]) -> None:
    """Print the findings by section, each with its advice below."""
    width = max(len(finding.name) for finding in findings)
    section = ""
    for finding in findings:
        if finding.section != section:
            section = finding.section
            print(f"\n{section}")
        print(f"  {finding.name:<{width}}  {finding.value}")
        if finding.advice:
            print(f"  {'':<{width}}  → {finding.advice}")
    wrong = sum(1 for finding in findings if finding.advice)
    print(f"\n{'All is well.' if not wrong else f'{wrong} of these need something done.'}")


def gib(size_bytes: int) -> str:
    """The size in GiB."""
    return f"{size_bytes / (1 << 30):.1f} GiB"
