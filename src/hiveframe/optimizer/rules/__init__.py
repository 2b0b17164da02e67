"""One rewriting rule a file."""
