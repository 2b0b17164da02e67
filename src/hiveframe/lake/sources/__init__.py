"""One file a data source, and the registry that names them."""
