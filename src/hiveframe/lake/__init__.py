"""Data at rest: sources that are read, writers that replace and append, partition folders and their discovery."""
