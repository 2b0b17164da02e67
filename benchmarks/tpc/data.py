"""TPC-H and TPC-DS tables as Parquet files, generated on first use and kept in a cache folder."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

Suite = Literal["tpch", "tpcds"]

NOT_DATA = {"dbgen_version"}  # holds the moment of generation


def tables(suite: Suite, scale: float) -> dict[str, Path]:
    """Each table's Parquet file by table name, generated where the cache lacks them.

    Safe for several processes at once: a folder is generated aside and renamed into place whole.
    """
    folder = cache_folder() / f"{suite}-sf{scale:g}"
    if not folder.exists():
        generate(suite, scale, folder)
    return {file.stem: file for file in sorted(folder.glob("*.parquet")) if file.stem not in NOT_DATA}


def cache_folder() -> Path:
    """Where generated data is kept: `HIVEFRAME_BENCH_DATA`, or `.cache/tpc` in the project."""
    root = Path(__file__).parents[2]
    return Path(os.environ.get("HIVEFRAME_BENCH_DATA", root / ".cache/tpc"))


def generate(suite: Suite, scale: float, folder: Path) -> None:
    """Write the suite's tables to `folder`; whoever comes first wins, and the rows are the same each time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        subprocess.run(
            [generator(), suite, "parquet", "-s", f"{scale:g}", "-o", str(aside)], check=True, stdout=subprocess.DEVNULL
        )
        aside.rename(folder)
    except OSError:
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def generator() -> str:
    """The path of `tpcgen-cli`, beside this interpreter or on the path."""
    beside = Path(sys.executable).with_name("tpcgen-cli")
    found = str(beside) if beside.exists() else shutil.which("tpcgen-cli")
    if found is None:
        raise FileNotFoundError("tpcgen-cli is missing: pip install 'hiveframe[bench]'")
    return found
