"""HiveFrame: PySpark programs and Spark SQL, unchanged, on an embedded engine."""

__version__ = "0.1.0"
