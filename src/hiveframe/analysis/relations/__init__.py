"""Relations: unresolved to typed, one file for each idea; `table` lists the handlers."""
