"""What files and logs tell of a source's rows, without reading rows."""
