"""`hiveframe serve`: a Spark Connect server on the embedded engine."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from hiveframe import __version__
from hiveframe.cli.failures import UsageError
from hiveframe.cli.settings_options import add_conf_option, parse_conf

SUMMARY = "Serve Spark Connect over gRPC."

EXAMPLES = """\
  hiveframe serve                               on 127.0.0.1:15002, for programs of this machine only
  hiveframe serve --host 0.0.0.0 --port 15005   for others too: whoever reaches the port may run anything

  SparkSession.builder.remote("sc://127.0.0.1:15002").getOrCreate()      in PySpark, to connect

With SPARK_CONNECT_AUTHENTICATE_TOKEN set, callers must send that token.
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

    from hiveframe.connect.local import session_manager
    from hiveframe.connect.server import RunningServer, serve
    from hiveframe.sessions.admission import door_for
    from hiveframe.settings import Settings

    def started(server: RunningServer) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same orderly end as Ctrl-C
        announce(args.host, server.port)

    try:
        door = door_for(Settings(conf))
        serve(args.host, args.port, manager=session_manager(conf), door=door, on_started=started)
    except OSError as error:
        print(f"hiveframe serve: {error}; is the port taken? try --port 0", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", flush=True)
    return 0


def announce(host: str, port: int) -> None:
    """Print the address to connect to."""
    print(f"HiveFrame {__version__} serves Spark Connect at sc://{host}:{port} (process {os.getpid()})", flush=True)
