"""Delta tables that Spark and Delta's own tools wrote, with the rows expected (see `shared/fixtures/README.md`)."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import zstandard

ARCHIVES = Path(__file__).parents[3] / "shared" / "fixtures" / "delta-golden"

# Tables that are broken on purpose, and the condition that says so.
BROKEN = {
    "checkpoint": "FAILED_READ_FILE.FILE_NOT_EXIST",  # names a data file that is not there
    "deltalog-commit-info": "DELTA_LOG_FILE_MALFORMED",
    "deltalog-invalid-protocol-version": "DELTA_INVALID_PROTOCOL_VERSION",
    "deltalog-state-reconstruction-from-checkpoint-missing-protocol": "DELTA_STATE_RECOVER_ERROR",
    "deltalog-state-reconstruction-without-protocol": "DELTA_STATE_RECOVER_ERROR",
    "no-delta-log-folder": "DELTA_PATH_DOES_NOT_EXIST",
    "versions-not-contiguous": "DELTA_VERSIONS_NOT_CONTIGUOUS",
}

# How many rows tables hold that come without the rows themselves: what their log and their name say.
COUNTS = {
    "canonicalized-paths-normal-b": 0,
    "canonicalized-paths-special-b": 0,
    "cdf-column-mapping-name-mode-3-7": 3,
    "cdf-table-backtick-column-names": 5,
    "cdf-table-delete-conditional-all-rows": 0,
    "cdf-table-delete-unconditional": 0,
    "cdf-table-partitioned": 2,
    "cdf-table-update-ops": 10,
    "cdf-table-with-dv": 10,
    "unshredded-variant": 102,
    "v2-checkpoints-json-with-last-checkpoint": 10,
    "v2-checkpoints-json-without-sidecars": 11,
    "v2-checkpoints-parquet-with-sidecars": 1233,
    "v2-classic-checkpoint-json": 20,
}


def names() -> list[str]:
    """The tables by name."""
    return sorted(path.name.removesuffix(".tar.zst") for path in ARCHIVES.glob("*.tar.zst"))


def unpack(name: str, into: Path) -> tuple[Path, Path | None]:
    """The table's folder, and the folder with its rows where it comes with them."""
    packed = (ARCHIVES / f"{name}.tar.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read()
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        archive.extractall(into, filter="data")
    folder = into / name
    table = folder / "delta" if (folder / "delta").is_dir() or not (folder / "_delta_log").is_dir() else folder
    expected = folder / "expected"
    return table, expected if expected.is_dir() else None
