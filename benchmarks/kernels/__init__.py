"""Functions that HiveFrame runs as Arrow kernels in Python: how many rows a second each does."""
