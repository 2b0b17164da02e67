"""HiveFrame's benchmarks: `python -m benchmarks` (see `--help`)."""

from importlib.util import find_spec

_MISSING = [name for name in ("deltalake", "pyiceberg", "vortex") if find_spec(name) is None]
if _MISSING:
    raise SystemExit(
        f"The benchmarks need what {', '.join(_MISSING)} give: run `make setup`, or pip install 'hiveframe[all,bench]'"
    )
