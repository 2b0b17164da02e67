"""The command line's entry: parses the arguments and hands over to one command's module."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hiveframe import __version__
from hiveframe.cli import cache, doctor, run, serve, sql
from hiveframe.cli.failures import UsageError

COMMANDS = {"run": run, "sql": sql, "serve": serve, "doctor": doctor, "cache": cache}

DESCRIPTION = """\
HiveFrame runs PySpark programs and Spark SQL unchanged, without a JVM, on an embedded engine.

  hiveframe run job.py --day 2026-01-31      run a PySpark script in this process
  hiveframe sql "SELECT 1 + 1 AS two"        ask one question; without text, an interactive shell
  hiveframe serve --port 15002               let any Spark Connect client connect
  hiveframe doctor                           what is installed, and which limits hold
  hiveframe cache                            the results that are kept on disk
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 well done, 1 failed, 2 wrong arguments, 130 interrupted."""
    parser = make_parser()
    args = parser.parse_args(argv)
    try:
        return int(args.execute(args))
    except UsageError as error:
        print(f"hiveframe {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return 1


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, one sub-parser a command."""
    parser = argparse.ArgumentParser(
        prog="hiveframe",
        description=DESCRIPTION,
        epilog="`hiveframe COMMAND --help` explains a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"hiveframe {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=f"{module.SUMMARY}\n\n{module.EXAMPLES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(command)
        command.set_defaults(execute=module.execute)
    return parser


if __name__ == "__main__":
    sys.exit(main())
