"""Commands on tables that keep versions (Delta, Iceberg, HoneyStore)."""
