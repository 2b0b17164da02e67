"""The metastore of databases, tables, views and functions, and the names of one session."""
