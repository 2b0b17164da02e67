"""Apache Iceberg tables: catalogs, reading, writing, maintenance, on `pyiceberg`. MISSING_EXTRA without it."""

from hiveframe.errors import UnsupportedOperationException

try:
    import pyiceberg as pyiceberg
except ImportError as error:
    raise UnsupportedOperationException("MISSING_EXTRA", {"feature": "Iceberg", "extra": "iceberg"}) from error
