"""Small PySpark programs, a module a subject; each function `case_…(spark)` says something to compare with Spark."""
