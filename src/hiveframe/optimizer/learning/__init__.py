"""Plans that get better with use: joins made first where real runs were faster so. See docs/learning.md and ADR 13."""
