"""Aggregations that come again with other constants, kept so that any of these can be answered: see ADR 15."""
