"""Expressions: unresolved to typed, one file for each idea."""
