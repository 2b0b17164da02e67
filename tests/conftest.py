"""For every test: pyspark's client is imported in a way that a parallel test worker survives."""

import hiveframe.connect  # noqa: F401 - the client exits a process whose main module has no file, as workers have not
