"""A server with more to do than it can, behind doors of several kinds."""
