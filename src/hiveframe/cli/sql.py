"""`hiveframe sql`: one question, a file of statements, or an interactive shell."""

from __future__ import annotations

import argparse
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hiveframe.cli.failures import UsageError, plain_message, quiet_client_log
from hiveframe.cli.settings_options import add_conf_option, parse_conf

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from hiveframe.cli import result_text

SUMMARY = "Ask in SQL: one question, a file, or an interactive shell."

EXAMPLES = """\
  hiveframe sql "SELECT count(*) FROM parquet.`sales/*.parquet`"
  hiveframe sql -f report.sql --format csv > report.csv
  hiveframe sql                                 the interactive shell; \\? explains it
  hiveframe sql --remote sc://127.0.0.1:15002   the same against a server
"""

FORMATS = ("table", "markdown", "csv", "json")
DEFAULT_LIMIT = 1000
DEFAULT_PORT = 15002
CONNECT_SECONDS = 5.0


@dataclass
class Output:
    """How results are shown: the format, the most rows of a table (0: all), and a row as a block of lines."""

    format: str = "table"
    limit: int = DEFAULT_LIMIT
    expanded: bool = False
    width: int = 0  # a table wider than this is shown expanded; 0 for any width


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("text", nargs="?", help="statements, separated by semicolons")
    parser.add_argument("-f", "--file", help="a file of statements; - for standard input")
    parser.add_argument("--format", choices=FORMATS, default="table", help="how rows are printed (default: table)")
    parser.add_argument(
        "--limit", type=int, default=DEFAULT_LIMIT, metavar="N",
        help=f"the most rows of a table, 0 for all (default: {DEFAULT_LIMIT}); csv and json print all",
    )  # fmt: skip
    parser.add_argument("--remote", metavar="URL", help="ask a Spark Connect server instead, such as sc://host:15002")
    add_conf_option(parser)


def execute(args: argparse.Namespace) -> int:
    """Run the statements, or the shell when there are none."""
    if args.text is not None and args.file is not None:
        raise UsageError("give statements or --file, not both")
    if args.limit < 0:
        raise UsageError(f"--limit takes 0 or more, not {args.limit}")
    source, text = read_statements(args)
    output = Output(args.format, args.limit)
    try:
        spark = open_session(parse_conf(args.conf), args.remote)
    except failures() as error:
        print(plain_message(error), file=sys.stderr)
        return 1
    try:
        if text is not None:
            return run_script(spark, text, output, source)
        from hiveframe.cli.shell import interact

        return interact(spark, output)
    finally:
        spark.stop()


def read_statements(args: argparse.Namespace) -> tuple[str, str | None]:
    """Where the statements come from, for messages, and their text; None when a person is to type them."""
    if args.text is not None:
        return "", args.text
    if args.file is None and sys.stdin.isatty():
        return "", None
    if args.file in (None, "-"):
        return "standard input", sys.stdin.read()
    try:
        return args.file, Path(args.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {args.file!r}: {error}; --file takes a UTF-8 text file") from None


def open_session(conf: dict[str, str], remote: str | None) -> SparkSession:
    """A session on the embedded engine, or on the server at `remote`."""
    quiet_client_log()
    if remote is None:
        import hiveframe

        return hiveframe.session(**conf)
    from pyspark.sql import SparkSession

    check_reachable(remote)
    return SparkSession.builder.remote(remote).config(map=dict(conf)).create()


def check_reachable(remote: str) -> None:
    """Fail at once where nobody listens; the client itself would go on trying for minutes."""
    address = urlsplit(remote)
    if address.scheme != "sc" or not address.hostname:
        raise UsageError(f"--remote takes a Spark Connect URL such as sc://127.0.0.1:15002, not {remote!r}")
    place = (address.hostname, address.port or DEFAULT_PORT)
    try:
        socket.create_connection(place, timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise UsageError(f"nobody answers at {place[0]}:{place[1]} ({error}); is `hiveframe serve` running?") from None


def failures() -> tuple[type[Exception], ...]:
    """The exceptions that tell of a failed statement, as against a mistake of ours."""
    from pyspark.errors import PySparkException

    from hiveframe.errors import SparkError

    return PySparkException, SparkError


def run_script(spark: SparkSession, text: str, output: Output, source: str) -> int:
    """Run every statement in order; the first that fails ends the script with 1."""
    from hiveframe.cli.cancellable import Cancelled
    from hiveframe.cli.statements import split

    for statement in split(text):
        try:
            answer(spark, statement.text, output)
        except Cancelled:
            print("cancelled", file=sys.stderr)
            return 130
        except failures() as error:
            place = f"{source}, statement at line {statement.line}:\n" if source else ""
            sys.stdout.flush()
            print(f"{place}{plain_message(error)}", file=sys.stderr)
            return 1
    return 0


def answer(spark: SparkSession, statement: str, output: Output) -> None:
    """Run one statement and print what it returns; Ctrl-C cancels it."""
    from hiveframe.cli import result_text
    from hiveframe.cli.cancellable import cancellable

    if output.format in ("csv", "json"):
        lines = result_text.csv_lines if output.format == "csv" else result_text.json_lines
        cancellable(spark, lambda: print_lines(spark, statement, lines))
        return
    start = time.perf_counter()

    def run() -> result_text.TextTable | None:
        frame = spark.sql(statement)
        return result_text.fetch(frame, output.limit) if frame.columns else None

    table = cancellable(spark, run)
    seconds = time.perf_counter() - start
    if table is None:
        print(f"OK ({seconds:.3f} s)")
    else:
        print(render(table, output))
        print(footer(table, seconds))


def print_lines(spark: SparkSession, statement: str, lines: result_text.Lines) -> None:
    """Print the statement's rows as they come."""
    frame = spark.sql(statement)
    if frame.columns:
        for line in lines(frame):
            print(line)


def render(table: result_text.TextTable, output: Output) -> str:
    """The rows in the output's form."""
    from hiveframe.cli import result_text

    if output.format == "markdown":
        return result_text.markdown(table)
    too_wide = bool(output.width) and result_text.table_width(table) > output.width
    return result_text.records(table) if output.expanded or too_wide else result_text.aligned(table)


def footer(table: result_text.TextTable, seconds: float) -> str:
    """The line under a table: how many rows, how long it took, whether there are more."""
    count = len(table.rows)
    more = ", there are more: raise --limit" if table.cut else ""
    return f"({'first ' if table.cut else ''}{count:,} row{'' if count == 1 else 's'}, {seconds:.3f} s{more})\n"
