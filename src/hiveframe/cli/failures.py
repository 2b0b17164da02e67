"""What the commands say when something is wrong."""

from __future__ import annotations


class UsageError(Exception):
    """The command line asks for something that cannot be; the message names what to do instead."""


def quiet_client_log() -> None:
    """Keep the client from logging every failed query as JSON on standard error, beside the exception it raises."""
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def plain_message(error: BaseException) -> str:
    """The error as a user should read it: `[CONDITION] message`, without stack traces of a server."""
    text = str(error).split("\n\nJVM stacktrace:")[0].strip()
    return text or type(error).__name__
