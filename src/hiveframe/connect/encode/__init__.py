"""`plan` values and Arrow batches to Spark Connect 4.2 protobuf."""
