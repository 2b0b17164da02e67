"""Delta Lake tables: the log, what a version holds, commits and their conflicts."""
