"""Writing data sources: the engine writes into a staging folder, `commit` makes the files visible at once."""
