"""Apache Iceberg tables: catalogs, reading, writing, maintenance, on `pyiceberg`."""
