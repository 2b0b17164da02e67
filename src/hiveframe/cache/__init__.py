"""Rows that were computed before, kept for the next time the same is asked of the same data."""
