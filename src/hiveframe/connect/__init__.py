"""The Spark Connect front door: protobuf to the unresolved tree and back, in-process and over gRPC."""

from __future__ import annotations

import sys


def _import_client() -> None:
    """Import pyspark's Connect client.

    It takes a main module without a file (`python -c`, a script on standard input) for a doctest run, looks for a JVM
    distribution and exits the process; for the time of the import such a main module is given a file name.
    """
    main = sys.modules["__main__"]
    nameless = not hasattr(main, "__file__")
    if nameless:
        main.__file__ = "<string>"
    try:
        import pyspark.sql.connect  # noqa: F401
    finally:
        if nameless:
            del main.__file__


_import_client()
