"""Sets of row numbers as the manifest keeps them: CRoaring's portable form."""

from __future__ import annotations

from typing import Any

import numpy as np

from hiveframe.errors import UnsupportedOperationException
from hiveframe.lake.tables.table import RowNumbers


def encode(rows: RowNumbers) -> bytes:
    """The bytes of a set; numbers are below 2^32."""
    made: bytes = _library().BitMap(rows.astype(np.uint32)).serialize()
    return made


def decode(data: bytes) -> RowNumbers:
    """The numbers of a set, ascending."""
    return np.asarray(_library().BitMap.deserialize(data).to_array(), dtype=np.uint64)


def _library() -> Any:
    try:
        import pyroaring
    except ModuleNotFoundError as error:
        params = {"feature": "rows deleted from a HoneyStore table", "extra": "honey"}
        raise UnsupportedOperationException("MISSING_EXTRA", params) from error
    return pyroaring
