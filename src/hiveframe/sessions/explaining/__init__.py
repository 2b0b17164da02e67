"""EXPLAIN: HiveFrame's plans as trees people can read, called as Spark calls what they mean."""
