"""The metastore's relational schema, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, String, Table, Text, UniqueConstraint

SCHEMA_VERSION = 1

metadata = MetaData()

versions = Table("hiveframe_version", metadata, Column("version", Integer, primary_key=True))

databases = Table(
    "hiveframe_databases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("catalog", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("location", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("properties", JSON, nullable=False),
    UniqueConstraint("catalog", "name"),
)

tables = Table(
    "hiveframe_tables",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("catalog", String(255), nullable=False),
    Column("database", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("type", String(16), nullable=False),
    Column("provider", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("schema", Text, nullable=False),
    Column("partition_columns", JSON, nullable=False),
    Column("buckets", JSON),
    Column("cluster_by", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("properties", JSON, nullable=False),
    Column("comment", Text),
    Column("owner", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("view", JSON),
    Column("stats", JSON, nullable=False, default=dict),  # of older versions; see `statistics`
    UniqueConstraint("catalog", "database", "name"),
)

partitions = Table(
    "hiveframe_partitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("catalog", String(255), nullable=False),
    Column("database", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("spec", String(1024), nullable=False),  # a=1/b=x, escaped as in the folder's name
    Column("location", Text, nullable=False),
    UniqueConstraint("catalog", "database", "name", "spec"),
)

functions = Table(
    "hiveframe_functions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("catalog", String(255), nullable=False),
    Column("database", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("definition", JSON, nullable=False),
    UniqueConstraint("catalog", "database", "name"),
)

# What ANALYZE TABLE found in the rows at a place, and the state in which these were; `partition` is empty for all rows.
statistics = Table(
    "hiveframe_statistics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place", String(1024), nullable=False),
    Column("partition", String(1024), nullable=False),  # a=1/b=x, escaped as in the folder's name
    Column("state", String(64)),
    Column("statistics", Text, nullable=False),
    UniqueConstraint("place", "partition"),
)

# Folders of dropped tables that are still to be removed: a drop that is cut short is finished by the next one.
trash = Table("hiveframe_trash", metadata, Column("location", String(1024), primary_key=True))
