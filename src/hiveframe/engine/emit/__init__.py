"""Typed plans as sqlglot trees: one table for relations, one for expressions."""
