"""EXPLAIN ANALYZE: a query is run, and what it really did stands beside what was expected of it."""
