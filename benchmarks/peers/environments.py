"""The peers' virtual environments under `.cache/peers`, made when a peer is first named (Spark needs Java 17).

Lance takes part in the HoneyStore benchmark alone.
"""

import os
import subprocess
import venv
from collections.abc import Iterable
from pathlib import Path

PEERS = Path(os.environ.get("HIVEFRAME_BENCH_PEERS", Path(__file__).parents[2] / ".cache/peers"))
CONNECT = ["grpcio", "grpcio-status", "googleapis-common-protos", "zstandard"]
PACKAGES = {
    "sail": ["pysail==0.7.2", "pyspark-client==4.2.0", "pandas<3", "pyarrow"],
    "spark": ["pyspark==4.2.0", "pandas<3", "pyarrow", *CONNECT],
    "polars": ["polars==2.1.0", "pyarrow"],
    "daft": ["daft==0.7.26", "pyarrow"],
    "lance": ["pylance", "pyarrow", "duckdb"],
}
TITLES = {"sail": "Sail", "spark": "Spark local[2]", "polars": "Polars", "daft": "Daft"}
READY = "benchmark-ready"


def installed() -> list[str]:
    """The peers that can be started."""
    return [name for name in PACKAGES if python(name).exists()]


def python(name: str) -> Path:
    """The peer's interpreter."""
    return PEERS / name / "bin/python"


def make(names: Iterable[str]) -> None:
    """Make the environments that are not there yet, and those that somebody stopped making."""
    for name in names:
        if not (PEERS / name / READY).exists():
            print(f"{name}: {', '.join(PACKAGES[name])} into {PEERS / name}", flush=True)
            venv.create(PEERS / name, with_pip=True)
            subprocess.run([python(name), "-m", "pip", "install", "--quiet", *PACKAGES[name]], check=True)
            (PEERS / name / READY).touch()
