"""Columns of files that are read again and again, kept in the engine's own form: see docs/caching.md and ADR 12."""
