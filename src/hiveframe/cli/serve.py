"""`hiveframe serve`: a Spark Connect server on the embedded engine."""

from __future__ import annotations

import argparse
import os
import sys

from hiveframe import __version__
from hiveframe.cli.failures import UsageError
from hiveframe.cli.settings_options import add_conf_option, parse_conf

SUMMARY = "Serve Spark Connect over gRPC."

EXAMPLES = """\
  hiveframe serve                               on 127.0.0.1:15002, for programs of this machine only
  hiveframe serve --host 0.0.0.0 --port 15005   for others too: whoever reaches the port may run anything

  SparkSession.builder.remote("sc://127.0.0.1:15002").getOrCreate()      in PySpark, to connect
"""

HIGHEST_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=15002, help="the port, 0 for any free one (default: 15002)")
    add_conf_option(parser)


def execute(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; 1 when the address cannot be had."""
    if not 0 <= args.port <= HIGHEST_PORT:
        raise UsageError(f"--port takes 0 to {HIGHEST_PORT}, not {args.port}")
    conf = parse_conf(args.conf)

    from hiveframe.connect import server
    from hiveframe.connect.local import session_manager

    try:
        server.serve(
            args.host,
            args.port,
            manager=session_manager(conf),
            on_started=lambda running: announce(args.host, running.port),
        )
    except OSError as error:
        print(f"hiveframe serve: cannot listen on {args.host}:{args.port}: {error}; try --port 0", file=sys.stderr)
        return 1
    return 0


def announce(host: str, port: int) -> None:
    """Print the address to connect to."""
    print(f"HiveFrame {__version__} serves Spark Connect at sc://{host}:{port} (process {os.getpid()})", flush=True)
