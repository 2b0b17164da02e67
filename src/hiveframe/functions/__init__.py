"""The table of functions: one row a function, one file a family."""
