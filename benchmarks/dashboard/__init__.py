"""Dashboard traffic: the same questions again and again, on a table that changes in between."""
