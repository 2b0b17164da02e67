"""Adaptive execution: small parts of a large plan are run first, and the rest is planned by what they gave.

`choosing` says which parts, `replanning` puts their rows into the plan, and `narrowing` tells what is joined with them
which values of a column there is a use for. Nothing here runs anything.
"""
