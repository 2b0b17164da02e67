"""The user's Python functions, run by PySpark's own worker code inside this process, on Arrow batches."""
