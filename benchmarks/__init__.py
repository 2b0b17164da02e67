"""HiveFrame's benchmarks: `python -m benchmarks` (see `--help`)."""
