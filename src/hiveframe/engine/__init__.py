"""Typed plans to DuckDB SQL to Arrow batches; Python functions run here."""
