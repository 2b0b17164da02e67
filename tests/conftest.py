"""For every test: pyspark's client is imported in a way that a parallel test worker survives, and time proves nothing.

Hypothesis fails a test by the clock (an example of more than 200 ms, examples that are slow to draw): on a machine that
others share that says nothing about the code. Every example is run and judged all the same.
"""

from hypothesis import HealthCheck, settings

import hiveframe.connect  # noqa: F401 - the client exits a process whose main module has no file, as workers have not

settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")
