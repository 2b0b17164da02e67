"""Analysis: the unresolved tree becomes the typed one, with Spark's rules for names, types and errors."""
