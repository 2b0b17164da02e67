"""JSON as Spark reads it: records to typed columns, inference, malformed records."""
