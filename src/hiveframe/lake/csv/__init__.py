"""CSV as Spark reads it: lines to tokens, tokens to typed columns, inference."""
