"""Typed plans to smaller typed plans: what DuckDB's optimiser cannot do, or is slow at. `driver.RULES` is the list."""
