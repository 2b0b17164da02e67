"""Programs as users write them: each `case_…(spark)` gives something to compare with what Spark gives.

Functions that run on the server are written inside of a case, so that they travel by value.
"""
