"""`hiveframe run`: an unchanged PySpark script, its sessions in this process."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
import types
from collections.abc import Sequence
from pathlib import Path

from hiveframe.cli.failures import UsageError, quiet_client_log
from hiveframe.cli.settings_options import add_conf_option, parse_conf

SUMMARY = "Run a PySpark script, unchanged, in this process."

EXAMPLES = """\
  hiveframe run examples/flights.py
  hiveframe run --conf spark.driver.memory=2g etl.py --day 2026-01-31

SparkSession.builder…getOrCreate() gives the script a session on the embedded engine, whatever master it names; only a
script that asks for .remote("sc://…") itself goes elsewhere. What follows the script's name goes to the script.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_conf_option(parser)
    parser.add_argument("script", type=Path, help="the Python file to run")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="arguments for the script")


def execute(args: argparse.Namespace) -> int:
    """Run the script as `python SCRIPT ARGS` would; an error that it does not catch gives 1."""
    script: Path = args.script
    if not script.is_file():
        raise UsageError(f"there is no file {str(script)!r} in {Path.cwd()}; name the Python script to run")
    source = script.read_bytes()
    conf = parse_conf(args.conf)
    if os.environ.pop("SPARK_REMOTE", None) is not None:
        print("hiveframe run: SPARK_REMOTE is set aside, the script runs in this process", file=sys.stderr)

    from hiveframe.cli import in_process_builder

    in_process_builder.install(conf)
    quiet_client_log()
    return run_as_main(script, source, args.args)


def run_as_main(script: Path, source: bytes, arguments: Sequence[str]) -> int:
    """Execute `source` as the module `__main__`, with `sys.argv` and `sys.path` as Python itself sets them."""
    main = types.ModuleType("__main__")
    main.__file__ = str(script)
    main.__builtins__ = __builtins__  # type: ignore[attr-defined]
    sys.modules["__main__"] = main  # functions defined in the script are pickled as __main__'s
    sys.argv = [str(script), *arguments]
    sys.path.insert(0, str(script.resolve().parent))
    try:
        exec(compile(source, str(script), "exec"), main.__dict__)
    except Exception as error:  # noqa: BLE001  Python's own top level catches all of them too
        sys.stdout.flush()
        print_traceback(error, str(script))
        return 1
    return 0


def print_traceback(error: Exception, script: str) -> None:
    """Print the error as Python would, without the frames above the script's."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename != script:
        frame = frame.tb_next
    traceback.print_exception(type(error), error, frame)
