"""Tables of other databases, named by JDBC URLs and reached through SQLAlchemy."""
